/** The list: the titles of this page first, then those of all cases for the search. */
import { getJson } from "../desk/api.js";
import { openChannels } from "../desk/keys.js";
import { holdersOf, showCards } from "../desk/list.js";
import { indexAll, startSearch } from "../desk/search.js";
import { openDesk } from "../desk/session.js";
import { byId, start } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { makeDue } from "../team/due.js";
import { unconfirmed } from "../team/joining.js";
import { SealWorker } from "../worker/client.js";

/** @param {string} words */
function complain(words) {
  const place = byId("problem");
  place.textContent = words;
  place.hidden = false;
}

async function page() {
  const after = byId("app").dataset.after ?? "";
  const cards = getJson(after === "" ? "/desk/api/cases" : `/desk/api/cases?after=${encodeURIComponent(after)}`);
  cards.catch(() => undefined); // awaited below, after the keys
  const { root, keys } = await openDesk();
  byId("to-confirm").hidden = unconfirmed(root, keys).length === 0;
  const channels = await openChannels(root, keys);
  if (await makeDue({ root, keys, channels })) {
    window.location.reload();
    return;
  }
  byId("epoch-due").hidden = !keys.channels.some((/** @type {any} */ one) => one.leaving.length > 0);
  const holders = holdersOf(root, channels);
  const worker = new SealWorker();
  await showCards(worker, holders, (await cards).cards);
  document.documentElement.dataset.opened = "page"; // what the tests and the benchmark wait for
  startSearch(worker);
  indexAll(worker, holders).catch(() => complain(text("failed.cards")));
}

void start(page);
