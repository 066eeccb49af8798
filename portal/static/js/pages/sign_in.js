/** Signing in: the passphrase is stretched here, the root is opened here, and both stay here. */
import { saltAnswer } from "../desk/answers.js";
import { ApiError, fromBase64, postJson, toBase64 } from "../desk/api.js";
import { Breach, wordsFor } from "../desk/failure.js";
import { stretch } from "../desk/kdf.js";
import { keepRoot } from "../desk/session.js";
import { byId, inputById, onSent, start } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { withProgress } from "../desk/work.js";
import { CryptoError, fromHex, KdfRefused, Party, Recipient, unwrapOfficer } from "../seal/index.js";

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

function usesRecovery() {
  return !byId("recovery-part").hidden;
}

async function signIn() {
  const name = inputById("name").value.trim();
  const { auth, wrapKey } = await keysOf(name, inputById("passphrase").value);
  const factor = usesRecovery()
    ? { recovery_code: inputById("recovery").value.trim() }
    : { code: inputById("code").value.replace(/\s/g, "") };
  const answer = await postJson("/desk/api/sign-in", { name, auth: toBase64(auth), ...factor });
  await keepRoot(rootOf(answer, wrapKey));
  last = undefined;
  inputById("passphrase").value = "";
  window.location.replace(byId("app").dataset.next ?? "/");
}

/** @param {unknown} error */
function complain(error) {
  if (error instanceof Breach) throw error;
  const code = error instanceof ApiError ? error.code : "unknown";
  const place = byId("problem");
  byId("problem-words").textContent = error instanceof KdfRefused ? text("failed.kdf") : wordsFor(error);
  place.hidden = false;
  const blamed = { wrong: "passphrase", wrong_code: usesRecovery() ? "recovery" : "code", wait: "code" }[code];
  if (blamed === undefined) place.focus();
  else {
    inputById(blamed).focus();
    inputById(blamed).select();
  }
  if (!(error instanceof ApiError || error instanceof CryptoError)) console.error("fault");
}

/** @param {boolean} recovery */
function chooseFactor(recovery) {
  byId("recovery-part").hidden = !recovery;
  byId("code-part").hidden = recovery;
  inputById("recovery").required = recovery;
  inputById("code").required = !recovery;
  inputById(recovery ? "recovery" : "code").focus();
}

function page() {
  byId("use-recovery").addEventListener("click", () => chooseFactor(true));
  byId("use-code").addEventListener("click", () => chooseFactor(false));
  onSent(byId("sign-in"), async () => {
    byId("problem").hidden = true;
    try {
      await signIn();
    } catch (error) {
      complain(error);
    }
  });
}

void start(page);
