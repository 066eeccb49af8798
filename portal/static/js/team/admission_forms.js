/** Who waits to be let in, with the eight words of each, made here from the keys that are signed afterwards. */
import { fillList } from "../desk/elements.js";
import { inputById } from "../desk/start.js";
import { admit, partyOf, peopleOf } from "./admission.js";
import { onSubmit, readAgain } from "./forms.js";

/**
 * @typedef {{ root: import("../seal/keys.js").Root, keys: import("../desk/answers.js").KeysAnswer, channels: Map<string, import("../desk/keys.js").Channel> }} Desk
 */

/** @param {Desk} desk */
export async function startAdmissions(desk) {
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-channel]"))) {
    const forms = /** @type {NodeListOf<HTMLFormElement>} */ (section.querySelectorAll("form[data-admit]"));
    if (forms.length > 0) await startChannel(desk, section.dataset.channel ?? "", [...forms]);
  }
}

/** @param {Desk} desk @param {string} channelId @param {HTMLFormElement[]} forms */
async function startChannel({ root, keys, channels }, channelId, forms) {
  const channel = channels.get(channelId);
  const given = keys.channels.find(({ id }) => id === channelId);
  if (channel === undefined || given === undefined || given.anchor_grant === null) return; // not confirmed yet: its words come first
  const { outside } = await peopleOf(channelId);
  for (const form of forms) {
    const person = outside.find(({ id }) => id === form.dataset.admit);
    if (person === undefined) continue;
    const { words } = partyOf(person);
    fillList(/** @type {HTMLElement} */ (form.querySelector("[data-words]")), words);
    form.hidden = false;
    const keeper = `${form.id}-keeper`;
    onSubmit(form, async () => {
      await admit({ root, keys }, channel, given, person, inputById(keeper).checked);
      readAgain("admitted");
    });
  }
}
