/** The list: the titles of this page first, then those of all cases for the search. */
import { pageAnswer } from "../desk/answers.js";
import { ApiError, getJson } from "../desk/api.js";
import { openChannels } from "../desk/keys.js";
import { holdersOf, readable, showCards } from "../desk/list.js";
import { indexAll, startSearch } from "../desk/search.js";
import { openDesk } from "../desk/session.js";
import { byId, guarded, start } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { nameParts } from "../desk/table.js";
import { makeDue } from "../team/due.js";
import { rerootAll } from "../team/reroot.js";
import { unconfirmed } from "../team/joining.js";
import { SealWorker } from "../worker/client.js";

/** @param {string} words */
function complain(words) {
  const place = byId("problem");
  place.textContent = words;
  place.hidden = false;
}

/** Open cases follow a new key in the background, while the list is used. @param {import("../desk/case_keys.js").Desk} desk */
async function moveCases(desk) {
  try {
    const { moved, left } = await rerootAll(desk, (done, count) => {
      byId("rerooting").hidden = false;
      byId("rerooting").textContent = text("rerooting", { done, count });
    });
    byId("rerooting").hidden = moved === 0;
    byId("rerooting").textContent = text("rerooted", { count: moved });
    if (left > 0) complain(text("rerooting.left", { count: left }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // the next visit goes on
  } finally {
    document.documentElement.dataset.rerooted = "yes"; // what the tests wait for
  }
}

async function page() {
  nameParts(byId("listed"));
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
  byId("epoch-due").hidden = !keys.channels.some(({ leaving }) => leaving.length > 0);
  const holders = holdersOf(root, channels);
  const worker = new SealWorker();
  await showCards(worker, holders, readable(holders, pageAnswer(await cards)));
  document.documentElement.dataset.opened = "page"; // what the tests and the benchmark wait for
  startSearch(worker);
  indexAll(worker, holders).catch(() => complain(text("failed.cards")));
  void guarded(() => moveCases({ root, officerId: keys.officer.id, channels }));
}

void start(page);
