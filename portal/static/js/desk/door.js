/** Through the door: the passphrase is stretched here, the root is opened here, and both stay here. */
import { fromHex, Party, Recipient, unwrapOfficer } from "../seal/index.js";
import { saltAnswer } from "./answers.js";
import { fromBase64, postJson, toBase64 } from "./api.js";
import { Breach } from "./failure.js";
import { stretch } from "./kdf.js";
import { keepRoot } from "./session.js";
import { text } from "./strings.js";
import { withProgress } from "./work.js";

/** @typedef {{ auth: Uint8Array, wrapKey: Uint8Array }} Stretched */

/** @type {{ name: string, passphrase: string, keys: Stretched } | undefined} so that a wrong code costs no second wait */
let last;

/** @param {string} name @param {string} passphrase @returns {Promise<Stretched>} */
async function keysOf(name, passphrase) {
  if (last?.name === name && last.passphrase === passphrase) return last.keys;
  const { salt, kdf } = saltAnswer(await postJson("/desk/api/salt", { name }));
  const keys = await withProgress(text("unlocking"), (onProgress) => stretch(passphrase, fromBase64(salt), kdf, onProgress));
  last = { name, passphrase, keys };
  return keys;
}

/** @param {any} answer @param {Uint8Array} wrapKey */
function rootOf(answer, wrapKey) {
  try {
    const officerId = fromHex(answer.officer_id, 16) ?? new Uint8Array();
    const party = new Party(Recipient.parse(answer.recipient), fromBase64(answer.verify_key));
    return unwrapOfficer(wrapKey, fromBase64(answer.wrapped_root), { officerId, party });
  } catch (error) {
    // The right password does not open the root: the server has put another in its place, or damaged it.
    throw new Breach("root", "", error);
  }
}

/**
 * A new session of the officer `name`, whose root this tab keeps, and the root.
 * @param {string} name
 * @param {string} passphrase
 * @param {{ code: string } | { recovery_code: string }} factor
 */
export async function enter(name, passphrase, factor) {
  const { auth, wrapKey } = await keysOf(name, passphrase);
  const answer = await postJson("/desk/api/sign-in", { name, auth: toBase64(auth), ...factor });
  const root = rootOf(answer, wrapKey);
  await keepRoot(root);
  last = undefined;
  return root;
}
