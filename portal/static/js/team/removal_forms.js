/** Taking somebody off a team: the next epoch, and where a keeper leaves a new anchor with its sheet printed first. */
import { postJson } from "../desk/api.js";
import { rememberKeepers } from "../desk/keys.js";
import { Root } from "../seal/index.js";
import { peopleOf } from "./admission.js";
import { idInBase64, keepersLeave, makeNext } from "./epoch.js";
import { onSubmit, readAgain } from "./forms.js";
import { printed } from "./print_sheet.js";

/** @param {import("./admission_forms.js").Desk} desk */
export function startRemovals(desk) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-remove]"))) {
    const section = /** @type {HTMLElement} */ (form.closest("[data-channel]"));
    const leaver = form.dataset.remove ?? "";
    onSubmit(form, () => remove(desk, section.dataset.channel ?? "", leaver === "" ? [] : [leaver]));
  }
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-ask]"))) {
    const section = /** @type {HTMLElement} */ (form.closest("[data-channel]"));
    onSubmit(form, async () => {
      await postJson(`/desk/api/channels/${section.dataset.channel}/removals`, { member: idInBase64(form.dataset.ask ?? "") });
      readAgain("ended");
    });
  }
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-end]"))) {
    onSubmit(form, async () => {
      await postJson(`/desk/api/people/${form.dataset.end}/end`, { name: form.dataset.name });
      readAgain("ended");
    });
  }
}

/**
 * @param {import("./admission_forms.js").Desk} desk
 * @param {string} channelId
 * @param {readonly string[]} leavers none where only what is due is made
 */
async function remove({ root, keys, channels }, channelId, leavers) {
  const channel = channels.get(channelId);
  const given = keys.channels.find(({ id }) => id === channelId);
  if (channel === undefined || given === undefined || given.anchor_grant === null) return;
  const people = await peopleOf(channelId);
  const work = { root, keys, channel, given, people };
  await rememberKeepers(root, keys, channelId, people.keepers);
  if (!keepersLeave(channel, people, [...leavers, ...people.leaving])) {
    await makeNext(work, leavers);
    readAgain("removed");
    return;
  }
  const anchor = Root.generate();
  printed(anchor, channel.name, "sheet-handed-over", async () => {
    await makeNext(work, leavers, anchor);
    readAgain("handed_over");
  });
}
