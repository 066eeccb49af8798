/**
 * The notebook: what the reporter's side must remember, kept under the mailbox root on the server. As in
 * crypto/notebook.py. It lets a reporter notice a rewound channel or conversation, and a second holder of the receipt.
 *
 * @typedef {{ number: number, root: Uint8Array, record: Uint8Array }} NotebookTalk a talk root with number and hash of the
 *   case record that names its recipient
 * @typedef {{ case: Uint8Array, channel: Uint8Array, anchor: Uint8Array, channelRecord: readonly [number, Uint8Array],
 *   talks: readonly NotebookTalk[], lastN: number, lastHash: Uint8Array, opened: readonly [number, string] }} NotebookFields
 *   `anchor`: the anchor's party hash; `opened`: how often, and the UTC day it last was
 */
import { equal, toHex } from "./bytes.js";
import { JsonMalformed } from "./errors.js";
import { LineWrong, readDay, readHex } from "./lines.js";
import * as strictJson from "./strict_json.js";

/** @param {unknown} value @returns {number} */
function count(value) {
  if (!Number.isSafeInteger(value) || /** @type {number} */ (value) < 0) throw new LineWrong("not a count");
  return /** @type {number} */ (value);
}

/** What is remembered of one case. */
export class Notebook {
  /** @param {NotebookFields} fields */
  constructor(fields) {
    this.case = fields.case;
    this.channel = fields.channel;
    this.anchor = fields.anchor;
    this.channelRecord = fields.channelRecord;
    this.talks = Object.freeze([...fields.talks]);
    this.lastN = fields.lastN;
    this.lastHash = fields.lastHash;
    this.opened = fields.opened;
    Object.freeze(this);
  }

  /** The notebook's one spelling. */
  toJson() {
    return strictJson.write({
      v: 1,
      case: toHex(this.case),
      channel: toHex(this.channel),
      anchor: toHex(this.anchor),
      record: { number: this.channelRecord[0], hash: toHex(this.channelRecord[1]) },
      talks: this.talks.map(({ number, root, record }) => ({ number, root: toHex(root), record: toHex(record) })),
      last: { n: this.lastN, hash: toHex(this.lastHash) },
      opened: { count: this.opened[0], day: this.opened[1] },
    });
  }

  /**
   * The notebook that `raw` spells.
   * @param {Uint8Array} raw
   * @throws {JsonMalformed}
   */
  static fromJson(raw) {
    const value = strictJson.read(raw);
    let notebook;
    try {
      notebook = Notebook.#takeApart(value);
    } catch (error) {
      if (error instanceof LineWrong || error instanceof TypeError) throw new JsonMalformed("not a notebook", { cause: error });
      throw error;
    }
    if (!equal(notebook.toJson(), raw)) throw new JsonMalformed("a notebook with other keys");
    return notebook;
  }

  /** @param {Record<string, any>} value a missing key makes a TypeError */
  static #takeApart(value) {
    return new Notebook({
      case: readHex(value.case, 16),
      channel: readHex(value.channel, 16),
      anchor: readHex(value.anchor, 32),
      channelRecord: [count(value.record.number), readHex(value.record.hash, 32)],
      talks: value.talks.map((/** @type {Record<string, any>} */ talk) => (
        { number: count(talk.number), root: readHex(talk.root, 32), record: readHex(talk.record, 32) })),
      lastN: count(value.last.n),
      lastHash: readHex(value.last.hash, 32),
      opened: [count(value.opened.count), readDay(value.opened.day)],
    });
  }
}
