/**
 * Setting up: five steps in one page, all secrets made here, and one POST at the end. Until then nothing has left the
 * browser; after it nothing secret has.
 */
import { ApiError, postJson, toBase64 } from "../desk/api.js";
import { stretch } from "../desk/kdf.js";
import { PassphraseChooser } from "../desk/passphrase.js";
import { byId, start } from "../desk/start.js";
import { hasText, text } from "../desk/strings.js";
import { withProgress } from "../desk/work.js";
import { KDF_VERSION, randomBytes, wrapOfficer } from "../seal/index.js";
import { hashOf } from "../setup/codes.js";
import { channel, organisation, person, watchFields } from "../setup/fields.js";
import { firstPins, newRoots, sealGrants } from "../setup/roots.js";
import { SecondFactor } from "../setup/second_factor.js";
import { RecoverySheet } from "../setup/sheet.js";
import { Wizard } from "../setup/wizard.js";

/** @typedef {{ passphrase: string, salt: Uint8Array, auth: Uint8Array, wrapKey: Uint8Array }} Stretched */

/**
 * Everything in the form in which the server takes it (portal/web/setup/body.py).
 * @param {import("../setup/roots.js").Roots} roots
 * @param {Stretched} stretched
 * @param {SecondFactor} factor
 */
async function portalOf(roots, stretched, factor) {
  const { officerId, officer, anchor, record } = roots;
  const grants = await sealGrants(roots);
  const hashes = await Promise.all(factor.codes.map((code) => hashOf(officerId, code)));
  return {
    v: 1,
    organisation: organisation(),
    officer: {
      ...person(),
      id: toBase64(officerId),
      recipient: officer.party.recipient.toString(),
      verify_key: toBase64(officer.verifyKey),
      salt: toBase64(stretched.salt),
      kdf: KDF_VERSION,
      wrapped_root: toBase64(wrapOfficer(stretched.wrapKey, officer, { officerId })),
      pins: toBase64(firstPins(roots)),
      auth: toBase64(stretched.auth),
      totp_secret: toBase64(factor.secret),
      totp_code: factor.typedCode,
      recovery_hashes: hashes.map(toBase64),
    },
    channel: {
      ...channel(),
      id: toBase64(roots.channelId),
      record: toBase64(record.raw),
      party: toBase64(roots.channel.party.hash),
      anchor_recipient: anchor.party.recipient.toString(),
      grant_to_officer: toBase64(grants.toOfficer),
      grant_to_anchor: toBase64(grants.toAnchor),
      anchor_to_officer: toBase64(grants.anchorToOfficer),
      sheet_confirmed: true,
    },
  };
}

/** @param {unknown} error */
function wordsFor(error) {
  const code = error instanceof ApiError ? error.code : "unknown";
  return text(hasText(`failed.${code}`) ? `failed.${code}` : "failed.unknown");
}

function page() {
  const roots = newRoots();
  const factor = new SecondFactor();
  const sheet = new RecoverySheet();
  const chooser = new PassphraseChooser(() => [organisation().name, person().name, person().role]);
  /** @type {Stretched | undefined} */
  let stretched;
  let done = false;

  async function personChecked() {
    const passphrase = await chooser.chosen();
    if (passphrase === undefined) return false;
    if (stretched?.passphrase !== passphrase) {
      const salt = randomBytes(16);
      const keys = await withProgress(text("stretching"), (onProgress) => stretch(passphrase, salt, KDF_VERSION, onProgress));
      stretched = { passphrase, salt, ...keys };
    }
    sheet.fill(roots.anchor, { organisation: organisation().name, channel: channel().name, day: roots.record.day });
    return true;
  }

  function sheetChecked() {
    if (!sheet.confirmed()) return false;
    factor.show(person().name, organisation().name);
    return true;
  }

  async function finish() {
    factor.complain("");
    try {
      const sent = await portalOf(roots, /** @type {Stretched} */ (stretched), factor);
      const address = byId("app").dataset.post ?? "";
      const next = await withProgress(text("sending"), () => postJson(address, sent));
      done = true;
      byId("done-sign-in").setAttribute("href", next.sign_in);
      byId("done-public").setAttribute("href", next.public);
    } catch (error) {
      factor.complain(wordsFor(error));
      return false;
    }
    stretched = undefined;
    for (const secret of [chooser, sheet, factor]) secret.forget();
    return true;
  }

  watchFields();
  byId("sheet-print").addEventListener("click", () => window.print());
  const wizard = new Wizard({
    organisation: () => true, channel: () => true, person: personChecked, sheet: sheetChecked, factor: finish,
  });
  window.addEventListener("beforeunload", (event) => {
    if (wizard.begun && !done) event.preventDefault();
  });
}

void start(page);
