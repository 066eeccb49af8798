/** Bytes as this protocol writes them: big-endian, lower-case hex, UTF-8, ids of 16 and hashes of 32 bytes. */

const ENCODER = new TextEncoder();

/**
 * `text` as UTF-8. A lone surrogate would become U+FFFD silently, so callers that take typed text check it before.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function utf8(text) {
  return ENCODER.encode(text);
}

/**
 * The text of valid UTF-8, a byte order mark kept as U+FEFF so that the caller sees it. Throws TypeError.
 * @param {Uint8Array} raw
 */
export function utf8Text(raw) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
}

/**
 * All parts in a row.
 * @param {...Uint8Array} parts
 */
export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Lower-case hex.
 * @param {Uint8Array} raw
 */
export function toHex(raw) {
  return Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The bytes of lower-case hex of exactly `size` bytes; undefined for anything else.
 * @param {string} text
 * @param {number} size bytes
 * @returns {Uint8Array | undefined}
 */
export function fromHex(text, size) {
  if (text.length !== size * 2 || !/^[0-9a-f]*$/.test(text)) return undefined;
  return Uint8Array.from({ length: size }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/**
 * The bytes of standard base64. Throws a DOMException (InvalidCharacterError).
 * @param {string} text
 */
export function fromBase64(text) {
  const symbols = atob(text);
  const raw = new Uint8Array(symbols.length);
  for (let i = 0; i < raw.length; i += 1) raw[i] = symbols.charCodeAt(i); // ten times faster than Uint8Array.from
  return raw;
}

/**
 * Standard base64, padded.
 * @param {Uint8Array} raw
 */
export function toBase64(raw) {
  return btoa(raw.reduce((text, byte) => text + String.fromCharCode(byte), ""));
}

/**
 * Whether both hold the same bytes. Not for secrets: nothing in the browser is compared with one.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * `number` as 4 bytes, big-endian.
 * @param {number} number
 */
export function uint32(number) {
  const raw = new Uint8Array(4);
  new DataView(raw.buffer).setUint32(0, number);
  return raw;
}

/**
 * The big-endian number that the bytes spell.
 * @param {Uint8Array} raw
 * @returns {bigint}
 */
export function toNumber(raw) {
  return BigInt(`0x${toHex(raw)}`);
}

/**
 * `size` bytes from the operating system's generator.
 * @param {number} size at most 65,536
 */
export function randomBytes(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}
