/** The recovery sheet's words: an anchor root written so that a person can type it in again. As in crypto/sheet.py. */
import { sha256 } from "../../vendor/seal.js";
import { concat, fromHex, toNumber, utf8 } from "./bytes.js";
import { SheetMalformed } from "./errors.js";
import { Root } from "./keys.js";
import { BASE, numberToWords, WORDS, wordsToNumber } from "./words.js";

/** Words that hold the root; the checksum word is one more. */
export const SHEET_WORDS = 20;

/** @param {Root} root */
function checksumWord(root) {
  // Not a secret and no authentication: it catches a slip of the pen.
  const digest = sha256(concat(utf8("fortrolig/v1/sheet\0"), root.secret));
  return WORDS[Number(toNumber(digest.subarray(0, 4)) % BASE)];
}

/**
 * The 21 words of the recovery sheet: 20 for the root, the most significant first, and a checksum.
 * @param {Root} root
 * @returns {readonly string[]}
 */
export function anchorWords(root) {
  return Object.freeze([...numberToWords(toNumber(root.secret), SHEET_WORDS), checksumWord(root)]);
}

/**
 * The root that the 21 words of a recovery sheet stand for.
 * @param {readonly string[]} words
 * @throws {PassphraseWordUnknown} for a word outside the list
 * @throws {SheetMalformed} for another number of words, a number beyond 256 bits, a checksum that does not fit
 */
export function anchorRoot(words) {
  if (words.length !== SHEET_WORDS + 1) throw new SheetMalformed(`${words.length} words instead of ${SHEET_WORDS + 1}`);
  const secret = fromHex(wordsToNumber(words.slice(0, SHEET_WORDS)).toString(16).padStart(64, "0"), 32);
  if (secret === undefined) throw new SheetMalformed("the words stand for no root");
  const root = new Root(secret);
  if (wordsToNumber(words.slice(SHEET_WORDS)) !== wordsToNumber([checksumWord(root)])) {
    throw new SheetMalformed("the checksum word does not fit");
  }
  return root;
}
