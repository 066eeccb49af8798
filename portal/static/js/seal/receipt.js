/**
 * The receipt: case key and passphrase, and what is derived from them. As in crypto/receipt.py. The case key only finds
 * the case; the passphrase opens it, and with the receipt lost there is, by design, no recovery.
 */
import { argon2idAsync, sha256 } from "../../vendor/seal.js";
import { concat, randomBytes, toNumber, utf8 } from "./bytes.js";
import { CaseKeyMalformed, PassphraseMalformed, PassphraseWordUnknown } from "./errors.js";
import { Root } from "./keys.js";
import { fold, randomWords, splitFolded } from "./words.js";

/** Crockford's base 32: no I, L, O, U. */
export const CASE_KEY_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const CASE_KEY_SYMBOLS = 12;
export const PASSPHRASE_WORDS = 6;

/** Characters (code points) that are looked at: NFKC takes time by the square of a run of combining marks. */
export const CASE_KEY_TYPED = 64;
export const PASSPHRASE_TYPED = 256;

/** Memory in KiB, passes, lanes, output in bytes. */
export const RECEIPT_KDF = Object.freeze({ m: 19_456, t: 2, p: 1, dkLen: 32 });

/** What Python's str.isspace and str.split take for space. */
const SPACE = "\\p{White_Space}\\x1c-\\x1f";
const SPACES = new RegExp(`[${SPACE}]+`, "u");
const SEPARATORS = new RegExp(`[${SPACE}\\p{Pd}]`, "gu");

/** What a reporter keeps. Its fields are secrets: shown once, never stored. */
export class Receipt {
  /**
   * @param {string} caseKey 12 symbols
   * @param {readonly string[]} words 6 of the list
   */
  constructor(caseKey, words) {
    this.caseKey = caseKey;
    this.words = Object.freeze([...words]);
    Object.freeze(this);
  }

  /** A new receipt from the operating system's random source: 60 and 77.5 bits. */
  static generate() {
    const number = toNumber(randomBytes(8)) >> 4n;
    const symbols = Array.from({ length: CASE_KEY_SYMBOLS }, (_, i) =>
      CASE_KEY_ALPHABET[Number((number >> BigInt(5 * (CASE_KEY_SYMBOLS - 1 - i))) & 31n)]);
    return new Receipt(symbols.join(""), randomWords(PASSPHRASE_WORDS));
  }

  /** The case key as people see it, `K7QF-9M3T-X2VB`. */
  get shownKey() {
    return [0, 4, 8].map((at) => this.caseKey.slice(at, at + 4)).join("-");
  }

  /** The words, one space between them. */
  get passphrase() {
    return this.words.join(" ");
  }
}

/**
 * The 12 symbols that typed `text` means: case, spaces and hyphens do not matter, O is 0, I and L are 1.
 * @param {string} text
 * @throws {CaseKeyMalformed} for more than 64 characters before any folding
 */
export function foldCaseKey(text) {
  if (Array.from(text).length > CASE_KEY_TYPED) throw new CaseKeyMalformed(`more than ${CASE_KEY_TYPED} characters`);
  const plain = text.normalize("NFKC").toUpperCase().replace(SEPARATORS, "");
  const symbols = plain.replaceAll("O", "0").replace(/[IL]/g, "1");
  if (symbols.length !== CASE_KEY_SYMBOLS || [...symbols].some((symbol) => !CASE_KEY_ALPHABET.includes(symbol))) {
    throw new CaseKeyMalformed("a case key has 12 letters and digits, without U");
  }
  return symbols;
}

/**
 * The letters a to z that the key derivation takes, if `text` is six words of the list. Spaces, hyphens, digits, case
 * and accents' spelling do not matter; words may run together.
 * @param {string} text
 * @throws {PassphraseWordUnknown} with the first piece of `text` that no word of the list fits
 * @throws {PassphraseMalformed} for another number of words, or for more than 256 characters before any folding
 */
export function foldPassphrase(text) {
  if (Array.from(text).length > PASSPHRASE_TYPED) throw new PassphraseMalformed(`more than ${PASSPHRASE_TYPED} characters`);
  const pieces = text.split(SPACES).map((piece) => /** @type {const} */ ([piece, fold(piece)]));
  const folded = pieces.map(([, letters]) => letters).join("");
  const [words, taken] = splitFolded(folded);
  let end = 0;
  for (const [piece, letters] of taken < folded.length ? pieces : []) {
    end += letters.length;
    if (end > taken) throw new PassphraseWordUnknown(piece);
  }
  if (words.length !== PASSPHRASE_WORDS) throw new PassphraseMalformed(`${words.length} words, not ${PASSPHRASE_WORDS}`);
  return folded;
}

/**
 * The 32 bytes by which a case is found; the server stores only their HMAC.
 * @param {string} caseKey folded
 */
export function locator(caseKey) {
  return sha256(concat(utf8("fortrolig/v1/locator\0"), utf8(caseKey)));
}

/**
 * The mailbox root of a folded case key and a folded passphrase: Argon2id, 19 MiB, 0.5 s, 12 s without JIT, so it runs
 * in the Worker. A wrong passphrase gives another root, never an error.
 * @param {string} caseKey
 * @param {string} passphrase
 * @param {(share: number) => void} [onProgress] 0 to 1
 */
export async function mailboxRoot(caseKey, passphrase, onProgress) {
  const salt = sha256(concat(utf8("fortrolig/v1/salt\0"), utf8(caseKey))).subarray(0, 16);
  return new Root(await argon2idAsync(utf8(passphrase), salt, { ...RECEIPT_KDF, onProgress }));
}
