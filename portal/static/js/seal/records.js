/**
 * Chains of signed records: each names the one before, and only some may sign the next. As in crypto/records.py.
 * Everything here fails closed. A chain that is true but shorter than one already seen is told apart by `seen`, so that a
 * server can't take a person back in time.
 *
 * @typedef {readonly [number: number, hash: Uint8Array]} Seen the newest record that somebody has verified before
 */
import { equal } from "./bytes.js";
import { CaseRecord, writeReader } from "./case_record.js";
import { ChannelRecord } from "./channel_record.js";
import { RecordNotAllowed, RecordOutOfOrder } from "./errors.js";
import { NO_HASH } from "./lines.js";

/**
 * @param {ChannelRecord | CaseRecord} record
 * @param {ChannelRecord | CaseRecord | undefined} before
 * @param {number} number
 */
function checkPlace(record, before, number) {
  if (record.number !== number || !equal(record.previous, before?.hash ?? NO_HASH)) {
    throw new RecordOutOfOrder(`record ${number} is missing, or does not follow the one before`);
  }
}

/**
 * @param {readonly (ChannelRecord | CaseRecord)[]} records
 * @param {Seen | undefined} seen
 */
function checkSeen(records, seen) {
  if (records.length === 0) throw new RecordOutOfOrder("no records");
  if (seen === undefined) return;
  const [number, known] = seen;
  if (number >= records.length || !equal(records[number].hash, known)) {
    throw new RecordOutOfOrder(`another record ${number}, or fewer records, than were seen before`);
  }
}

/**
 * @param {ChannelRecord} record
 * @param {ChannelRecord | undefined} before
 */
function checkEpoch(record, before) {
  const same = before !== undefined && equal(record.recipient.raw, before.recipient.raw);
  const expected = before === undefined ? 0 : before.epoch + (same ? 0 : 1);
  if (record.epoch !== expected) {
    throw new RecordOutOfOrder("the epoch goes up by one with a new recipient, and only then");
  }
}

/**
 * The channel's records, oldest first, from number 0 without a gap, each signed as it must be. Whose anchor record 0
 * names is for the caller to compare (the 8 words, a pin, `seen`).
 * @param {readonly Uint8Array[]} raws
 * @param {{ channel: Uint8Array, seen?: Seen }} expected
 * @returns {readonly ChannelRecord[]}
 * @throws {RecordMalformed | RecordNotAllowed | RecordOutOfOrder | RecordSignatureWrong}
 */
export function verifyChannelChain(raws, { channel, seen }) {
  /** @type {ChannelRecord[]} */
  const records = [];
  for (const [number, raw] of raws.entries()) {
    const record = ChannelRecord.read(raw);
    const before = records.at(-1);
    if (!equal(record.channel, channel)) throw new RecordNotAllowed("a record of another channel");
    checkPlace(record, before, number);
    checkEpoch(record, before);
    record.verify((before ?? record).anchorVerifyKey);
    records.push(record);
  }
  checkSeen(records, seen);
  return Object.freeze(records);
}

/**
 * @param {Uint8Array} hash
 * @param {readonly ChannelRecord[]} channelRecords
 */
function named(hash, channelRecords) {
  const record = channelRecords.find((one) => equal(one.hash, hash));
  if (record === undefined) throw new RecordNotAllowed("it names a channel record that is not in the chain");
  return record;
}

/**
 * The member who owns `verifyKey`, if a member in the channel record whose hash is `channelRecord`, and a reader of the
 * case: named by id, or on the team in an epoch named. It is the check for the signer of a record and of a desk-side
 * message alike.
 * @param {CaseRecord} caseRecord
 * @param {Uint8Array} verifyKey
 * @param {{ channelRecord: Uint8Array, channelRecords: readonly ChannelRecord[] }} team
 * @returns {import("./channel_record.js").Member}
 * @throws {RecordNotAllowed}
 */
export function checkReader(caseRecord, verifyKey, { channelRecord, channelRecords }) {
  const member = named(channelRecord, channelRecords).memberOfKey(verifyKey);
  const readers = new Set(caseRecord.readers.map(writeReader));
  const isReader = readers.has(writeReader(["officer", member.officerId])) || channelRecords.some((record) =>
    readers.has(writeReader(["channel", record.epoch])) && record.members.some((one) => String(one) === String(member)));
  if (!isReader) throw new RecordNotAllowed("the signer is not a reader of the case");
  return member;
}

/**
 * @param {CaseRecord} record
 * @param {ChannelRecord} team
 */
function checkReaders(record, team) {
  for (const [kind, value] of record.readers) {
    if (kind === "channel" && value !== team.epoch) {
      throw new RecordNotAllowed("a reader of another epoch than that of the channel record named");
    }
    if (kind === "officer" && !team.members.some(({ officerId }) => equal(officerId, value))) {
      throw new RecordNotAllowed("a reader who is no member of the channel");
    }
  }
}

/**
 * @param {CaseRecord} record
 * @param {readonly CaseRecord[]} before
 * @param {Uint8Array | undefined} mailboxVerifyKey
 * @param {readonly ChannelRecord[]} channelRecords
 */
function checkSigner(record, before, mailboxVerifyKey, channelRecords) {
  if (record.scope === "talk" && record.number === 0) {
    if (mailboxVerifyKey !== undefined && !equal(record.signer, mailboxVerifyKey)) {
      throw new RecordNotAllowed("talk record 0 is not signed by the mailbox");
    }
    return;
  }
  const team = { channelRecord: record.channelRecord, channelRecords };
  const may = before.some((earlier) => {
    try {
      return checkReader(earlier, record.signer, team) !== undefined;
    } catch (error) {
      if (error instanceof RecordNotAllowed) return false;
      throw error;
    }
  });
  if (!may) throw new RecordNotAllowed("the signer is not a member who was a reader before");
}

/**
 * @param {CaseRecord} record
 * @param {CaseRecord | undefined} before
 * @param {Uint8Array} talk
 * @param {readonly ChannelRecord[]} channelRecords
 */
function checkBinding(record, before, talk, channelRecords) {
  if (!equal(record.talk, talk)) throw new RecordNotAllowed("it names another talk record 0");
  const team = named(record.channelRecord, channelRecords);
  if (before !== undefined && team.number < named(before.channelRecord, channelRecords).number) {
    throw new RecordOutOfOrder("it names an older channel record than the one before");
  }
  checkReaders(record, team);
}

/**
 * The records of one scope of a case, oldest first, each in its place and signed by somebody who may. Without
 * `mailboxVerifyKey` the signer of talk record 0 is taken as it stands: the caller compares it with message 0's key.
 * @param {readonly Uint8Array[]} raws
 * @param {{ channelRecords: readonly ChannelRecord[], case: Uint8Array, scope: import("./wrap.js").Scope,
 *   mailboxVerifyKey?: Uint8Array, talkRecords?: readonly CaseRecord[], seen?: Seen }} expected `channelRecords` and, for
 *   the desk, `talkRecords` are verified chains
 * @returns {readonly CaseRecord[]}
 * @throws {RecordMalformed | RecordNotAllowed | RecordOutOfOrder | RecordSignatureWrong}
 */
export function verifyCaseChain(raws, expected) {
  const { channelRecords, scope, mailboxVerifyKey, talkRecords = [], seen } = expected;
  /** @type {CaseRecord[]} */
  const records = [];
  for (const [number, raw] of raws.entries()) {
    const record = CaseRecord.read(raw);
    const before = records.at(-1);
    const ours = equal(record.channel, channelRecords[0].channel) && equal(record.case, expected.case);
    if (!ours || record.scope !== scope) throw new RecordNotAllowed("a record of another channel, case or scope");
    checkPlace(record, before, number);
    const [first] = scope === "talk" ? records : talkRecords;
    checkBinding(record, before, first?.hash ?? NO_HASH, channelRecords);
    checkSigner(record, before === undefined ? talkRecords : [before], mailboxVerifyKey, channelRecords);
    record.verify();
    records.push(record);
  }
  checkSeen(records, seen);
  return Object.freeze(records);
}
