/** Signing in: the passphrase is stretched here, the root is opened here, and both stay here. */
import { ApiError } from "../desk/api.js";
import { enter } from "../desk/door.js";
import { Breach, wordsFor } from "../desk/failure.js";
import { tellLeft } from "../desk/idle.js";
import { byId, inputById, onSent, start } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { CryptoError, KdfRefused } from "../seal/index.js";

function usesRecovery() {
  return !byId("recovery-part").hidden;
}

async function signIn() {
  const factor = usesRecovery()
    ? { recovery_code: inputById("recovery").value.trim() }
    : { code: inputById("code").value.replace(/\s/g, "") };
  await enter(inputById("name").value.trim(), inputById("passphrase").value, factor);
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
  if (new URLSearchParams(window.location.search).has("left")) tellLeft();
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
