/**
 * A file opened in the Worker and kept on this computer: straight to the disk where the browser can, else from memory up
 * to 256 MiB; above that the page names the command line. It is checked against the signed message before the first byte
 * (head) and after the last (size, SHA-256); one that fails at the end is thrown away.
 */
import { neutralName } from "./file_names.js";
import { text } from "./strings.js";

const FORGET_AFTER_MS = 60_000;

/** The file is too large for this browser; the page then shows the command line. */
export class TooLargeHere extends Error {
  static { this.prototype.name = "TooLargeHere"; }
}

/**
 * @typedef {{ write: (part: Uint8Array) => Promise<void>, close: () => Promise<void>, abort: () => Promise<void> }} Target
 */

/**
 * Where the file goes. Must be called at once in the click that asks for it: browsers show their dialog only then.
 * @param {string} name
 * @param {number} size bytes
 * @param {number} memoryBytes how much memory is asked for at most
 * @returns {Promise<Target>} rejects with AbortError when the dialog was closed, TooLargeHere without one
 */
export async function chooseTarget(name, size, memoryBytes) {
  const picker = /** @type {any} */ (window).showSaveFilePicker;
  if (typeof picker === "function") {
    const handle = await picker({ suggestedName: name });
    const stream = await handle.createWritable();
    return { write: (part) => stream.write(part), close: () => stream.close(), abort: () => stream.abort() };
  }
  if (size > memoryBytes) throw new TooLargeHere();
  return inMemory(name);
}

/** @param {string} name @returns {Target} */
function inMemory(name) {
  /** @type {Blob[]} */
  let parts = [];
  return {
    write: async (part) => { parts.push(new Blob([/** @type {BlobPart} */ (part)])); },
    // Never opened in this origin: the type says "bytes", and the link downloads.
    close: async () => save(name, new Blob(parts, { type: "application/octet-stream" })),
    abort: async () => { parts = []; },
  };
}

/**
 * Hands `blob` to the browser's own downloads.
 * @param {string} name
 * @param {Blob} blob
 */
export function save(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), FORGET_AFTER_MS);
}

/**
 * Opens the file that `item` describes and keeps it.
 * @param {{ worker: import("../worker/client.js").SealWorker, root: import("../seal/keys.js").Root }} keys the root that
 *   the message was sealed to: its files are sealed to the same
 * @param {import("../seal/body.js").FileItem} item
 * @param {Target} target
 * @param {import("./job.js").Job} job
 */
export async function download({ worker, root }, item, target, job) {
  let done = 0;
  job.say(text("work.opening_file", { name: neutralName(item.name) }));
  try {
    await worker.run("openAttachment", { source: `/desk/api/files/${item.id}`, secret: root.secret, item: { ...item } }, {
      signal: job.signal,
      onPart: async (part) => {
        await target.write(part);
        done += part.length;
        job.progress(item.size > 0 ? done / item.size : 1);
      },
    });
    await target.close();
  } catch (error) {
    await target.abort().catch(() => undefined);
    throw error;
  }
}
