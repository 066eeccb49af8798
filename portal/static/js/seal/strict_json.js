/**
 * JSON with one spelling only, as in crypto/strict_json.py: what Python refuses is refused here, and nothing else.
 *
 * JSON.parse alone can't see a key that stands twice, `1.0` or white space. So the reader writes again what it
 * understood and compares: every spelling but the writer's own is refused.
 */
import { JsonMalformed } from "./errors.js";
import { utf8, utf8Text } from "./bytes.js";

/** Levels of nesting that are read; Python gives up at a depth of its own, and no format here goes below 4. */
const MAX_DEPTH = 64;

/** Bytes that are read or written: whoever holds a recipient can seal a long line to its readers. */
const MAX_BYTES = 2 * 1024 ** 2;

/**
 * A string of JSON, and the colon when it is a key. In a valid text no other `"` stands outside a string; in another one
 * every `"` may begin a string that never ends, and looking for all of them takes the square of the length.
 */
const STRINGS = /"((?:[^"\\]|\\.)*)"(:?)/gs;

/**
 * Throws JsonMalformed unless `value` is made of objects, arrays, well-formed strings, safe integers, booleans, null.
 * @param {unknown} value
 * @param {number} depth
 */
function check(value, depth) {
  if (depth > MAX_DEPTH) throw new JsonMalformed("nested too deep");
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new JsonMalformed("lone surrogate");
  } else if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new JsonMalformed("a number that is no safe integer");
  } else if (Array.isArray(value)) {
    value.forEach((item) => check(item, depth + 1));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      check(key, depth + 1);
      check(item, depth + 1);
    }
  } else if (typeof value !== "boolean" && value !== null) {
    throw new JsonMalformed("a value of a type that this format does not have");
  }
}

/**
 * `value` without the mark that read() puts before each key.
 * @param {any} value
 * @returns {any}
 */
function unmarked(value) {
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== "object" || value === null) return value;
  // Object.fromEntries makes "__proto__" a key like any other, so no text from outside reaches a prototype.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.slice(1), unmarked(item)]));
}

/**
 * The one spelling of `value`: UTF-8, no white space, keys in the order given.
 * @param {Record<string, unknown>} value
 * @throws {JsonMalformed} for what the reader would refuse
 */
export function write(value) {
  check(value, 0);
  const raw = utf8(JSON.stringify(value));
  if (raw.length > MAX_BYTES) throw new JsonMalformed("too long");
  return raw;
}

/**
 * The object that `raw` spells. Verify a signature over `raw` before calling this.
 * @param {Uint8Array} raw
 * @returns {Record<string, any>}
 * @throws {JsonMalformed}
 */
export function read(raw) {
  if (raw.length > MAX_BYTES) throw new JsonMalformed("too long");
  let marked;
  let value;
  try {
    const text = utf8Text(raw);
    JSON.parse(text); // throws for what is no JSON: STRINGS is for JSON alone
    // Keys are marked, since JavaScript would move a key such as "7" to the front and refuse a good text for it.
    marked = text.replace(STRINGS, (string, inner, colon) => (colon ? `"_${inner}":` : string));
    value = JSON.parse(marked);
  } catch (error) {
    throw new JsonMalformed("not UTF-8, or not JSON", { cause: error });
  }
  check(value, 0);
  if (typeof value !== "object" || value === null || value._v !== 1) throw new JsonMalformed("not an object of version 1");
  if (JSON.stringify(value) !== marked) throw new JsonMalformed("spelled in another way than the writer's");
  return unmarked(value);
}
