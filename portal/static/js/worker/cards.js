/** Opening list cards, ten thousand at a time, and finding words in them. */
import { fromBase64, fromHex, Root, unwrapCard, unwrapCaseRoot } from "../seal/index.js";

/**
 * @typedef {{ case: string, number: number, holder: string, wrapped: string, card: string, reference?: string }} Row
 * @typedef {{ name: string, secret: Uint8Array }} Holder
 * @typedef {{ holders: Holder[], rows: Row[], names?: Record<string, string> }} Given `names`: what the page shows for a category, by its code
 * @typedef {{ case: string, reference?: string, title: string, category: string }} OpenCard
 * @typedef {{ case: string, reference?: string, failed: string }} DamagedCard
 */

/** @type {Map<string, { card: OpenCard, folded: string }>} opened cards by case */
const index = new Map();

/**
 * Text as it is searched: lower case, accents and ligatures taken apart and dropped.
 * @param {string} text
 */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * @param {Map<string, Root>} roots
 * @param {Row} row
 * @param {Record<string, string>} names
 * @returns {OpenCard | DamagedCard}
 */
function openRow(roots, row, names) {
  const { case: caseHex, reference } = row;
  try {
    const holder = roots.get(row.holder);
    const caseId = fromHex(caseHex, 16);
    if (holder === undefined || caseId === undefined) return { case: caseHex, reference, failed: "NoIdentityMatches" };
    const place = { case: caseId, number: row.number };
    const desk = unwrapCaseRoot(holder, fromBase64(row.wrapped), { ...place, scope: "desk" });
    const { title, category } = unwrapCard(desk, fromBase64(row.card), place);
    const card = { case: caseHex, reference, title: String(title), category: String(category) };
    const shown = Object.hasOwn(names, card.category) ? names[card.category] : card.category;
    index.set(caseHex, { card, folded: folded(`${reference ?? ""} ${card.title} ${shown}`) });
    return card;
  } catch (error) {
    // One row that a server swapped or damaged must not hide the others: it is shown as what it is.
    return { case: caseHex, reference, failed: error instanceof Error ? error.name : "Error" };
  }
}

/**
 * @param {Given} given
 * @param {import("./tasks.js").Port} port
 */
function openAll({ holders, rows, names = {} }, port) {
  const roots = new Map(holders.map(({ name, secret }) => [name, new Root(secret)]));
  return rows.map((row, i) => {
    const card = openRow(roots, row, names);
    port.progress((i + 1) / rows.length);
    return card;
  });
}

/** The cards of one page, in order. @param {Given} given @param {import("./tasks.js").Port} port */
export function openCards(given, port) {
  return { cards: openAll(given, port) };
}

/** Opens cards for the search alone. @param {Given} given @param {import("./tasks.js").Port} port */
export function indexCards(given, port) {
  const damaged = openAll(given, port).filter((card) => "failed" in card);
  return { opened: given.rows.length - damaged.length, damaged };
}

/**
 * The cards that hold every word of the query, in the order they were first opened.
 * @param {{ query: string, limit?: number }} given
 */
export function search({ query, limit = 50 }) {
  const words = folded(query).split(/\s+/).filter(Boolean);
  const found = [...index.values()].filter(({ folded: text }) => words.every((word) => text.includes(word)));
  return { total: found.length, cards: found.slice(0, limit).map(({ card }) => card) };
}

/** Forgets every opened card. */
export function forgetCards() {
  index.clear();
  return {};
}
