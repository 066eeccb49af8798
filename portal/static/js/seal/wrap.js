/**
 * Roots and small things kept under a key one holds already: XChaCha20-Poly1305, no public-key step. As in
 * crypto/wrap.py. A wrap is nonce (24) || ciphertext || tag (16); its associated data names the place it belongs to, so
 * that a server that swaps two rows is refused, not believed.
 *
 * @typedef {"talk" | "desk"} Scope
 * @typedef {{ case: Uint8Array, scope: Scope, number: number }} CasePlace
 */
import { xchacha20poly1305 } from "../../vendor/seal.js";
import { concat, randomBytes, uint32, utf8 } from "./bytes.js";
import { WrapDamaged } from "./errors.js";
import { Root } from "./keys.js";
import * as strictJson from "./strict_json.js";

export const ID_SIZE = 16;
export const NONCE_SIZE = 24;
/** Bytes that a wrap adds: nonce and tag. */
export const OVERHEAD = 40;
export const CASE_ROOT_SIZE = 72;

const SCOPES = { talk: utf8("t"), desk: utf8("d") };

/**
 * `t` or `d`, as scopes stand in associated data and signing inputs.
 * @param {Scope} scope
 */
export function scopeByte(scope) {
  if (!Object.hasOwn(SCOPES, scope)) throw new RangeError("a scope is talk or desk");
  return SCOPES[scope];
}

/**
 * The associated data of a wrap: what it is, then whose and where.
 * @param {string} label
 * @param {...Uint8Array} parts
 */
export function place(label, ...parts) {
  return concat(utf8(`fortrolig/v1/wrap/${label}\0`), ...parts);
}

/**
 * `value`, if it has the size of an id.
 * @param {Uint8Array} value
 */
export function id(value) {
  if (value.length !== ID_SIZE) throw new RangeError("an id is 16 bytes");
  return value;
}

/**
 * `data` sealed under `key` (32 bytes) for a place, 40 bytes longer.
 * @param {Uint8Array} key
 * @param {Uint8Array} data
 * @param {Uint8Array} where
 */
export function wrap(key, data, where) {
  const nonce = randomBytes(NONCE_SIZE);
  return concat(nonce, xchacha20poly1305(key, nonce, where).encrypt(data));
}

/**
 * What was wrapped under `key` for a place.
 * @param {Uint8Array} key
 * @param {Uint8Array} wrapped
 * @param {Uint8Array} where
 * @returns {Uint8Array}
 * @throws {WrapDamaged}
 */
export function unwrap(key, wrapped, where) {
  if (wrapped.length < OVERHEAD) throw new WrapDamaged("a wrap that is too short");
  try {
    return xchacha20poly1305(key, wrapped.subarray(0, NONCE_SIZE), where).decrypt(wrapped.subarray(NONCE_SIZE));
  } catch (error) {
    throw new WrapDamaged("a wrap that was changed, or belongs elsewhere", { cause: error });
  }
}

/**
 * The root that was wrapped; throws WrapDamaged.
 * @param {Uint8Array} key
 * @param {Uint8Array} wrapped
 * @param {Uint8Array} where
 */
export function unwrapRoot(key, wrapped, where) {
  const secret = unwrap(key, wrapped, where);
  if (secret.length !== CASE_ROOT_SIZE - OVERHEAD) throw new WrapDamaged("a wrap that holds no root");
  return new Root(secret);
}

/**
 * The JSON that was wrapped, zero padding removed; throws WrapDamaged.
 * @param {Uint8Array} key
 * @param {Uint8Array} wrapped
 * @param {Uint8Array} where
 */
export function unwrapJson(key, wrapped, where) {
  const text = unwrap(key, wrapped, where);
  const end = text.findLastIndex((byte) => byte !== 0) + 1;
  try {
    return strictJson.read(text.subarray(0, end));
  } catch (error) {
    throw new WrapDamaged("a wrap that holds no JSON of ours", { cause: error });
  }
}

/**
 * @param {Root} holder
 * @param {CasePlace} where
 */
function casePlace(holder, { case: caseId, scope, number }) {
  return place("case", id(caseId), scopeByte(scope), uint32(number), holder.party.hash);
}

/**
 * A case's talk or desk root under its holder's `wrap` key: 72 bytes, for all who hold that.
 * @param {Root} holder
 * @param {Root} root
 * @param {CasePlace} where
 */
export function wrapCaseRoot(holder, root, where) {
  return wrap(holder.wrapKey, root.secret, casePlace(holder, where));
}

/**
 * The root that wrapCaseRoot kept. Throws WrapDamaged for any other holder, case, scope or number.
 * @param {Root} holder
 * @param {Uint8Array} wrapped
 * @param {CasePlace} where
 */
export function unwrapCaseRoot(holder, wrapped, where) {
  return unwrapRoot(holder.wrapKey, wrapped, casePlace(holder, where));
}

/**
 * A notebook's JSON under the mailbox root's `wrap` key.
 * @param {Root} mailboxRoot
 * @param {Uint8Array} notebook
 * @param {{ case: Uint8Array }} where
 */
export function wrapNotebook(mailboxRoot, notebook, where) {
  return wrap(mailboxRoot.wrapKey, notebook, place("notebook", id(where.case)));
}

/**
 * The JSON that wrapNotebook kept.
 * @param {Root} mailboxRoot
 * @param {Uint8Array} wrapped
 * @param {{ case: Uint8Array }} where
 */
export function unwrapNotebook(mailboxRoot, wrapped, where) {
  return unwrap(mailboxRoot.wrapKey, wrapped, place("notebook", id(where.case)));
}

/**
 * `data` of a session under the random `key` that only the visitor keeps.
 * @param {Uint8Array} key
 * @param {Uint8Array} data
 * @param {{ row: Uint8Array }} where SHA-256 of the session id
 */
export function wrapSession(key, data, { row }) {
  return wrap(key, data, place("session", row));
}

/**
 * The data that wrapSession kept.
 * @param {Uint8Array} key
 * @param {Uint8Array} wrapped
 * @param {{ row: Uint8Array }} where
 */
export function unwrapSession(key, wrapped, { row }) {
  return unwrap(key, wrapped, place("session", row));
}
