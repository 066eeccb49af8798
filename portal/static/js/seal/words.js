/** Words for people: the EFF large word list, and numbers as words and back. As in crypto/words.py. */
import { EFF_LARGE } from "../../vendor/words.js";
import { PassphraseWordUnknown } from "./errors.js";

/** The words of the list: a word is one digit of this base. */
export const BASE = 7776n;

/** The 7,776 words in the order of the list (vendor/words.js; its build checks the list's SHA-256). */
export const WORDS = Object.freeze(EFF_LARGE.split(" "));

/** @type {Map<string, number>} The place of each word, as it is spelled in the list. */
const NUMBER_OF_WORD = new Map(WORDS.map((word, number) => [word, number]));

/**
 * `text` as a key derivation takes it: NFKC, lower case, everything but a to z removed.
 * @param {string} text
 */
export function fold(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[^a-z]/g, "");
}

/** @type {Map<string, number>} The first word for each folded spelling: 7,775 entries, prefix-free. */
export const FOLDED_WORDS = new Map(WORDS.map((word, number) => /** @type {const} */ ([fold(word), number])).reverse());

const LONGEST = Math.max(...Array.from(FOLDED_WORDS.keys(), (word) => word.length));

/**
 * The folded words that run together in `folded`, and how many letters they take up; fewer letters than `folded` has
 * means that no word of the list continues there.
 * @param {string} folded
 * @returns {[string[], number]}
 */
export function splitFolded(folded) {
  const words = [];
  let at = 0;
  while (at < folded.length) {
    let length = 1;
    while (length <= LONGEST && !FOLDED_WORDS.has(folded.slice(at, at + length))) length += 1;
    if (length > LONGEST) break;
    words.push(folded.slice(at, at + length));
    at += length;
  }
  return [words, at];
}

/**
 * `number` as `count` digits of base 7,776, the most significant first, zeros kept.
 * @param {bigint} number
 * @param {number} count
 * @returns {readonly string[]}
 * @throws {RangeError} when it does not fit
 */
export function numberToWords(number, count) {
  if (number < 0n || number >= BASE ** BigInt(count)) throw new RangeError("the number does not fit in that many words");
  const digits = [];
  for (let rest = number; digits.length < count; rest /= BASE) digits.unshift(WORDS[Number(rest % BASE)]);
  return Object.freeze(digits);
}

/**
 * The place of a typed word in the list: case does not matter, a hyphen may be left out except in `yo-yo`.
 * @param {string} word
 * @throws {PassphraseWordUnknown} with the word as typed
 */
export function numberOf(word) {
  const plain = word.normalize("NFKC").toLowerCase().trim();
  const number = NUMBER_OF_WORD.get(plain) ?? FOLDED_WORDS.get(fold(word));
  if (number === undefined) throw new PassphraseWordUnknown(word);
  return number;
}

/**
 * The number whose base 7,776 digits are `words`; the reverse of numberToWords.
 * @param {readonly string[]} words
 * @throws {PassphraseWordUnknown}
 */
export function wordsToNumber(words) {
  return words.reduce((number, word) => number * BASE + BigInt(numberOf(word)), 0n);
}

/**
 * `count` words drawn without bias from the operating system's generator: 12.9 bits each.
 * @param {number} count
 * @returns {string[]}
 */
export function randomWords(count) {
  /** @type {string[]} */
  const words = [];
  while (words.length < count) {
    const number = crypto.getRandomValues(new Uint16Array(1))[0] & 0x1fff;
    if (number < WORDS.length) words.push(WORDS[number]); // 7,776 to 8,191 are drawn again: % would favour some words
  }
  return words;
}
