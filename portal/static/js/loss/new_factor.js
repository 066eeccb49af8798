/** A new phone on the account page: a fresh secret and fresh recovery codes, shown once, confirmed by code and passphrase. */
import { saltAnswer } from "../desk/answers.js";
import { ApiError, fromBase64, postJson, toBase64 } from "../desk/api.js";
import { Breach, wordsFor } from "../desk/failure.js";
import { stretch } from "../desk/kdf.js";
import { byId, inputById, onSent } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { withProgress } from "../desk/work.js";
import { fromHex } from "../seal/index.js";
import { hashOf } from "../setup/codes.js";
import { SecondFactor } from "../setup/second_factor.js";

/** @typedef {{ id: string, name: string }} Officer */

/** @param {unknown} error @param {string} code */
function isRefusal(error, code) {
  return error instanceof ApiError && error.code === code;
}

/** @param {string} words @param {"factor-code" | "factor-current"} [at] empty words take the complaint away */
function complain(words, at = "factor-code") {
  for (const id of ["factor-code", "factor-current"]) byId(`${id}-wrong`).hidden = true;
  if (words === "") return;
  const place = byId(`${at}-wrong`);
  place.textContent = words;
  place.hidden = false;
  inputById(at).focus();
}

/** @param {Officer} officer @param {SecondFactor} factor */
async function send(officer, factor) {
  const { salt, kdf } = saltAnswer(await postJson("/desk/api/salt", { name: officer.name }));
  const typed = inputById("factor-current").value;
  const { auth } = await withProgress(text("checking"), (onProgress) => stretch(typed, fromBase64(salt), kdf, onProgress));
  const officerId = fromHex(officer.id, 16) ?? new Uint8Array();
  const hashes = await Promise.all(factor.codes.map((code) => hashOf(officerId, code)));
  await postJson("/desk/api/second-factor", {
    auth: toBase64(auth),
    totp_secret: toBase64(factor.secret),
    totp_code: factor.typedCode,
    recovery_hashes: hashes.map(toBase64),
  });
}

/** @param {SecondFactor} factor */
function close(factor) {
  factor.forget();
  inputById("factor-current").value = "";
  byId("new-factor").hidden = true;
  byId("new-factor-done").hidden = false;
  byId("new-factor-done").focus();
}

/**
 * The button that begins it, and the form behind it.
 * @param {Officer} officer
 * @param {string} organisation whose name the authenticator shows
 */
export function startNewFactor(officer, organisation) {
  /** @type {SecondFactor | undefined} */
  let factor;
  byId("new-factor-begin").addEventListener("click", () => {
    factor = new SecondFactor();
    factor.show(officer.name, organisation);
    byId("new-factor-offer").hidden = true;
    byId("new-factor-done").hidden = true;
    byId("new-factor").hidden = false;
    byId("new-factor-title").focus();
  });
  onSent(byId("new-factor"), async () => {
    if (factor === undefined) return;
    complain("");
    try {
      await send(officer, factor);
      close(factor);
      factor = undefined;
    } catch (error) {
      if (error instanceof Breach) throw error;
      const words = isRefusal(error, "wrong_code") ? text("factor.wrong_code") : wordsFor(error);
      complain(words, isRefusal(error, "wrong") ? "factor-current" : "factor-code");
    }
  });
}
