/** Recovery codes: made here, shown once, and sent as hashes only. Each replaces the second factor once. */
import { CASE_KEY_ALPHABET as CROCKFORD } from "../seal/receipt.js";
import { concat, randomBytes, utf8 } from "../seal/bytes.js";

const CODES = 10;
const SYMBOLS = 28;
const CONTEXT = utf8("fortrolig/v1/recovery-code\0");

/** Ten codes of 28 Crockford symbols, 140 random bits each: a thief of the hashes guesses none (ASVS 6.5.2 asks 112). */
export function newCodes() {
  return Array.from({ length: CODES }, () => Array.from(randomBytes(SYMBOLS), (byte) => CROCKFORD[byte & 31]).join(""));
}

/**
 * A code in groups of four.
 * @param {string} code
 */
export function shownCode(code) {
  return (code.match(/.{4}/g) ?? []).join("-");
}

/**
 * What the server keeps of a code: SHA-256 over context, officer id and code.
 * @param {Uint8Array} officerId
 * @param {string} code
 */
export async function hashOf(officerId, code) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (concat(CONTEXT, officerId, utf8(code)))));
}
