/** The Worker's tasks by name; main.js describes what each takes and gives. */
import { mailboxRoot, officerKeys, stretchPassword } from "../seal/index.js";
import { forgetCards, indexCards, openCards, search } from "./cards.js";
import { openFile, sealFile } from "./files.js";

/**
 * @typedef {{ progress: (share: number) => void, part: (part: Uint8Array) => Promise<void> }} Port
 */

/**
 * @param {{ password: string, salt: Uint8Array, kdf: number }} given
 * @param {Port} port
 */
async function stretch({ password, salt, kdf }, port) {
  const [auth, wrapKey] = officerKeys(await stretchPassword(password, salt, kdf, port.progress));
  port.progress(1);
  return { auth, wrapKey };
}

/**
 * @param {{ caseKey: string, passphrase: string }} given
 * @param {Port} port
 */
async function mailbox({ caseKey, passphrase }, port) {
  const { secret } = await mailboxRoot(caseKey, passphrase, port.progress);
  port.progress(1);
  return { secret };
}

export const tasks = Object.freeze({
  stretch,
  mailboxRoot: mailbox,
  openCards,
  indexCards,
  search,
  forgetCards,
  sealAttachment: sealFile,
  openAttachment: openFile,
});
