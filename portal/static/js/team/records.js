/** A channel's next record, and grants of its roots, made in a keeper's browser (SPEC 7 and 8). */
import { today } from "../desk/dates.js";
import { ChannelRecord, Grant, Member, sealGrant, toBase64 } from "../seal/index.js";

/** @typedef {import("../seal/keys.js").Root} Root @typedef {import("../seal/keys.js").Party} Party */

/**
 * The record after the newest, as it is but for `changes`, signed by the anchor of the newest.
 * @param {Root} anchor
 * @param {ChannelRecord} newest
 * @param {Partial<import("../seal/channel_record.js").ChannelFields>} changes
 */
export function nextRecord(anchor, newest, changes) {
  const { channel, anchorVerifyKey, anchorRecipientHash, epoch, recipient, members } = newest;
  return ChannelRecord.sign(anchor, {
    channel, anchorVerifyKey, anchorRecipientHash, epoch, recipient, members,
    number: newest.number + 1,
    previous: newest.hash,
    day: today(),
    ...changes,
  });
}

/** The line of a record that names this person. @param {Uint8Array} officerId @param {Party} party */
export function memberOf(officerId, party) {
  return new Member(officerId, party.verifyKey, party.recipient.hash);
}

/**
 * One grant as the server takes it.
 * @param {"channel" | "anchor"} purpose
 * @param {ChannelRecord} record one that names the root's recipient
 * @param {Root} root
 * @param {Party} receiver
 */
export async function granted(purpose, record, root, receiver) {
  const number = purpose === "anchor" ? 0 : record.epoch;
  const grant = new Grant({ purpose, channel: record.channel, case: null, number, record: record.hash, to: receiver.hash, root });
  const sealed = await sealGrant(grant, receiver.recipient);
  return { purpose, number, receiver: toBase64(receiver.hash), sealed: toBase64(sealed) };
}

/**
 * Every epoch's root that the keeper holds, granted to one receiver, each under the newest record of its epoch.
 * @param {readonly ChannelRecord[]} records oldest first
 * @param {Map<number, Root>} epochs
 * @param {Party} receiver
 */
export async function grantedEpochs(records, epochs, receiver) {
  const naming = new Map(records.map((record) => [record.epoch, record]));
  const held = [...naming].flatMap(([epoch, record]) => {
    const root = epochs.get(epoch);
    return root === undefined ? [] : [{ record, root }];
  });
  return Promise.all(held.map(({ record, root }) => granted("channel", record, root, receiver)));
}
