/**
 * A grant: a root sealed to somebody who may hold it. As in crypto/grant.py. It is a container and never trusted by
 * itself: a root is used after openGrant and after checkGrant, never before.
 *
 * @typedef {"anchor" | "channel" | "talk" | "desk"} Purpose
 * @typedef {{ purpose: Purpose, channel: Uint8Array, case: Uint8Array | null, number: number, record: Uint8Array,
 *   to: Uint8Array, root: Root }} GrantFields `number`: epoch, case record number, or 0 for an anchor; `record`: SHA-256
 *   of the signed record that names the root's recipient; `to`: the receiver's party hash
 */
import { openBytes, sealBytes } from "./agefile.js";
import { equal, toHex } from "./bytes.js";
import { GrantMalformed, GrantMismatch } from "./errors.js";
import { Root } from "./keys.js";
import { LineWrong, readDecimal, readHex, readWhole, writeLines } from "./lines.js";

const FIRST = "# fortrolig grant v1";
const PURPOSES = Object.freeze(["anchor", "channel", "talk", "desk"]);

/** @param {string} text @returns {Purpose} */
function readPurpose(text) {
  if (!PURPOSES.includes(text)) throw new LineWrong("a grant is for anchor, channel, talk or desk");
  return /** @type {Purpose} */ (text);
}

/** What a grant says. */
export class Grant {
  /** @param {GrantFields} fields */
  constructor(fields) {
    this.purpose = fields.purpose;
    this.channel = fields.channel;
    this.case = fields.case;
    this.number = fields.number;
    this.record = fields.record;
    this.to = fields.to;
    this.root = fields.root;
    Object.freeze(this);
  }

  /** The plaintext: an age identity file with comments. */
  get raw() {
    return writeLines([
      FIRST,
      `# purpose ${this.purpose}`,
      `# channel ${toHex(this.channel)}`,
      `# case ${this.case === null ? "-" : toHex(this.case)}`,
      `# number ${this.number}`,
      `# record ${toHex(this.record)}`,
      `# to ${toHex(this.to)}`,
      `# root ${toHex(this.root.secret)}`,
      this.root.identity.toString(),
    ]);
  }

  /**
   * The grant that `raw` spells. Its writing again also shows that the identity line, which stock `age` uses, is that of
   * the root, which we use.
   * @param {Uint8Array} raw
   * @throws {GrantMalformed}
   */
  static read(raw) {
    const fail = (/** @type {string} */ detail, /** @type {unknown} */ cause) => new GrantMalformed(detail, { cause });
    const grant = readWhole(raw, Grant.#takeApart, fail);
    if (["talk", "desk"].includes(grant.purpose) !== (grant.case !== null)) {
      throw new GrantMalformed("talk and desk grants name a case, the others do not");
    }
    return grant;
  }

  /** @param {import("./lines.js").Lines} lines */
  static #takeApart(lines) {
    lines.take(FIRST);
    const purpose = readPurpose(lines.take("# purpose "));
    const channel = readHex(lines.take("# channel "), 16);
    const caseId = lines.take("# case ");
    return new Grant({
      purpose,
      channel,
      case: caseId === "-" ? null : readHex(caseId, 16),
      number: readDecimal(lines.take("# number ")),
      record: readHex(lines.take("# record "), 32),
      to: readHex(lines.take("# to "), 32),
      root: new Root(readHex(lines.take("# root "), 32)),
    });
  }
}

/**
 * The grant as an age file to `recipient`, which must be that of the party named in `to`. Take it from the newest valid
 * record, never from the server's word.
 * @param {Grant} grant
 * @param {import("./keys.js").Recipient} recipient
 */
export async function sealGrant(grant, recipient) {
  return sealBytes(grant.raw, [recipient]);
}

/**
 * The grant in `sealed`, if it is well-formed and meant for the holder of `receiverRoot`.
 * @param {Uint8Array} sealed
 * @param {Root} receiverRoot
 * @returns {Promise<Grant>} rejects with an AgeError, GrantMalformed, or GrantMismatch when `to` names somebody else:
 *   then a grant for one was sealed on to another
 */
export async function openGrant(sealed, receiverRoot) {
  const grant = Grant.read(await openBytes(sealed, [receiverRoot.identity], { portal: true }));
  if (!equal(grant.to, receiverRoot.party.hash)) throw new GrantMismatch("the grant is meant for somebody else");
  return grant;
}

/**
 * Returns when the grant is the one asked for and its root makes the recipient of the signed record.
 * @param {Grant} grant
 * @param {{ purpose: Purpose, channel: Uint8Array, case: Uint8Array | null, number: number, recordHash: Uint8Array,
 *   recipient: import("./keys.js").Recipient }} expected for an anchor, `recipient` is the anchor's
 * @throws {GrantMismatch}
 */
export function checkGrant(grant, expected) {
  const sameCase = grant.case === null || expected.case === null
    ? grant.case === expected.case
    : equal(grant.case, expected.case);
  const same = grant.purpose === expected.purpose && grant.number === expected.number && sameCase
    && equal(grant.channel, expected.channel) && equal(grant.record, expected.recordHash);
  if (!same) throw new GrantMismatch("the grant is for another purpose, channel, case, number or record");
  if (!equal(grant.root.identity.recipient.raw, expected.recipient.raw)) {
    throw new GrantMismatch("the root does not make the recipient that the signed record names");
  }
}
