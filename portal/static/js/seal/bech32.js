/** Bech32 as age uses it: no length limit, upper case for identities, lower case for recipients. BIP 173. */
import { bech32 } from "../../vendor/seal.js";
import { KeyMalformed } from "./errors.js";

/**
 * `raw` as Bech32 text in lower case.
 * @param {string} prefix lower case
 * @param {Uint8Array} raw
 */
export function encode(prefix, raw) {
  return bech32.encode(prefix, bech32.toWords(raw), false);
}

/**
 * The `size` bytes that lower-case `text` holds under `prefix`, spelled exactly as encode() writes them.
 * @param {string} text
 * @param {string} prefix lower case
 * @param {number} size
 * @throws {KeyMalformed}
 */
export function decode(text, prefix, size) {
  let raw;
  try {
    const { words } = bech32.decode(/** @type {`${string}1${string}`} */ (text), false);
    raw = bech32.fromWords(words);
  } catch (error) {
    throw new KeyMalformed(`not a key that begins with ${prefix}1, or a character is wrong`, { cause: error });
  }
  if (raw.length !== size || encode(prefix, raw) !== text) {
    throw new KeyMalformed("a key of another type or length, or in another spelling");
  }
  return raw;
}
