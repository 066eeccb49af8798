/**
 * Search over the titles of all cases that this officer reads. The server can't: it has no title. So all cards are
 * fetched, opened in the Worker, and looked through there.
 */
import { cardsAnswer } from "./answers.js";
import { getJson } from "./api.js";
import { dayText } from "./dates.js";
import { make } from "./elements.js";
import { categoryNames, categoryText, readable } from "./list.js";
import { byId, inputById } from "./start.js";
import { text } from "./strings.js";
import { nameParts } from "./table.js";

const SHOWN = 50;
const PAUSE_MS = 120;
const CARDS = "/desk/api/cards";

/** What the server says of a case, by id: the Worker holds only what was sealed. @type {Map<string, any>} */
const facts = new Map();
let ready = false;
let latest = 0;

/**
 * Fetches and opens every card, two thousand at a time; the next are fetched while these are opened.
 * @param {import("../worker/client.js").SealWorker} worker
 * @param {import("./list.js").Holder[]} holders
 */
export async function indexAll(worker, holders) {
  const names = categoryNames();
  let next = getJson(CARDS);
  let done = 0;
  while (true) {
    const answer = cardsAnswer(await next);
    const after = answer.next;
    if (after !== null) next = getJson(`${CARDS}?after=${encodeURIComponent(after)}`);
    const rows = readable(holders, answer);
    for (const { case: id, stage, due_on: due } of rows) facts.set(id, { stage, due });
    const { opened } = await worker.run("indexCards", { holders, rows, names });
    done += opened;
    byId("q-state").textContent = text("search.opening", { done });
    if (after === null) break;
  }
  ready = true;
  byId("q-state").textContent = done === 0 ? "" : text("search.ready", { count: done });
  byId("search").dataset.ready = String(done);
  const asked = inputById("q").value;
  if (asked.trim() !== "") await look(worker, asked); // it was looked for among the first titles only
}

/** Looks while somebody types. @param {import("../worker/client.js").SealWorker} worker */
export function startSearch(worker) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const field = inputById("q");
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void look(worker, field.value), PAUSE_MS);
  });
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    void look(worker, field.value);
  });
}

/** @param {import("../worker/client.js").SealWorker} worker @param {string} query */
async function look(worker, query) {
  const turn = (latest += 1);
  const asked = query.trim();
  byId("found").hidden = asked === "";
  byId("listed").hidden = asked !== "";
  if (asked === "") return;
  const { total, cards } = await worker.run("search", { query: asked, limit: SHOWN });
  if (turn !== latest) return; // a later key was quicker
  byId("found-rows").replaceChildren(...cards.map(foundRow));
  nameParts(byId("found"));
  const key = total === 0 ? "search.none" : total > cards.length ? "search.more" : "search.found";
  if (ready || total > 0) byId("q-state").textContent = text(key, { count: total, shown: cards.length });
}

/** @param {import("./list.js").OpenCard} card */
function foundRow({ case: id, reference, title, category }) {
  const { stage, due } = facts.get(id) ?? {};
  const about = make("td", {},
    make("a", { text: title, attributes: { href: caseAddress(reference), dir: "auto" } }),
    make("br"), make("span", { class: "small muted", text: categoryText(category) }));
  return make("tr", {}, make("td", { text: reference }), about,
    make("td", { text: stage ? text(`stage.${stage}`) : "" }), make("td", { text: due ? dayText(due) : "" }));
}

/** @param {string} reference */
function caseAddress(reference) {
  return `${byId("app").dataset.list}/cases/${encodeURIComponent(reference)}`;
}
