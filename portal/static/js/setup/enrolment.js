/** What one person's browser makes of a passphrase, a root and a second factor, in the form in which the server takes it. */
import { saltAnswer } from "../desk/answers.js";
import { fromBase64, postJson, toBase64 } from "../desk/api.js";
import { stretch } from "../desk/kdf.js";
import { text } from "../desk/strings.js";
import { withProgress } from "../desk/work.js";
import { KDF_VERSION, wrapOfficer } from "../seal/index.js";
import { hashOf } from "./codes.js";

/** @typedef {{ name: string, passphrase: string, salt: Uint8Array, auth: Uint8Array, wrapKey: Uint8Array }} Stretched */

/**
 * The keys of a new passphrase; the page shows how far it has come. The salt is the one that the server gives for this
 * name already: another would tell, from the day on which it changes, that somebody of that name works here.
 * @param {string} name
 * @param {string} passphrase
 * @returns {Promise<Stretched>}
 */
export async function stretched(name, passphrase) {
  const salt = fromBase64(saltAnswer(await postJson("/desk/api/salt", { name })).salt);
  const keys = await withProgress(text("stretching"), (onProgress) => stretch(passphrase, salt, KDF_VERSION, onProgress));
  return { name, passphrase, salt, ...keys };
}

/**
 * The person (portal/web/setup/body.py, read_officer).
 * @param {{ officerId: Uint8Array, officer: import("../seal/keys.js").Root, pins: Uint8Array,
 *   person: { name: string, role: string, language: string }, keys: Stretched,
 *   factor: import("./second_factor.js").SecondFactor }} made
 */
export async function officerBody({ officerId, officer, pins, person, keys, factor }) {
  const hashes = await Promise.all(factor.codes.map((code) => hashOf(officerId, code)));
  return {
    ...person,
    id: toBase64(officerId),
    recipient: officer.party.recipient.toString(),
    verify_key: toBase64(officer.verifyKey),
    salt: toBase64(keys.salt),
    kdf: KDF_VERSION,
    wrapped_root: toBase64(wrapOfficer(keys.wrapKey, officer, { officerId })),
    pins: toBase64(pins),
    auth: toBase64(keys.auth),
    totp_secret: toBase64(factor.secret),
    totp_code: factor.typedCode,
    recovery_hashes: hashes.map(toBase64),
  };
}
