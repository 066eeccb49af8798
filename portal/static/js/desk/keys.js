/**
 * From the officer's root to the roots of the channels, with nothing taken on the server's word: records are verified
 * from number 0, compared with what this officer has seen before (the pins, sealed under its own key), and a granted root
 * is used only if the signed record names it. Whatever does not fit is a Breach, and stops the page.
 *
 * Pins: { "v": 1, "channels": { <channel hex>: { "anchor": <party hex>, "number": n, "record": <hash hex>,
 *   "keepers": [<officer hex>, …] } } }. Who keeps the anchor is the server's word, in no record: so everybody whom this
 * officer ever saw as a keeper, or made one, is remembered. Pins from before that have no such list.
 *
 * @typedef {{ anchor: string, number: number, record: string, keepers?: readonly string[] }} Pin
 * @typedef {{ id: Uint8Array, name: string, slug: string, records: readonly ChannelRecord[], newest: ChannelRecord,
 *   anchor: import("../seal/keys.js").Party, words: readonly string[], epochs: Map<number, Root>, keeper: boolean, keepers: readonly string[] }} Channel
 *   `keepers`: the ids that the pins remember, in hex
 * @typedef {import("../seal/channel_record.js").ChannelRecord} ChannelRecord
 * @typedef {import("../seal/keys.js").Root} Root
 */
import {
  checkGrant, equal, fromBase64, fromHex, openGrant, Recipient, toBase64, toHex, unwrapPins, verifyChannelChain, wrapPins,
} from "../seal/index.js";
import { putJson } from "./api.js";
import { Breach } from "./failure.js";

/**
 * @template T
 * @param {string} code
 * @param {string} channel
 * @param {() => T} work
 * @returns {T}
 */
export function orBreach(code, channel, work) {
  try {
    return work();
  } catch (error) {
    throw error instanceof Breach ? error : new Breach(code, channel, error);
  }
}

/**
 * @param {string} hex
 * @param {number} size
 * @param {string} code
 * @param {string} channel
 */
function bytesOf(hex, size, code, channel) {
  const raw = fromHex(hex, size);
  if (raw === undefined) throw new Breach(code, channel);
  return raw;
}

/**
 * What the officer has confirmed before. Without any, nothing is confirmed.
 * @param {Root} root
 * @param {import("./answers.js").KeysAnswer} keys
 * @returns {Record<string, Pin>}
 */
export function readPins(root, keys) {
  const { pins, officer } = keys;
  if (pins === null) return {};
  return orBreach("pins", "", () => {
    const officerId = bytesOf(officer.id, 16, "pins", "");
    return /** @type {any} */ (unwrapPins(root, fromBase64(pins), { officerId })).channels;
  });
}

/**
 * The pin of a channel as it is now.
 * @param {import("../seal/keys.js").Party} anchor
 * @param {ChannelRecord} newest
 * @param {Iterable<string>} keepers ids in hex
 * @returns {Pin & { keepers: readonly string[] }}
 */
export function pinOf(anchor, newest, keepers) {
  return { anchor: toHex(anchor.hash), number: newest.number, record: toHex(newest.hash), keepers: [...new Set(keepers)].sort() };
}

/**
 * Pins as the server keeps them, sealed.
 * @param {Root} root
 * @param {Uint8Array} officerId
 * @param {Record<string, Pin>} channels
 */
export function sealPins(root, officerId, channels) {
  return wrapPins(root, { v: 1, channels }, { officerId });
}

/**
 * A channel's records, verified from number 0, and the anchor that the newest names. Whose anchor it is, a pin or two
 * typed words say.
 * @param {import("./answers.js").ChannelAnswer} given
 * @param {Pin} [pin] what was seen before, and must still be there
 */
export function verifiedChain(given, pin) {
  const { name } = given;
  const id = bytesOf(given.id, 16, "chain", name);
  const records = orBreach("chain", name, () => verifyChannelChain(given.records.map(fromBase64), { channel: id }));
  const seen = pin === undefined ? undefined : records.at(pin.number);
  if (pin !== undefined && (seen === undefined || toHex(seen.hash) !== pin.record)) throw new Breach("rolled_back", name);
  const newest = /** @type {ChannelRecord} */ (records.at(-1));
  const anchor = orBreach("anchor", name, () => newest.anchorParty(Recipient.parse(given.anchor_recipient)));
  return { id, records, newest, anchor };
}

/**
 * The verified channel, if nothing that was seen before is gone. Undefined when its anchor has handed over to another, as
 * it may: the words on the posters have changed, and people compare them before anything is opened (team/joining.js).
 * @param {import("./answers.js").ChannelAnswer} given
 * @param {Pin} pin
 */
function confirmed(given, pin) {
  const chain = verifiedChain(given, pin);
  if (toHex(chain.anchor.hash) === pin.anchor) return chain;
  const { anchorVerifyKey } = chain.records[pin.number];
  if (equal(anchorVerifyKey, chain.newest.anchorVerifyKey)) throw new Breach("anchor", given.name);
  return undefined;
}

/**
 * @param {import("./answers.js").ChannelAnswer} given
 * @param {readonly ChannelRecord[]} records
 * @param {Root} root
 */
export async function openEpochs(given, records, root) {
  /** @type {Map<number, Root>} */
  const epochs = new Map();
  for (const sealed of given.grants) {
    try {
      const grant = await openGrant(fromBase64(sealed), root);
      const record = records.find(({ hash }) => equal(hash, grant.record));
      if (record === undefined) throw new RangeError("a grant that names no record of the chain");
      const { channel, epoch, hash, recipient } = record;
      checkGrant(grant, { purpose: "channel", channel, case: null, number: epoch, recordHash: hash, recipient });
      epochs.set(epoch, grant.root);
    } catch (error) {
      throw new Breach("grant", given.name, error);
    }
  }
  return epochs;
}

/**
 * The channels whose reports this officer reads, by id in hex, each verified and with the roots of its epochs. One that
 * the officer has not confirmed (no pin, or the anchor has changed since) is left out. New records are pinned before this returns.
 * @param {Root} root
 * @param {import("./answers.js").KeysAnswer} keys the answer of GET /desk/api/keys
 * @returns {Promise<Map<string, Channel>>}
 * @throws {Breach}
 */
export async function openChannels(root, keys) {
  const pins = readPins(root, keys);
  const channels = new Map();
  let moved = false;
  for (const given of keys.channels) {
    if (!Object.hasOwn(pins, given.id)) continue;
    const chain = confirmed(given, pins[given.id]);
    if (chain === undefined) continue;
    const { id, records, newest, anchor } = chain;
    const epochs = await openEpochs(given, records, root);
    const { number, keepers: seen = [] } = pins[given.id];
    const pin = pinOf(anchor, newest, [...seen, ...given.keepers]);
    channels.set(given.id, {
      id, name: given.name, slug: given.slug, records, newest, anchor, words: anchor.words, epochs, keeper: given.keeper,
      keepers: pin.keepers,
    });
    moved ||= newest.number > number || pin.keepers.length > seen.length;
    pins[given.id] = pin;
  }
  if (moved) await keepPins(root, keys, pins);
  return channels;
}

/**
 * Keeps that these people hold the channel's anchor, or are about to. One who has left changes the anchor, whatever the
 * server says then (team/epoch.js).
 * @param {Root} root
 * @param {import("./answers.js").KeysAnswer} keys
 * @param {string} channel id in hex, of a confirmed channel
 * @param {readonly string[]} ids in hex
 */
export async function rememberKeepers(root, keys, channel, ids) {
  const pins = readPins(root, keys);
  const { keepers: seen = [] } = pins[channel];
  if (ids.every((id) => seen.includes(id))) return;
  await keepPins(root, keys, { ...pins, [channel]: { ...pins[channel], keepers: [...new Set([...seen, ...ids])].sort() } });
}

/**
 * Keeps what the officer has confirmed, for later visits and for what this page does next.
 * @param {Root} root
 * @param {import("./answers.js").KeysAnswer} keys
 * @param {Record<string, Pin>} pins
 */
export async function keepPins(root, keys, pins) {
  const officerId = bytesOf(keys.officer.id, 16, "pins", "");
  const sealed = toBase64(sealPins(root, officerId, pins));
  await putJson("/desk/api/pins", { pins: sealed });
  keys.pins = sealed;
}
