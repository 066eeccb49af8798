/** The three roots of a new portal, and everything public, signed or sealed that follows from them (SPEC 4, 7, 8). */
import {
  ChannelRecord, Grant, Member, NO_HASH, randomBytes, Root, sealGrant, toHex,
} from "../seal/index.js";
import { today } from "../desk/dates.js";
import { pinOf, sealPins } from "../desk/keys.js";

const ID_SIZE = 16;

/**
 * @typedef {{ officerId: Uint8Array, channelId: Uint8Array, officer: Root, channel: Root, anchor: Root,
 *   record: ChannelRecord }} Roots
 */

/**
 * New roots for the first officer, the first channel's epoch 0 and its anchor, and the channel's record 0.
 * @returns {Roots}
 */
export function newRoots() {
  const [officer, channel, anchor] = [Root.generate(), Root.generate(), Root.generate()];
  const [officerId, channelId] = [randomBytes(ID_SIZE), randomBytes(ID_SIZE)];
  const record = ChannelRecord.sign(anchor, {
    channel: channelId,
    number: 0,
    previous: NO_HASH,
    anchorVerifyKey: anchor.verifyKey,
    anchorRecipientHash: anchor.party.recipient.hash,
    epoch: 0,
    recipient: channel.party.recipient,
    members: [new Member(officerId, officer.verifyKey, officer.party.recipient.hash)],
    day: today(),
  });
  return { officerId, channelId, officer, channel, anchor, record };
}

/**
 * The three grants: the epoch's root for the officer and for the anchor, the anchor's root for the officer, its keeper.
 * @param {Roots} roots
 */
export async function sealGrants({ channelId, officer, channel, anchor, record }) {
  /** @param {"channel" | "anchor"} purpose @param {Root} root @param {Root} receiver */
  const seal = (purpose, root, receiver) => sealGrant(new Grant({
    purpose, channel: channelId, case: null, number: 0, record: record.hash, to: receiver.party.hash, root,
  }), receiver.party.recipient);
  return {
    toOfficer: await seal("channel", channel, officer),
    toAnchor: await seal("channel", channel, anchor),
    anchorToOfficer: await seal("anchor", anchor, officer),
  };
}

/**
 * The first officer's pins: it made the anchor itself, so there is nothing to compare.
 * @param {Roots} roots
 */
export function firstPins({ officerId, channelId, officer, anchor, record }) {
  return sealPins(officer, officerId, { [toHex(channelId)]: pinOf(anchor.party, record, [toHex(officerId)]) });
}
