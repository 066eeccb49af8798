/** Long work that shows how far it has come: a line of words and a bar (templates/components/work.html). */
import { byId } from "./start.js";

/**
 * Shows `words` and a bar while `work` runs, and hides both afterwards.
 * @template T
 * @param {string} words
 * @param {(onProgress: (share: number) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(words, work) {
  const place = byId("work");
  const bar = /** @type {HTMLProgressElement} */ (byId("work-bar"));
  byId("work-words").textContent = words;
  bar.value = 0;
  place.hidden = false;
  try {
    return await work((share) => { bar.value = share; });
  } finally {
    place.hidden = true;
  }
}
