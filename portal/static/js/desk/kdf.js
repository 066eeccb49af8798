/** Stretching a passphrase in the Worker, so that the page can show how far it has come. */
import { SealWorker } from "../worker/client.js";

/**
 * What a typed passphrase stands for. A space before or after it is a slip of copying, never meant.
 * @param {string} typed
 */
export function meant(typed) {
  return typed.trim();
}

/**
 * The two keys of a passphrase: `auth`, which the server sees, and `wrapKey`, which it never does. About a second, up to
 * a minute in a browser without JIT. The Worker is ended afterwards and forgets 64 MiB of intermediate state.
 * @param {string} passphrase as typed
 * @param {Uint8Array} salt 16 bytes
 * @param {number} kdf the one cost that is known, 1; another is refused with KdfRefused
 * @param {(share: number) => void} [onProgress] 0 to 1
 * @returns {Promise<{ auth: Uint8Array, wrapKey: Uint8Array }>}
 */
export async function stretch(passphrase, salt, kdf, onProgress) {
  const worker = new SealWorker();
  try {
    return await worker.run("stretch", { password: meant(passphrase), salt, kdf }, { onProgress });
  } finally {
    worker.end();
  }
}
