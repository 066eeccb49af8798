/** The list's titles: the cards of one page, opened in the Worker, written into rows that the server has drawn. */
import { toHex } from "../seal/index.js";
import { make } from "./elements.js";
import { byId } from "./start.js";
import { hasText, text } from "./strings.js";

/**
 * @typedef {{ case: string, reference: string, stage: string, due_on: string | null, number: number, holder: string,
 *   wrapped: string, card: string }} SealedCard
 * @typedef {{ case: string, reference: string, title: string, category: string, failed?: string }} OpenCard
 * @typedef {{ name: string, secret: Uint8Array }} Holder
 */

/**
 * The roots under which this officer's case roots are wrapped, by party.
 * @param {import("../seal/keys.js").Root} root
 * @param {Map<string, import("./keys.js").Channel>} channels
 * @returns {Holder[]}
 */
export function holdersOf(root, channels) {
  const roots = [root, ...[...channels.values()].flatMap(({ epochs }) => [...epochs.values()])];
  return roots.map((one) => ({ name: toHex(one.party.hash), secret: one.secret }));
}

/**
 * Opens the cards of the page and shows them.
 * @param {import("../worker/client.js").SealWorker} worker
 * @param {Holder[]} holders
 * @param {SealedCard[]} sealed
 */
export async function showCards(worker, holders, sealed) {
  /** @type {{ cards: OpenCard[] }} */
  const { cards } = await worker.run("openCards", { holders, rows: sealed, names: categoryNames() });
  const rows = new Map([...byId("listed").querySelectorAll("tr")].map((row) => [row.cells[0]?.textContent, row]));
  for (const card of cards) {
    const title = rows.get(card.reference)?.querySelector("[data-title]");
    if (!title) continue; // never opened; or shown already, since a case can come under two roots of this officer
    title.textContent = card.failed === undefined ? card.title : text("card.damaged");
    if (card.failed !== undefined) continue;
    title.removeAttribute("data-title");
    title.closest("td")?.append(make("br"), make("span", { class: "small muted", text: categoryText(card.category) }));
  }
}

/**
 * What this officer can open of the server's cards. They come as lists in the order of its `columns`, each holder once
 * for all, so that ten thousand are small.
 * @param {Holder[]} holders
 * @param {import("./answers.js").CardsAnswer} answer
 * @returns {SealedCard[]}
 */
export function readable(holders, answer) {
  const names = new Set(holders.map(({ name }) => name));
  return answer.cards
    .map(([id, reference, stage, due, number, holder, wrapped, card]) => ({
      case: id, reference, stage, due_on: due, number, holder: answer.holders[holder] ?? "", wrapped, card,
    }))
    .filter(({ holder }) => names.has(holder));
}

/** What the page shows for each category, by code: the Worker has no page. @returns {Record<string, string>} */
export function categoryNames() {
  const named = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-text^="category."]'))];
  return Object.fromEntries(named.map(({ dataset, textContent }) => [(dataset.text ?? "").slice("category.".length), textContent ?? ""]));
}

/** @param {string} code */
export function categoryText(code) {
  return hasText(`category.${code}`) ? text(`category.${code}`) : code;
}
