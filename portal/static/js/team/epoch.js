/**
 * The next epoch: a root that whoever leaves never had, granted to those who stay. Where a leaver kept the anchor, the
 * anchor hands over to a new one as well, and the caller has had its sheet printed before.
 */
import { fromHex, Party, Recipient, Root, toBase64, toHex } from "../seal/index.js";
import { postJson } from "../desk/api.js";
import { Breach } from "../desk/failure.js";
import { keepPins, pinOf, readPins } from "../desk/keys.js";
import { openAnchor } from "./anchor.js";
import { granted, grantedEpochs, nextRecord } from "./records.js";

/**
 * @typedef {{ root: Root, keys: import("../desk/answers.js").KeysAnswer, channel: import("../desk/keys.js").Channel,
 *   given: import("../desk/answers.js").OwnChannel, people: import("../desk/answers.js").TeamAnswer }} Work
 */

/**
 * The parties of the members who stay: the server tells the recipients, the signed record says whether they are theirs.
 * @param {Work} work
 * @param {ReadonlySet<string>} leavers
 */
function stayingParties({ channel, people }, leavers) {
  return channel.newest.members.filter(({ officerId }) => !leavers.has(toHex(officerId))).map((member) => {
    const id = toHex(member.officerId);
    const told = people.members.find((one) => one.id === id);
    try {
      return { id, member, party: /** @type {Party} */ (member.party(Recipient.parse(told?.recipient ?? ""))) };
    } catch (error) {
      throw new Breach("chain", channel.name, error);
    }
  });
}

/**
 * Whether one of `leavers` holds the anchor, so that it has to change. A server that works with a leaver would leave this
 * one out of `people.keepers`, and have the new root granted to the old anchor: so the pins count as well.
 * @param {{ keepers: readonly string[] }} channel
 * @param {{ keepers: readonly string[] }} people
 * @param {readonly string[]} leavers
 */
export function keepersLeave(channel, people, leavers) {
  return leavers.some((id) => channel.keepers.includes(id) || people.keepers.includes(id));
}

/**
 * Makes and sends the next epoch, without `leavers` (ids in hex).
 * @param {Work} work
 * @param {readonly string[]} leavers
 * @param {Root} [newAnchor] given exactly where a keeper leaves
 */
export async function makeNext(work, leavers, newAnchor) {
  const { root, keys, channel, given, people } = work;
  const gone = new Set([...leavers, ...people.leaving]);
  const anchor = await openAnchor(root, channel, given.anchor_grant);
  const staying = stayingParties(work, gone);
  const epochRoot = Root.generate();
  const next = newAnchor ?? anchor;
  const record = nextRecord(anchor, channel.newest, {
    epoch: channel.newest.epoch + 1,
    recipient: epochRoot.party.recipient,
    members: staying.map(({ member }) => member),
    anchorVerifyKey: next.verifyKey,
    anchorRecipientHash: next.party.recipient.hash,
  });
  const receivers = [...staying.map(({ party }) => party), next.party];
  const grants = await Promise.all(receivers.map((receiver) => granted("channel", record, epochRoot, receiver)));
  if (newAnchor !== undefined) {
    grants.push(...(await grantedEpochs(channel.records, channel.epochs, newAnchor.party)));
    const keepers = staying.filter(({ id }) => people.keepers.includes(id));
    grants.push(...(await Promise.all(keepers.map(({ party }) => granted("anchor", record, newAnchor, party)))));
  }
  await postJson(`/desk/api/channels/${given.id}/epochs`, {
    record: toBase64(record.raw),
    party: toBase64(epochRoot.party.hash),
    grants,
    anchor_recipient: newAnchor === undefined ? "" : newAnchor.party.recipient.toString(),
    sheet_confirmed: newAnchor !== undefined,
  });
  if (newAnchor === undefined) return;
  // Who made the new anchor has nothing to compare; everybody else types two of its words first.
  const pin = pinOf(newAnchor.party, record, [...channel.keepers, ...people.keepers].filter((id) => !gone.has(id)));
  await keepPins(root, keys, { ...readPins(root, keys), [given.id]: pin });
}

/** An officer's id as the server takes it. @param {string} id hex */
export function idInBase64(id) {
  return toBase64(/** @type {Uint8Array} */ (fromHex(id, 16)));
}
