/**
 * The body of a message: which keys it has, in which order, and what each may be. As in crypto/body.py. Ids, hashes and
 * keys are lower-case hex here, as they stand in the JSON line.
 *
 * @typedef {{ when?: string, where?: string, who?: string, category?: string, relation?: string, mode?: string }} Fields
 * @typedef {{ id: string, name: string, type: string, size: number, sha256: string, head: string }} FileFields
 * @typedef {{ kind: string, side: "reporter" | "desk", n: number, prev: string, record: string, key: string,
 *   sealed: "browser" | "server", day: string, at?: string | null, lang: string, text: string, fields: Fields,
 *   files: readonly FileFields[], mailbox?: string | null }} BodyFields
 */
import { utf8 } from "./bytes.js";
import { CryptoError, MessageMalformed } from "./errors.js";
import { Recipient } from "./keys.js";
import { LineWrong, MAX_NUMBER, readDay, readHex } from "./lines.js";
import * as strictJson from "./strict_json.js";

/** What a report may say beside its text, in this order; each is left out if it was not given. */
export const FIELD_NAMES = Object.freeze(["when", "where", "who", "category", "relation", "mode"]);
export const MAX_TEXT_BYTES = 200_000;

const KEYS = ["v", "kind", "side", "n", "prev", "record", "key", "sealed", "day", "lang", "text", "fields", "files"];
const FILE_KEYS = Object.freeze(["id", "name", "type", "size", "sha256", "head"]);
const KIND = /^[a-z]+(?:-[a-z]+)*$/;
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;
const MINUTE = /^T(?:[01][0-9]|2[0-3]):[0-5][0-9]Z$/;
const DAY_LENGTH = 10;

/**
 * @param {string} what
 * @param {boolean} holds
 */
function need(what, holds) {
  if (!holds) throw new LineWrong(what);
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {...unknown} values */
function areTexts(...values) {
  return values.every((value) => typeof value === "string");
}

/**
 * What a signed message says of an attachment: the blob's id, and what must come out of it. `size` is the content's, in
 * bytes, without padding; `sha256` its hash; `head` the SHA-256 of the age file's first 1,643 bytes.
 */
export class FileItem {
  /** @param {FileFields} fields */
  constructor({ id, name, type, size, sha256, head }) {
    this.id = id;
    this.name = name;
    this.type = type;
    this.size = size;
    this.sha256 = sha256;
    this.head = head;
    Object.freeze(this);
  }

  /** @param {unknown} value */
  static fromObject(value) {
    need("a file has other keys", isObject(value) && Object.keys(value).join() === FILE_KEYS.join());
    const item = new FileItem(/** @type {FileFields} */ (value));
    item.check();
    return item;
  }

  /** Throws LineWrong unless every value is one that the specification allows. */
  check() {
    need("a file's text is none", areTexts(this.id, this.name, this.type, this.sha256, this.head));
    need("a file has no size", Number.isSafeInteger(this.size) && this.size >= 0);
    readHex(this.id, 16);
    readHex(this.sha256, 32);
    readHex(this.head, 32);
  }
}

/**
 * One message: who says what, as number `n` after the message whose age file hashes to `prev`. `at` is
 * `YYYY-MM-DDTHH:MMZ`, on the desk's side and only there; `mailbox` the reporter's recipient, in the reporter's message 0
 * and only there.
 */
export class Body {
  /** @param {BodyFields} fields */
  constructor(fields) {
    this.kind = fields.kind;
    this.side = fields.side;
    this.n = fields.n;
    this.prev = fields.prev;
    this.record = fields.record;
    this.key = fields.key;
    this.sealed = fields.sealed;
    this.day = fields.day;
    this.at = fields.at ?? null;
    this.lang = fields.lang;
    this.text = fields.text;
    this.fields = fields.fields;
    this.files = Object.freeze(fields.files.map((item) => new FileItem(item)));
    this.mailbox = fields.mailbox ?? null;
    Object.freeze(this);
  }

  /**
   * The JSON line.
   * @throws {MessageMalformed} for what no reader would accept
   */
  write() {
    try {
      this.#check();
      return strictJson.write(this.#toObject());
    } catch (error) {
      throw malformed(error);
    }
  }

  /**
   * The body that `line` spells.
   * @param {Uint8Array} line
   * @throws {MessageMalformed}
   */
  static read(line) {
    try {
      const value = strictJson.read(line);
      const allowed = new Set([...KEYS, "at", "mailbox"]);
      need("other keys", KEYS.every((key) => Object.hasOwn(value, key)) && Object.keys(value).every((key) => allowed.has(key)));
      need("files is no list", Array.isArray(value.files));
      need("a key that is null", Object.values(value).every((one) => one !== null));
      const body = new Body({ .../** @type {any} */ (value), files: value.files.map(FileItem.fromObject) });
      const written = strictJson.write(body.#checked());
      need("keys in another order", written.length === line.length && written.every((byte, i) => byte === line[i]));
      return body;
    } catch (error) {
      throw malformed(error);
    }
  }

  #checked() {
    this.#check();
    return this.#toObject();
  }

  #toObject() {
    const { kind, side, n, prev, record, key, sealed, day, at, lang, text, files, mailbox } = this;
    const given = /** @type {Record<string, string>} */ (this.fields);
    const fields = Object.fromEntries(FIELD_NAMES.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]]));
    const start = { v: 1, kind, side, n, prev, record, key, sealed, day, ...(at === null ? {} : { at }) };
    return { ...start, lang, text, fields, files: [...files], ...(mailbox === null ? {} : { mailbox }) };
  }

  #check() {
    const { kind, side, n, prev, record, key, sealed, day, lang, text } = this;
    need("a text is none", areTexts(kind, side, prev, record, key, sealed, day, lang, text));
    need("not a kind", KIND.test(kind));
    need("not a side", side === "reporter" || side === "desk");
    need("not a number", Number.isInteger(n) && n >= 0 && n <= MAX_NUMBER);
    need("sealed neither by browser nor by server", sealed === "browser" || sealed === "server");
    need("not a language", LANGUAGE.test(lang));
    need("a text too long", utf8(text).length <= MAX_TEXT_BYTES);
    [prev, record, key].forEach((value) => readHex(value, 32));
    this.#checkTime();
    this.#checkParts();
  }

  #checkTime() {
    readDay(this.day);
    need("`at` is the desk's, and only the desk's", (this.at !== null) === (this.side === "desk"));
    if (this.at === null) return;
    need("not a minute", areTexts(this.at));
    readDay(this.at.slice(0, DAY_LENGTH));
    need("not a minute", MINUTE.test(this.at.slice(DAY_LENGTH)));
  }

  #checkParts() {
    need("other fields", isObject(this.fields) && Object.keys(this.fields).every((name) => FIELD_NAMES.includes(name)));
    need("a field is no text", areTexts(...Object.values(this.fields)));
    this.files.forEach((item) => item.check());
    const first = this.side === "reporter" && this.n === 0;
    need("`mailbox` is for the reporter's message 0 alone", (this.mailbox !== null) === first);
    if (this.mailbox === null) return;
    need("`mailbox` is no text", areTexts(this.mailbox));
    Recipient.parse(this.mailbox);
  }
}

/** @param {unknown} error */
function malformed(error) {
  if (!(error instanceof LineWrong || error instanceof CryptoError)) return error;
  return new MessageMalformed(error.message, { cause: error });
}
