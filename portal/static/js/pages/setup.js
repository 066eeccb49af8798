/**
 * Setting up: five steps in one page, all secrets made here, and one POST at the end. Until then nothing has left the
 * browser; after it nothing secret has.
 */
import { postJson, toBase64 } from "../desk/api.js";
import { wordsFor } from "../desk/failure.js";
import { PassphraseChooser } from "../desk/passphrase.js";
import { byId, start } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { withProgress } from "../desk/work.js";
import { officerBody, stretched } from "../setup/enrolment.js";
import { channel, organisation, person, watchFields } from "../setup/fields.js";
import { firstPins, newRoots, sealGrants } from "../setup/roots.js";
import { SecondFactor } from "../setup/second_factor.js";
import { RecoverySheet } from "../setup/sheet.js";
import { Wizard } from "../setup/wizard.js";

/**
 * Everything in the form in which the server takes it (portal/web/setup/body.py).
 * @param {import("../setup/roots.js").Roots} roots
 * @param {import("../setup/enrolment.js").Stretched} keys
 * @param {SecondFactor} factor
 */
async function portalOf(roots, keys, factor) {
  const { officerId, officer, anchor, record } = roots;
  const grants = await sealGrants(roots);
  return {
    v: 1,
    organisation: organisation(),
    officer: await officerBody({ officerId, officer, pins: firstPins(roots), person: person(), keys, factor }),
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

function page() {
  const roots = newRoots();
  const factor = new SecondFactor();
  const sheet = new RecoverySheet();
  const chooser = new PassphraseChooser(() => [organisation().name, channel().name, person().name, person().role]);
  /** @type {import("../setup/enrolment.js").Stretched | undefined} */
  let keys;
  let done = false;

  async function personChecked() {
    const passphrase = await chooser.chosen();
    if (passphrase === undefined) return false;
    if (keys?.passphrase !== passphrase || keys.name !== person().name) keys = await stretched(person().name, passphrase);
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
      const sent = await portalOf(roots, /** @type {any} */ (keys), factor);
      const address = byId("app").dataset.post ?? "";
      const next = await withProgress(text("sending"), () => postJson(address, sent));
      done = true;
      byId("done-sign-in").setAttribute("href", next.sign_in);
      byId("done-public").setAttribute("href", next.public);
    } catch (error) {
      factor.complain(wordsFor(error));
      return false;
    }
    keys = undefined;
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
