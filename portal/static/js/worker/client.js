/** The page's side of the Worker: one promise a task. main.js describes the tasks. */
import * as errors from "../seal/errors.js";
import { workerUrl } from "./url.js";

/**
 * The error that failed in the Worker, an instance of the class it had there.
 * @param {{ name: string, message: string, word?: string, number?: number, status?: number }} failed
 */
function revived({ name, message, ...details }) {
  const known = /** @type {Record<string, any>} */ (errors)[name];
  const error = Object.assign(new Error(message), details);
  if (known !== undefined) Object.setPrototypeOf(error, known.prototype);
  else error.name = name;
  return error;
}

/**
 * @typedef {{
 *   onProgress?: (share: number) => void,
 *   onPart?: (part: Uint8Array) => void | Promise<void>,
 *   signal?: AbortSignal,
 * }} Listeners `onPart` is awaited before the next part is made; when it throws, the task stops with its error
 */

/** A Worker, started with the first task. */
export class SealWorker {
  /** @type {Worker | undefined} */
  #worker;
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: unknown) => void, listeners: Listeners }>} */
  #running = new Map();
  #last = 0;

  /**
   * Runs one task; rejects with the class of error that it failed with.
   * @param {string} task
   * @param {Record<string, unknown>} [given]
   * @param {Listeners} [listeners]
   * @returns {Promise<any>}
   */
  run(task, given = {}, listeners = {}) {
    const worker = this.#started();
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      this.#running.set(id, { resolve, reject, listeners });
      listeners.signal?.addEventListener("abort", () => worker.postMessage({ id, stop: true }), { once: true });
      worker.postMessage({ id, task, ...given });
    });
  }

  /** Ends the Worker and with it every secret it holds; tasks that run are rejected. */
  end() {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#failAll(new DOMException("the Worker was ended", "AbortError"));
  }

  #started() {
    if (this.#worker === undefined) {
      this.#worker = new Worker(workerUrl(), { type: "module" });
      this.#worker.addEventListener("message", ({ data }) => void this.#hear(data));
      this.#worker.addEventListener("error", () => {
        this.#worker = undefined;
        this.#failAll(new Error("the Worker could not run"));
      });
    }
    return this.#worker;
  }

  /** @param {unknown} error */
  #failAll(error) {
    const running = [...this.#running.values()];
    this.#running.clear();
    for (const { reject } of running) reject(error);
  }

  /** @param {{ id: number, progress?: number, part?: ArrayBuffer, result?: any, failed?: any }} said */
  async #hear({ id, progress, part, result, failed }) {
    const task = this.#running.get(id);
    if (task === undefined) return;
    if (progress !== undefined) task.listeners.onProgress?.(progress);
    else if (part !== undefined) await this.#hand(id, part);
    else if (this.#running.delete(id)) {
      if (failed === undefined) task.resolve(result);
      else task.reject(revived(failed));
    }
  }

  /** @param {number} id @param {ArrayBuffer} part */
  async #hand(id, part) {
    const task = this.#running.get(id);
    try {
      if (task?.listeners.signal?.aborted) throw task.listeners.signal.reason;
      await task?.listeners.onPart?.(new Uint8Array(part));
      this.#worker?.postMessage({ id, more: true });
    } catch (error) {
      this.#running.delete(id);
      this.#worker?.postMessage({ id, stop: true });
      task?.reject(error);
    }
  }
}
