/** Long work with a bar, words and a way to stop it: the elements of templates/desk/job.html. */
import { seen } from "./idle.js";
import { byId } from "./start.js";

/**
 * @typedef {{ say: (words: string) => void, progress: (share: number) => void, signal: AbortSignal, last: () => void }} Job
 *   `last`: from here on nothing can be stopped any more; throws where somebody has stopped it before
 */

/**
 * Shows the bar `name` while `work` runs. The cancel button aborts `signal`; `work` then rejects with its reason.
 * @template T
 * @param {string} name
 * @param {string} words
 * @param {(job: Job) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function run(name, words, work) {
  const place = byId(`${name}-work`);
  const bar = /** @type {HTMLProgressElement} */ (byId(`${name}-bar`));
  const line = byId(`${name}-words`);
  const stop = new AbortController();
  const button = byId(`${name}-cancel`);
  const cancel = () => stop.abort(new DOMException("stopped by hand", "AbortError"));
  button.addEventListener("click", cancel);
  button.hidden = false;
  line.textContent = words;
  bar.removeAttribute("value");
  place.hidden = false;
  try {
    return await work({
      say: (said) => {
        seen(); // work that goes on is a sign of life, and a line that stands still is none
        line.textContent = said;
      },
      progress: (share) => {
        seen();
        bar.value = share;
      },
      signal: stop.signal,
      last: () => {
        stop.signal.throwIfAborted();
        button.hidden = true;
      },
    });
  } finally {
    button.removeEventListener("click", cancel);
    place.hidden = true;
  }
}

/** Whether `error` only says that somebody stopped the work. @param {unknown} error */
export function wasStopped(error) {
  return error instanceof Error && error.name === "AbortError"; // from the Worker it comes as another class
}
