/**
 * Reading the line formats: one field a line, in one order, with one spelling. As in crypto/lines.py: a reader takes the
 * fields apart leniently, builds the object, writes it again and compares.
 */
import { equal, fromHex, utf8, utf8Text } from "./bytes.js";
import { CryptoError } from "./errors.js";

/** The largest number or epoch: associated data holds it in four bytes. */
export const MAX_NUMBER = 2 ** 32 - 1;

/** Stands where a first record would name the one before it. */
export const NO_HASH = new Uint8Array(32);

/** A line that is not the one that must stand here; it never leaves js/seal/: each format names its own error. */
export class LineWrong extends Error {}

/** The lines of a text, taken one after the other by name. */
export class Lines {
  #lines;
  #at = 0;

  /** @param {Uint8Array} raw */
  constructor(raw) {
    try {
      this.#lines = utf8Text(raw).split("\n");
    } catch (error) {
      throw new LineWrong("not UTF-8", { cause: error });
    }
  }

  /** Whether the next line begins with `start`. @param {string} start */
  nextIs(start) {
    return this.#lines[this.#at]?.startsWith(start) === true;
  }

  /** The rest of the next line, which must begin with `start`. @param {string} start @returns {string} */
  take(start) {
    if (!this.nextIs(start)) throw new LineWrong(`line ${this.#at + 1} is not the one beginning with "${start}"`);
    this.#at += 1;
    return this.#lines[this.#at - 1].slice(start.length);
  }

  /**
   * What `read` makes of every following line that begins with `start`.
   * @template T
   * @param {string} start
   * @param {(text: string) => T} read
   * @returns {readonly T[]}
   */
  takeEach(start, read) {
    const found = [];
    while (this.nextIs(start)) found.push(read(this.take(start)));
    return Object.freeze(found);
  }
}

/**
 * The `size` bytes of lower-case hex.
 * @param {string} text
 * @param {number} size
 */
export function readHex(text, size) {
  const raw = fromHex(text, size);
  if (raw === undefined) throw new LineWrong(`not ${size} bytes of lower-case hex`);
  return raw;
}

/**
 * The number from 0 to 2^32-1 that `text` spells without leading zeros.
 * @param {string} text
 */
export function readDecimal(text) {
  if (!/^(?:0|[1-9][0-9]{0,9})$/.test(text) || Number(text) > MAX_NUMBER) {
    throw new LineWrong("not a number from 0 to 2^32-1");
  }
  return Number(text);
}

/**
 * `text`, if it is a day that the calendar has, `YYYY-MM-DD`, from year 1 on.
 * @param {string} text
 */
export function readDay(text) {
  const day = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  // JavaScript reads 31 February as 3 March, so the day is written again and compared.
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text) || text.startsWith("0000")) {
    throw new LineWrong("not a day");
  }
  return text;
}

/**
 * Two hashes or keys with one space between them.
 * @param {string} text
 */
export function readTwoHashes(text) {
  const [first, ...rest] = text.split(" ");
  return [readHex(first, 32), readHex(rest.join(" "), 32)];
}

/**
 * Whether each text stands after the one before it, in the order of ASCII bytes, and there is at least one.
 * @param {readonly string[]} texts ASCII
 */
export function ascending(texts) {
  return texts.length > 0 && texts.every((text, i) => i === 0 || texts[i - 1] < text);
}

/**
 * What `make` makes of a text, if it is the one spelling of that; `fail` makes the error for all else.
 * @template {{ raw: Uint8Array }} T
 * @param {Uint8Array} raw
 * @param {(lines: Lines) => T} make
 * @param {(detail: string, cause: unknown) => Error} fail
 * @returns {T}
 */
export function readWhole(raw, make, fail) {
  let made;
  try {
    made = make(new Lines(raw));
  } catch (error) {
    if (error instanceof LineWrong || error instanceof CryptoError) throw fail(error.message, error);
    throw error;
  }
  if (!equal(made.raw, raw)) throw fail("not spelled as it is written", undefined);
  return made;
}

/**
 * Lines as bytes, each with its LF.
 * @param {readonly string[]} lines
 */
export function writeLines(lines) {
  return utf8(lines.map((line) => `${line}\n`).join(""));
}
