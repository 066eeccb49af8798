/** The list's titles: the cards of one page, opened in the Worker, written into rows that the server has drawn. */
import { toHex } from "../seal/index.js";
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
  const mine = readable(holders, sealed);
  /** @type {{ cards: OpenCard[] }} */
  const { cards } = await worker.run("openCards", { holders, rows: mine });
  const rows = new Map([...byId("listed").querySelectorAll("tr")].map((row) => [row.dataset.case, row]));
  for (const card of cards) {
    const row = rows.get(card.case);
    const title = row?.querySelector("[data-title]");
    if (!row || !title) continue;
    title.textContent = card.failed === undefined ? card.title : text("card.damaged");
    const category = row.querySelector("[data-category]");
    if (category) category.textContent = card.failed === undefined ? categoryText(card.category) : "";
  }
}

/**
 * One sealed card a case: the one under a root that this officer holds.
 * @param {Holder[]} holders
 * @param {SealedCard[]} sealed
 */
export function readable(holders, sealed) {
  const names = new Set(holders.map(({ name }) => name));
  return sealed.filter(({ holder }) => names.has(holder));
}

/** @param {string} code */
export function categoryText(code) {
  return hasText(`category.${code}`) ? text(`category.${code}`) : code;
}
