/**
 * The Worker: what would freeze a page runs here. One Worker a page; it holds secrets in memory only, and ending it
 * (log-out, lock, leaving the page) forgets them.
 *
 * Page to Worker, structured clone:
 *   { id, task, ...arguments }   begins a task; `id` is a number that the page chooses
 *   { id, more: true }           asks a task that hands out parts for the next one
 *   { id, stop: true }           ends such a task early
 *
 * Worker to page:
 *   { id, progress }             0 to 1, at most a hundred times a task
 *   { id, part }                 an ArrayBuffer, moved; the Worker waits for `more` before it makes the next
 *   { id, result }               the task is done
 *   { id, failed: { name, message, word?, number?, status? } }   `name` is a class of js/seal/errors.js, or "Error"
 *
 * Tasks, their arguments and results (bytes are Uint8Array):
 *   stretch         { password, salt, kdf }             -> { auth, wrapKey }         an officer's password, about 1 s
 *   mailboxRoot     { caseKey, passphrase }             -> { secret }                a receipt's, folded, about 0.5 s
 *   openCards       { holders, rows, names? }           -> { cards }                 of one page of the list, in order
 *   indexCards      { holders, rows, names? }           -> { opened, damaged }       of all cases, for the search
 *   search          { query, limit }                    -> { total, cards }          every word of the query is in the card
 *   forgetCards     {}                                  -> { }
 *   sealAttachment  { file, recipient, name, type, partSize }  parts -> { item, sealedSize }
 *   openAttachment  { source, secret, item, partSize }         parts -> { size }
 *
 * holders  [{ name, secret }]: roots under which case roots are wrapped; `name` is what a row's `holder` says
 * row      { case, number, holder, wrapped, card, reference? }: `case` hex of 16 bytes, `number` of the desk record,
 *          `wrapped` (72 bytes) and `card` (256 bytes) as base64; `reference` is searched and handed back
 * names    what the page shows for a category, by its code: it is what somebody searches for
 * card     { case, reference?, title, category }, or { case, reference?, failed } with the name of the error
 * source   a Blob, or the path of a sealed file on this origin, which the Worker fetches itself
 * item     an entry of a message's `files`, as js/seal/message.js reads it
 */
import { tasks } from "./tasks.js";

/** @type {Map<number, { more: () => void, stop: () => void }>} tasks that wait to hand out a part */
const waiting = new Map();

/**
 * What a task may say while it runs.
 * @param {number} id
 */
function port(id) {
  let shown = 0;
  return {
    /** @param {number} share */
    progress(share) {
      if (share < 1 && share - shown < 0.01) return;
      shown = share;
      self.postMessage({ id, progress: share });
    },
    /** Resolves when the page wants more. @param {Uint8Array} part @returns {Promise<void>} */
    part(part) {
      const moved = part.byteLength === part.buffer.byteLength ? part.buffer : part.slice().buffer;
      self.postMessage({ id, part: moved }, { transfer: [moved] });
      return new Promise((more, reject) => {
        waiting.set(id, { more, stop: () => reject(new DOMException("stopped", "AbortError")) });
      });
    },
  };
}

/** @param {any} error only what a page may show or act on: never a value that was being worked on */
function failure(error) {
  const { name = "Error", message = "", word, number, status } = error ?? {};
  return { name, message, word, number, status };
}

/** @param {{ id: number, task: string }} request */
async function begin({ id, task, ...given }) {
  try {
    if (!Object.hasOwn(tasks, task)) throw new Error("no such task");
    const result = await tasks[/** @type {keyof typeof tasks} */ (task)](/** @type {any} */ (given), port(id));
    self.postMessage({ id, result });
  } catch (error) {
    self.postMessage({ id, failed: failure(error) });
  } finally {
    waiting.delete(id);
  }
}

self.addEventListener("message", ({ data }) => {
  if (data.more || data.stop) {
    const task = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.more) task?.more();
    else task?.stop();
  } else {
    void begin(data);
  }
});
