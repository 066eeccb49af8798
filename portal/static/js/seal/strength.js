/**
 * How well a password of somebody's own withstands guessing. A database thief guesses at 64 MiB and about a second a
 * try, so the line is drawn in guesses, not in kinds of characters. The estimate is zxcvbn's (D. Wheeler, USENIX
 * Security 2016), told about the EFF words, the 10,000 commonest passwords and what the form itself knows.
 *
 * The estimator is fetched when it is first needed: 53 kB gzipped, on the set-up and password pages only.
 */
import { fold, WORDS } from "./words.js";

/** Characters that a password of one's own has at least. */
export const MIN_CHARACTERS = 16;

/** Guesses that make a password good enough: 10^14, at a second a try on 1,000 machines some 3,000 years. */
export const ENOUGH_GUESSES_LOG10 = 14;

/** Only the beginning is looked at, since the estimator's time grows with the square of the length. */
const LOOKED_AT = 100;

/** @type {Promise<{ check: (password: string, known: string[]) => { guessesLog10: number } }> | undefined} */
let estimator;

async function loadEstimator() {
  const { adjacencyGraphs, COMMON_PASSWORDS, ZxcvbnFactory } = await import("../../vendor/strength.js");
  const dictionary = { passwords: COMMON_PASSWORDS.split(" "), words: WORDS.map(fold) };
  return new ZxcvbnFactory({ graphs: adjacencyGraphs, dictionary });
}

/**
 * @typedef {{ longEnough: boolean, guessesLog10: number, score: 0 | 1 | 2 | 3 | 4, good: boolean }} Strength
 *   `score` for the meter's four bars; `good` when the password may be used
 */

/**
 * What the meter shows for a password.
 * @param {string} password as typed
 * @param {string[]} [known] what a guesser tries first: the person's name, the organisation's
 * @returns {Promise<Strength>}
 */
export async function strengthOf(password, known = []) {
  estimator ??= loadEstimator();
  const normal = password.normalize("NFKC");
  const longEnough = Array.from(normal).length >= MIN_CHARACTERS;
  const { guessesLog10 } = (await estimator).check(normal.slice(0, LOOKED_AT), known);
  const good = longEnough && guessesLog10 >= ENOUGH_GUESSES_LOG10;
  const steps = [4, 8, 11, ENOUGH_GUESSES_LOG10].filter((step) => guessesLog10 >= step).length;
  const score = /** @type {0 | 1 | 2 | 3 | 4} */ (good ? 4 : Math.min(steps, 3));
  return { longEnough, guessesLog10, score, good };
}
