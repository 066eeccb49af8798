/**
 * List cards: a case's title and category, 256 bytes each, so that 10,000 of them open without a public-key step.
 * The card half of crypto/wrap.py.
 *
 * @typedef {{ v: 1, title: string, category: string }} Card
 * @typedef {{ case: Uint8Array, number: number }} CardPlace `number` is the desk record's
 */
import { concat, uint32 } from "./bytes.js";
import { WrapDamaged } from "./errors.js";
import * as strictJson from "./strict_json.js";
import { id, OVERHEAD, place, unwrapJson, wrap } from "./wrap.js";

export const CARD_SIZE = 256;
export const CARD_TEXT_SIZE = CARD_SIZE - OVERHEAD;

/**
 * The list card of a case, its title cut, at a character, to what 216 bytes of JSON hold.
 * @param {string} title
 * @param {string} category
 * @returns {Card}
 */
export function fitCard(title, category) {
  const characters = Array.from(title);
  /** @param {number} count @returns {Card} */
  const cut = (count) => ({ v: 1, title: characters.slice(0, count).join(""), category });
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (strictJson.write(cut(middle)).length <= CARD_TEXT_SIZE) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}

/** @param {CardPlace} where */
function cardPlace({ case: caseId, number }) {
  return place("card", id(caseId), uint32(number));
}

/**
 * The list card under the desk root's `card` key, always 256 bytes.
 * @param {import("./keys.js").Root} deskRoot
 * @param {Card} card
 * @param {CardPlace} where
 * @throws {RangeError} when the card is longer than 216 bytes as JSON; fitCard cuts it
 */
export function wrapCard(deskRoot, card, where) {
  const text = strictJson.write(card);
  if (text.length > CARD_TEXT_SIZE) throw new RangeError("a card holds at most 216 bytes");
  const padded = concat(text, new Uint8Array(CARD_TEXT_SIZE - text.length));
  return wrap(deskRoot.cardKey, padded, cardPlace(where));
}

/**
 * The card that wrapCard kept.
 * @param {import("./keys.js").Root} deskRoot
 * @param {Uint8Array} wrapped
 * @param {CardPlace} where
 * @throws {WrapDamaged}
 */
export function unwrapCard(deskRoot, wrapped, where) {
  if (wrapped.length !== CARD_SIZE) throw new WrapDamaged("a card of another size");
  return unwrapJson(deskRoot.cardKey, wrapped, cardPlace(where));
}
