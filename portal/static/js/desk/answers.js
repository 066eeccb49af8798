/**
 * What the server answers, held against its shape before anything is read from it: a text where a text belongs, a number
 * that is whole and in range, bytes that are base64. A number in a changed answer must not keep a tab busy for ever, nor a
 * missing field stop a page half way, with the form still there. So what has another shape is a Breach, and stops it whole.
 *
 * That a value has its shape says nothing of whether it is true: signatures and keys say that, later.
 *
 * @typedef {{ number: number, sealed: string }} SealedCard
 * @typedef {{ scope: "talk" | "desk", n: number, side: string, day: string, sealed: string }} MessageRow
 * @typedef {{ scope: string, number: number, receiver: string, sealed: string }} GrantRow
 * @typedef {{ scope: string, number: number, holder: string, wrapped: string }} WrapRow
 * @typedef {{ id: string, channel: string, reference: string, stage: string, is_test: boolean, received_on: string,
 *   acknowledge_due_on: string, acknowledged_on: string | null, feedback_due_on: string | null, closed_on: string | null,
 *   steps: string[], today: string, feedback_if_today: string, records: { talk: string[], desk: string[] },
 *   grants: GrantRow[], wraps: WrapRow[], card: SealedCard | null, messages: MessageRow[],
 *   people: { id: string, name: string, role: string }[] }} CaseAnswer
 * @typedef {{ id: string, name: string, records: string[], anchor_recipient: string, grants: string[] }} ChannelAnswer
 * @typedef {ChannelAnswer & { slug: string, keeper: boolean, keepers: string[], anchor_grant: string | null,
 *   leaving: string[] }} OwnChannel
 * @typedef {{ officer: { id: string, name: string, role: string, recipient: string, verify_key: string }, row: string,
 *   sealed_root: string | null, pins: string | null, channels: OwnChannel[] }} KeysAnswer
 * @typedef {{ id: string, name: string, recipient: string, verify_key: string }} Person
 * @typedef {{ members: Person[], outside: Person[], keepers: string[], leaving: string[] }} TeamAnswer
 * @typedef {{ holders: string[], cards: [string, string, string, string | null, number, number, string, string][] }} CardsAnswer
 */
import { fromHex, MAX_NUMBER } from "../seal/index.js";
import { Breach } from "./failure.js";

/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */ const isText = (value) => typeof value === "string";
/** @type {Check} */ const isTruth = (value) => typeof value === "boolean";
/** @type {Check} */ const isNumber = (value) => Number.isInteger(value) && value >= 0 && value < MAX_NUMBER;
/** @type {Check} */ const isBytes = (value) => isText(value) && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
/** @type {Check} */ const isDay = (value) => isText(value) && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
/** @type {Check} */ const isScope = (value) => value === "talk" || value === "desk";
/** @param {number} size @returns {Check} */ const hex = (size) => (value) => isText(value) && fromHex(value, size) !== undefined;
/** @param {Check} check @returns {Check} */ const orNull = (check) => (value) => value === null || check(value);
/** @param {Check} check @returns {Check} */ const list = (check) => (value) => Array.isArray(value) && value.every((one) => check(one));
const [isId, isHash] = [hex(16), hex(32)];

/** Whether a value is an object with these keys at least. @param {Record<string, Check>} checks @returns {Check} */
function shape(checks) {
  const expected = Object.entries(checks);
  return (value) => typeof value === "object" && value !== null
    && expected.every(([key, check]) => Object.hasOwn(value, key) && check(value[key]));
}

/** Whether a value is a list of so many places. @param {readonly Check[]} checks @returns {Check} */
const row = (checks) => (value) => Array.isArray(value) && value.length === checks.length && checks.every((check, i) => check(value[i]));

/** @param {readonly MessageRow[]} messages */
function noNumberTwice(messages) {
  return new Set(messages.map(({ scope, n }) => `${scope}-${n}`)).size === messages.length;
}

const message = shape({ scope: isScope, n: isNumber, side: isText, day: isDay, sealed: isBytes });
const isCase = shape({
  id: isId, channel: isId, reference: isText, stage: isText, is_test: isTruth, received_on: isDay,
  acknowledge_due_on: isDay, acknowledged_on: orNull(isDay), feedback_due_on: orNull(isDay), closed_on: orNull(isDay),
  steps: list(isText), today: isDay, feedback_if_today: isDay,
  records: shape({ talk: list(isBytes), desk: list(isBytes) }),
  grants: list(shape({ scope: isText, number: isNumber, receiver: isHash, sealed: isBytes })),
  wraps: list(shape({ scope: isText, number: isNumber, holder: isHash, wrapped: isBytes })),
  card: orNull(shape({ number: isNumber, sealed: isBytes })),
  messages: (value) => list(message)(value) && noNumberTwice(value),
  people: list(shape({ id: isId, name: isText, role: isText })),
});

const channel = { id: isId, name: isText, records: list(isBytes), anchor_recipient: isText, grants: list(isBytes) };
const isKeys = shape({
  officer: shape({ id: isId, name: isText, role: isText, recipient: isText, verify_key: isBytes }),
  row: isHash, sealed_root: orNull(isBytes), pins: orNull(isBytes),
  channels: list(shape({ ...channel, slug: isText, keeper: isTruth, keepers: list(isId), anchor_grant: orNull(isBytes), leaving: list(isId) })),
});

const person = shape({ id: isId, name: isText, recipient: isText, verify_key: isBytes });
const isTeam = shape({ members: list(person), outside: list(person), keepers: list(isId), leaving: list(isId) });
const cards = {
  holders: list(isHash),
  cards: list(row([isId, isText, isText, orNull(isDay), isNumber, isNumber, isBytes, isBytes])),
};
const isPage = shape(cards);
const isAll = shape({ ...cards, next: orNull(isText) });
const isWaiting = shape({ cases: list(isId) });
const isSheet = shape({ channels: list(shape(channel)) });
const isSalt = shape({ salt: isBytes, kdf: isNumber });
const isSession = shape({ csrf: isText, row: isHash });

/** @param {Check} check @param {any} value */
function held(check, value) {
  if (!check(value)) throw new Breach("answer");
  return value;
}

/**
 * GET /desk/api/cases/<id>. Another case than the one asked for could have its reporter read what is written for this one.
 * @param {unknown} value
 * @param {string} id of the case asked for, hex
 * @returns {CaseAnswer}
 */
export function caseAnswer(value, id) {
  const given = held(isCase, value);
  if (given.id !== id) throw new Breach("answer");
  return given;
}

/** GET /desk/api/keys. @param {unknown} value @returns {KeysAnswer} */
export const keysAnswer = (value) => held(isKeys, value);

/** GET /desk/api/channels/<id>/team. @param {unknown} value @returns {TeamAnswer} */
export const teamAnswer = (value) => held(isTeam, value);

/** GET /desk/api/cases, the cards of one page. @param {unknown} value @returns {CardsAnswer} */
export const pageAnswer = (value) => held(isPage, value);

/** GET /desk/api/cards, for the search. @param {unknown} value @returns {CardsAnswer & { next: string | null }} */
export const cardsAnswer = (value) => held(isAll, value);

/** GET /desk/api/roots. @param {unknown} value @returns {{ cases: string[] }} */
export const waitingAnswer = (value) => held(isWaiting, value);

/** GET /desk/api/sheet. @param {unknown} value @returns {{ channels: ChannelAnswer[] }} */
export const sheetAnswer = (value) => held(isSheet, value);

/** POST /desk/api/salt. @param {unknown} value @returns {{ salt: string, kdf: number }} */
export const saltAnswer = (value) => held(isSalt, value);

/** GET /desk/api/session. @param {unknown} value @returns {{ csrf: string, row: string }} */
export const sessionAnswer = (value) => held(isSession, value);
