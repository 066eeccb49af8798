/**
 * The channel record: who the handler team of a channel is, signed by the channel's anchor. As in
 * crypto/channel_record.py. Whoever seals to a channel takes the recipient from here, after its chain was verified.
 *
 * @typedef {{ channel: Uint8Array, number: number, previous: Uint8Array, anchorVerifyKey: Uint8Array,
 *   anchorRecipientHash: Uint8Array, epoch: number, recipient: Recipient, members: readonly Member[],
 *   day: string }} ChannelFields
 */
import { sha256 } from "../../vendor/seal.js";
import { concat, equal, toHex, utf8 } from "./bytes.js";
import { RecordMalformed, RecordNotAllowed, RecordSignatureWrong } from "./errors.js";
import { Party, Recipient, verify } from "./keys.js";
import { ascending, readDay, readDecimal, readHex, readTwoHashes, readWhole, writeLines } from "./lines.js";

const FIRST = "fortrolig channel record v1";
const CONTEXT = utf8("fortrolig/v1/channel\0");

/**
 * @param {Uint8Array} verifyKey
 * @param {Uint8Array} recipientHash
 * @param {Recipient} recipient
 */
function partyOf(verifyKey, recipientHash, recipient) {
  if (!equal(recipient.hash, recipientHash)) throw new RecordNotAllowed("another recipient than the record names");
  return new Party(recipient, verifyKey);
}

/** An officer of the team. */
export class Member {
  /**
   * @param {Uint8Array} officerId 16 bytes
   * @param {Uint8Array} verifyKey 32 bytes
   * @param {Uint8Array} recipientHash SHA-256 of the raw recipient
   */
  constructor(officerId, verifyKey, recipientHash) {
    this.officerId = officerId;
    this.verifyKey = verifyKey;
    this.recipientHash = recipientHash;
    Object.freeze(this);
  }

  /** The member's line without its name; equal lines are equal members. */
  toString() {
    return `${toHex(this.officerId)} ${toHex(this.verifyKey)} ${toHex(this.recipientHash)}`;
  }

  /**
   * The member's party, if `recipient` is the member's. Throws RecordNotAllowed.
   * @param {Recipient} recipient
   */
  party(recipient) {
    return partyOf(this.verifyKey, this.recipientHash, recipient);
  }
}

/** @param {string} text */
function readMember(text) {
  const [officerId, ...keys] = text.split(" ");
  const [verifyKey, recipientHash] = readTwoHashes(keys.join(" "));
  return new Member(readHex(officerId, 16), verifyKey, recipientHash);
}

/** One record. Made by `sign` or `read`; a record by itself proves nothing, its chain does. */
export class ChannelRecord {
  /** @type {Uint8Array | undefined} */
  #hash;

  /**
   * @param {ChannelFields} fields
   * @param {Uint8Array} signature 64 bytes
   */
  constructor(fields, signature) {
    this.channel = fields.channel;
    this.number = fields.number;
    this.previous = fields.previous;
    this.anchorVerifyKey = fields.anchorVerifyKey;
    this.anchorRecipientHash = fields.anchorRecipientHash;
    this.epoch = fields.epoch;
    this.recipient = fields.recipient;
    this.members = fields.members;
    this.day = fields.day;
    this.signature = signature;
    /** The bytes before the signature line. */
    this.signedPart = writeLines([
      FIRST,
      `channel ${toHex(this.channel)}`,
      `number ${this.number}`,
      `previous ${toHex(this.previous)}`,
      `anchor ${toHex(this.anchorVerifyKey)} ${toHex(this.anchorRecipientHash)}`,
      `epoch ${this.epoch}`,
      `recipient ${this.recipient}`,
      ...this.members.map((member) => `member ${member}`),
      `day ${this.day}`,
    ]);
    /** The whole record, as it is stored and hashed. */
    this.raw = concat(this.signedPart, writeLines([`signature ${toHex(signature)}`]));
    Object.freeze(this);
  }

  /** SHA-256 of the whole record. */
  get hash() {
    this.#hash ??= sha256(this.raw);
    return this.#hash;
  }

  /**
   * The record with these fields, signed by the anchor of the record before. Members are put in order.
   * @param {import("./keys.js").Root} anchorRoot
   * @param {ChannelFields} fields
   * @throws {RecordMalformed} for fields that no reader would accept
   */
  static sign(anchorRoot, fields) {
    const members = [...fields.members].sort((a, b) => (String(a) < String(b) ? -1 : 1));
    const unsigned = new ChannelRecord({ ...fields, members }, new Uint8Array(64));
    const signature = anchorRoot.sign(concat(CONTEXT, unsigned.signedPart));
    return ChannelRecord.read(new ChannelRecord(unsigned, signature).raw);
  }

  /**
   * The record that `raw` spells; its signature is not verified here.
   * @param {Uint8Array} raw
   * @throws {RecordMalformed}
   */
  static read(raw) {
    const fail = (/** @type {string} */ detail, /** @type {unknown} */ cause) => new RecordMalformed(detail, { cause });
    const record = readWhole(raw, ChannelRecord.#takeApart, fail);
    if (!ascending(record.members.map(({ officerId }) => toHex(officerId)))) {
      throw new RecordMalformed("no members, or members not in ascending order of id");
    }
    return record;
  }

  /** @param {import("./lines.js").Lines} lines */
  static #takeApart(lines) {
    lines.take(FIRST);
    const channel = readHex(lines.take("channel "), 16);
    const number = readDecimal(lines.take("number "));
    const previous = readHex(lines.take("previous "), 32);
    const [anchorVerifyKey, anchorRecipientHash] = readTwoHashes(lines.take("anchor "));
    const epoch = readDecimal(lines.take("epoch "));
    const recipient = Recipient.parse(lines.take("recipient "));
    const members = lines.takeEach("member ", readMember);
    const day = readDay(lines.take("day "));
    const signature = readHex(lines.take("signature "), 64);
    const anchor = { anchorVerifyKey, anchorRecipientHash };
    return new ChannelRecord({ channel, number, previous, ...anchor, epoch, recipient, members, day }, signature);
  }

  /**
   * Returns when this record is signed by this key.
   * @param {Uint8Array} anchorVerifyKey
   * @throws {RecordSignatureWrong}
   */
  verify(anchorVerifyKey) {
    try {
      verify(anchorVerifyKey, this.signature, concat(CONTEXT, this.signedPart));
    } catch (error) {
      throw new RecordSignatureWrong(`channel record ${this.number} is not signed by its anchor`, { cause: error });
    }
  }

  /**
   * The member who signs with this key.
   * @param {Uint8Array} verifyKey
   * @throws {RecordNotAllowed}
   */
  memberOfKey(verifyKey) {
    const member = this.members.find((one) => equal(one.verifyKey, verifyKey));
    if (member === undefined) throw new RecordNotAllowed("the key belongs to no member of the channel");
    return member;
  }

  /**
   * The anchor's party, whose words stand on posters, if `recipient` is the anchor's. Throws RecordNotAllowed.
   * @param {Recipient} recipient
   */
  anchorParty(recipient) {
    return partyOf(this.anchorVerifyKey, this.anchorRecipientHash, recipient);
  }
}
