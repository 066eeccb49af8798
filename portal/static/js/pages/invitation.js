/** A newcomer's keys, made here: two steps and one POST. What is sent opens nothing before a keeper has compared words. */
import { postJson } from "../desk/api.js";
import { wordsFor } from "../desk/failure.js";
import { fillList } from "../desk/elements.js";
import { sealPins } from "../desk/keys.js";
import { PassphraseChooser } from "../desk/passphrase.js";
import { byId, start } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { withProgress } from "../desk/work.js";
import { randomBytes, Root } from "../seal/index.js";
import { officerBody, stretched } from "../setup/enrolment.js";
import { SecondFactor } from "../setup/second_factor.js";
import { Wizard } from "../setup/wizard.js";

function person() {
  const said = (/** @type {string} */ id) => byId(id).textContent ?? "";
  return { name: said("person-name"), role: said("person-role"), language: document.documentElement.lang };
}

function page() {
  const app = byId("app");
  const [officer, officerId] = [Root.generate(), randomBytes(16)];
  const factor = new SecondFactor();
  const chooser = new PassphraseChooser(() => [app.dataset.organisation ?? "", person().name, person().role]);
  /** @type {import("../setup/enrolment.js").Stretched | undefined} */
  let keys;
  let done = false;

  async function personChecked() {
    const passphrase = await chooser.chosen();
    if (passphrase === undefined) return false;
    if (keys?.passphrase !== passphrase || keys.name !== person().name) keys = await stretched(person().name, passphrase);
    factor.show(person().name, app.dataset.organisation ?? "");
    return true;
  }

  async function finish() {
    factor.complain("");
    try {
      const made = { officerId, officer, pins: sealPins(officer, officerId, {}), person: person(), factor };
      const sent = { v: 1, officer: await officerBody({ ...made, keys: /** @type {any} */ (keys) }) };
      const next = await withProgress(text("sending"), () => postJson(app.dataset.post ?? "", sent));
      done = true;
      byId("done-sign-in").setAttribute("href", next.sign_in);
    } catch (error) {
      factor.complain(wordsFor(error));
      return false;
    }
    keys = undefined;
    for (const secret of [chooser, factor]) secret.forget();
    fillList(byId("own-words"), officer.party.words);
    return true;
  }

  const wizard = new Wizard({ person: personChecked, factor: finish });
  window.addEventListener("beforeunload", (event) => {
    if (wizard.begun && !done) event.preventDefault();
  });
}

void start(page);
