/**
 * A keeper made by the recovery sheet. The anchor's root comes from the typed words and goes nowhere but into a grant to
 * this officer. Whose anchor it is needs no comparing with anybody: the paper itself is the proof.
 *
 * @typedef {import("../seal/keys.js").Root} Root
 * @typedef {ReturnType<typeof verifiedChain> & { given: import("../desk/answers.js").ChannelAnswer }} Chain
 */
import { openEpochs, pinOf, readPins, sealPins, verifiedChain } from "../desk/keys.js";
import { Breach } from "../desk/failure.js";
import { postJson } from "../desk/api.js";
import { equal, fromHex, RecordOutOfOrder, toBase64, toHex } from "../seal/index.js";
import { granted, grantedEpochs, memberOf, nextRecord } from "../team/records.js";

/** What keeps a good sheet from working here. `code`: stranger, older or no_epoch. */
export class SheetRefused extends Error {
  /** @param {string} code @param {string} [channel] */
  constructor(code, channel = "") {
    super(code);
    this.name = "SheetRefused";
    this.code = code;
    this.channel = channel;
  }
}

/**
 * The channel whose newest signed record names this anchor.
 * @param {Root} anchor
 * @param {import("../desk/answers.js").ChannelAnswer[]} channels the answer of GET /desk/api/sheet
 * @returns {Chain}
 * @throws {SheetRefused} for an anchor that no channel has, or that has handed over to a newer one
 * @throws {Breach}
 */
export function channelOf(anchor, channels) {
  const chains = channels.map((given) => ({ given, ...verifiedChain(given) }));
  const found = chains.find((chain) => equal(chain.anchor.hash, anchor.party.hash));
  if (found !== undefined) return found;
  const once = chains.find(({ records }) => records.some(({ anchorVerifyKey }) => equal(anchorVerifyKey, anchor.verifyKey)));
  throw once === undefined ? new SheetRefused("stranger") : new SheetRefused("older", once.given.name);
}

/**
 * Every epoch's root that the anchor was granted, and those that this officer has already.
 * @param {Root} anchor
 * @param {Root} root
 * @param {import("../desk/answers.js").KeysAnswer} keys
 * @param {Chain} chain
 */
async function epochsOf(anchor, root, keys, { given, records, newest }) {
  const own = keys.channels.find(({ id }) => id === given.id);
  const mine = own === undefined ? [] : await openEpochs(own, records, root);
  const epochs = new Map([...mine, ...await openEpochs(given, records, anchor)]);
  if (!epochs.has(newest.epoch)) throw new SheetRefused("no_epoch", given.name);
  return epochs;
}

/**
 * What this officer has confirmed, and the channel with the new record. Records that were seen before must still be there.
 * @param {Root} root
 * @param {import("../desk/answers.js").KeysAnswer} keys
 * @param {Chain} chain
 * @param {import("../seal/channel_record.js").ChannelRecord} record
 */
function pinsWith(root, keys, { given, records, anchor }, record) {
  const pins = readPins(root, keys);
  const pin = Object.hasOwn(pins, given.id) ? pins[given.id] : undefined;
  const seen = pin === undefined ? undefined : records.at(pin.number);
  if (pin !== undefined && (seen === undefined || toHex(seen.hash) !== pin.record)) {
    throw new Breach("rolled_back", given.name, new RecordOutOfOrder("a record seen before is gone"));
  }
  return sealPins(root, idOf(keys), { ...pins, [given.id]: pinOf(anchor, record, [...(pin?.keepers ?? []), keys.officer.id]) });
}

/** @param {import("../desk/answers.js").KeysAnswer} keys */
function idOf(keys) {
  const id = fromHex(keys.officer.id, 16);
  if (id === undefined) throw new Breach("root");
  return id;
}

/**
 * Signs, grants and sends: this officer is a member and a keeper of the channel afterwards.
 * @param {Root} anchor
 * @param {{ root: Root, keys: import("../desk/answers.js").KeysAnswer }} desk
 * @param {Chain} chain from channelOf
 * @throws {SheetRefused | Breach | import("../desk/api.js").ApiError}
 */
export async function recover(anchor, { root, keys }, chain) {
  const { given, records, newest } = chain;
  const epochs = await epochsOf(anchor, root, keys, chain);
  const me = memberOf(idOf(keys), root.party);
  const others = newest.members.filter(({ officerId }) => !equal(officerId, me.officerId));
  const record = nextRecord(anchor, newest, { members: [...others, me] });
  const grants = await grantedEpochs([...records, record], epochs, root.party);
  grants.push(await granted("anchor", record, anchor, root.party));
  const pins = pinsWith(root, keys, chain, record);
  await postJson(`/desk/api/channels/${given.id}/recovery`, { record: toBase64(record.raw), grants, pins: toBase64(pins) });
}
