/** Asking for two of a channel's eight words, one channel at a time (templates/team/confirm.html). */
import { byId, inputById } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { places } from "../setup/sheet.js";
import { complain, onSubmit, readAgain } from "./forms.js";
import { compared, confirm, unconfirmed } from "./joining.js";

/**
 * Shows the form where a channel waits.
 * @param {import("../seal/keys.js").Root} root
 * @param {import("../desk/answers.js").KeysAnswer} keys the answer of GET /desk/api/keys
 */
export function startConfirming(root, keys) {
  const [channel] = unconfirmed(root, keys);
  if (channel === undefined) return;
  const { words } = channel.anchor;
  const asked = places(words.length);
  byId("confirm-channel").textContent = channel.given.name;
  byId("confirm-new").hidden = channel.changed;
  byId("confirm-changed").hidden = !channel.changed;
  asked.forEach((place, i) => {
    byId(`confirm-word-${i}-label`).textContent = text("confirm.word", { number: place + 1 });
    inputById(`confirm-word-${i}`).value = "";
  });
  byId("confirm").hidden = false;
  const form = /** @type {HTMLFormElement} */ (byId("confirm-form"));
  onSubmit(form, async () => {
    if (!compared(words, asked)) {
      complain(form, text("confirm.differs"));
      return;
    }
    await confirm(root, keys, channel);
    readAgain("confirmed");
  });
}
