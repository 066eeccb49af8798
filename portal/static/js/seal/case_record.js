/**
 * The case record: which key a case's messages are sealed to, and who holds it. As in crypto/case_record.py. Whether a
 * record may stand in its place is decided in records.js.
 *
 * @typedef {readonly ["channel", number] | readonly ["officer", Uint8Array] | readonly ["mailbox", null]} Reader
 * @typedef {{ channel: Uint8Array, case: Uint8Array, scope: import("./wrap.js").Scope, number: number,
 *   previous: Uint8Array, channelRecord: Uint8Array, talk: Uint8Array, recipient: Recipient,
 *   readers: readonly Reader[] }} CaseFields `channelRecord` and `talk` are hashes
 */
import { sha256 } from "../../vendor/seal.js";
import { concat, toHex, utf8 } from "./bytes.js";
import { RecordMalformed, RecordSignatureWrong } from "./errors.js";
import { Recipient, verify } from "./keys.js";
import { ascending, LineWrong, readDecimal, readHex, readWhole, writeLines } from "./lines.js";

const FIRST = "fortrolig case record v1";
const CONTEXT = utf8("fortrolig/v1/case\0");

/**
 * A reader as it stands on its line; equal texts are equal readers.
 * @param {Reader} reader
 */
export function writeReader([kind, value]) {
  if (value === null) return `reader ${kind}`;
  return `reader ${kind} ${typeof value === "number" ? value : toHex(value)}`;
}

/** @param {string} text @returns {Reader} */
function readReader(text) {
  if (text === "mailbox") return ["mailbox", null];
  if (text.startsWith("channel ")) return ["channel", readDecimal(text.slice(8))];
  if (text.startsWith("officer ")) return ["officer", readHex(text.slice(8), 16)];
  throw new LineWrong("a reader is a channel epoch, an officer or the mailbox");
}

/** @param {string} text @returns {import("./wrap.js").Scope} */
function readScope(text) {
  if (text !== "talk" && text !== "desk") throw new LineWrong("a scope is talk or desk");
  return text;
}

/** One record; `signer` is a verify key. Made by `sign` or `read`; by itself it proves nothing, its chain does. */
export class CaseRecord {
  /** @type {Uint8Array | undefined} */
  #hash;

  /**
   * @param {CaseFields & { signer: Uint8Array }} fields
   * @param {Uint8Array} signature 64 bytes
   */
  constructor(fields, signature) {
    this.channel = fields.channel;
    this.case = fields.case;
    this.scope = fields.scope;
    this.number = fields.number;
    this.previous = fields.previous;
    this.channelRecord = fields.channelRecord;
    this.talk = fields.talk;
    this.recipient = fields.recipient;
    this.readers = fields.readers;
    this.signer = fields.signer;
    this.signature = signature;
    /** The bytes before the signature line. */
    this.signedPart = writeLines([
      FIRST,
      `channel ${toHex(this.channel)}`,
      `case ${toHex(this.case)}`,
      `scope ${this.scope}`,
      `number ${this.number}`,
      `previous ${toHex(this.previous)}`,
      `channel-record ${toHex(this.channelRecord)}`,
      `talk ${toHex(this.talk)}`,
      `recipient ${this.recipient}`,
      ...this.readers.map(writeReader),
      `signer ${toHex(this.signer)}`,
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
   * The record with these fields, signed by `signerRoot`. Readers are put in order.
   * @param {import("./keys.js").Root} signerRoot
   * @param {CaseFields} fields
   * @throws {RecordMalformed} for fields that no reader would accept
   */
  static sign(signerRoot, fields) {
    const readers = [...fields.readers].sort((a, b) => (writeReader(a) < writeReader(b) ? -1 : 1));
    const unsigned = new CaseRecord({ ...fields, readers, signer: signerRoot.verifyKey }, new Uint8Array(64));
    const signature = signerRoot.sign(concat(CONTEXT, unsigned.signedPart));
    return CaseRecord.read(new CaseRecord(unsigned, signature).raw);
  }

  /**
   * The record that `raw` spells; its signature is not verified here.
   * @param {Uint8Array} raw
   * @throws {RecordMalformed}
   */
  static read(raw) {
    const fail = (/** @type {string} */ detail, /** @type {unknown} */ cause) => new RecordMalformed(detail, { cause });
    const record = readWhole(raw, CaseRecord.#takeApart, fail);
    if (!ascending(record.readers.map(writeReader))) throw new RecordMalformed("no readers, or readers not in order");
    if (record.scope === "desk" && record.readers.some(([kind]) => kind === "mailbox")) {
      throw new RecordMalformed("the reporter never reads the desk's notes");
    }
    return record;
  }

  /** @param {import("./lines.js").Lines} lines */
  static #takeApart(lines) {
    lines.take(FIRST);
    const fields = {
      channel: readHex(lines.take("channel "), 16),
      case: readHex(lines.take("case "), 16),
      scope: readScope(lines.take("scope ")),
      number: readDecimal(lines.take("number ")),
      previous: readHex(lines.take("previous "), 32),
      channelRecord: readHex(lines.take("channel-record "), 32),
      talk: readHex(lines.take("talk "), 32),
      recipient: Recipient.parse(lines.take("recipient ")),
      readers: lines.takeEach("reader ", readReader),
      signer: readHex(lines.take("signer "), 32),
    };
    return new CaseRecord(fields, readHex(lines.take("signature "), 64));
  }

  /**
   * Returns when the signer named signed this record.
   * @throws {RecordSignatureWrong}
   */
  verify() {
    try {
      verify(this.signer, this.signature, concat(CONTEXT, this.signedPart));
    } catch (error) {
      throw new RecordSignatureWrong(`${this.scope} record ${this.number} is not signed`, { cause: error });
    }
  }
}
