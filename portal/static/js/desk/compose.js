/**
 * Writing in a case: a message sealed to the newest root of its scope, signed by this officer, sent with the number that
 * was next when the page was read. When the number is gone, nothing is sent and `Between` says so.
 */
import { Body, MAX_TEXT_BYTES, sealMessage, toBase64, toHex, utf8 } from "../seal/index.js";
import { ApiError, isRefusal, postJson } from "./api.js";
import { nextPlace } from "./conversation.js";
import { thisMinute } from "./dates.js";
import { sealingKeys } from "./older_key.js";

/** @typedef {(given: import("./answers.js").CaseAnswer) => boolean} Stands whether what was sent stands in the case as read again */

/** Something came between (`code` says what): the case has to be read again before it is changed. */
export class Between extends Error {
  /**
   * @param {string} code taken, changed, day_changed
   * @param {Stands} [arrived] whether it was this very thing, sent before, whose answer was lost
   */
  constructor(code, arrived = () => false) {
    super(code);
    this.name = "Between";
    this.code = code;
    this.arrived = arrived;
  }
}

/** What was written can't be sent as it is; `code` is a text of the page. */
export class NotSendable extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.name = "NotSendable";
    this.code = code;
  }
}

/**
 * @typedef {{ scope: "talk" | "desk", kind: string, lang: string, text: string,
 *   files?: readonly import("../seal/body.js").FileFields[] }} Written
 */

/**
 * Throws NotSendable unless `text` may be sent.
 * @param {string} text
 * @param {number} files how many go with it
 */
export function checkText(text, files = 0) {
  if (text.trim() === "" && files === 0) throw new NotSendable("empty");
  if (utf8(text).length > MAX_TEXT_BYTES) throw new NotSendable("text_too_long");
}

/**
 * The message, signed and sealed, its number, and the number of the case record that names its recipient.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("./answers.js").CaseAnswer} given the answer of GET /desk/api/cases/<id> that the officer has read
 * @param {Written} written
 */
async function seal(keys, given, { scope, kind, lang, text, files = [] }) {
  const { recipient, number: under } = sealingKeys(keys, scope).record;
  const { n, prev } = await nextPlace(given, scope);
  const body = new Body({
    kind, side: "desk", n, prev, record: toHex(keys.channel.newest.hash), key: toHex(keys.officer.verifyKey),
    sealed: "browser", ...thisMinute(), lang, text, fields: {}, files,
  });
  return { n, under, sealed: toBase64(await sealMessage(body, keys.officer, { case: keys.id, scope, recipient })) };
}

/**
 * Sends a reply (scope talk) or a note (scope desk).
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("./answers.js").CaseAnswer} given
 * @param {Written} written
 */
export async function send(keys, given, written) {
  const sealed = await seal(keys, given, written);
  const files = (written.files ?? []).map(({ id }) => base64OfHex(id));
  const body = { scope: written.scope, ...sealed, files };
  await orBetween(nameOf(written), standing(sealed), () => postJson(`/desk/api/cases/${given.id}/messages`, body));
}

/**
 * Sends the acknowledgement; the case's dates follow in the same step.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("./answers.js").CaseAnswer} given
 * @param {{ lang: string, text: string }} written
 */
export async function sendAcknowledgement(keys, given, { lang, text }) {
  const written = /** @type {Written} */ ({ scope: "talk", kind: "acknowledgement", lang, text });
  const sealed = await seal(keys, given, written);
  const body = { ...sealed, feedback_due_on: given.feedback_if_today };
  await orBetween(nameOf(written), standing(sealed), () => postJson(`/desk/api/cases/${given.id}/acknowledgement`, body));
}

/** What tells one thing to be sent from another: the same words to the same readers, with the same files. @param {Written} written */
function nameOf({ kind, text, files = [] }) {
  return [kind, text, ...files.map(({ sha256 }) => sha256)].join("\n");
}

/** @param {{ sealed: string }} sent @returns {Stands} */
function standing({ sealed }) {
  return ({ messages }) => messages.some((one) => one.sealed === sealed);
}

/** What was sent and never answered, by `what` it is: any of it may have been stored. @type {Map<string, Stands[]>} */
const unanswered = new Map();

/**
 * Sends; throws Between after a 409.
 * @param {string} what
 * @param {Stands} stands
 * @param {() => Promise<unknown>} post
 */
export async function orBetween(what, stands, post) {
  const before = unanswered.get(what) ?? [];
  try {
    await post();
    unanswered.delete(what);
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) {
      throw new Between(error.code, (given) => before.some((stood) => stood(given)));
    }
    if (!isRefusal(error)) unanswered.set(what, [...before, stands]);
    throw error;
  }
}

/** @param {string} hex */
function base64OfHex(hex) {
  return toBase64(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
}
