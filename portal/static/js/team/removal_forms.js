/** Taking somebody off a team: the next epoch, and where a keeper leaves a new anchor with its sheet printed first. */
import { postJson } from "../desk/api.js";
import { byId } from "../desk/start.js";
import { Root } from "../seal/index.js";
import { RecoverySheet } from "../setup/sheet.js";
import { peopleOf } from "./admission.js";
import { idInBase64, keepersLeave, makeNext } from "./epoch.js";
import { onSubmit, readAgain } from "./forms.js";

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
  if (!keepersLeave(people, [...leavers, ...people.leaving])) {
    await makeNext(work, leavers);
    readAgain("removed");
    return;
  }
  const anchor = Root.generate();
  printed(anchor, channel.name, async () => {
    await makeNext(work, leavers, anchor);
    readAgain("handed_over");
  });
}

/**
 * Shows the new anchor's recovery sheet in the place of the page; `then` follows once two of its words were typed.
 * @param {Root} anchor
 * @param {string} channel
 * @param {() => Promise<void>} then
 */
function printed(anchor, channel, then) {
  const sheet = new RecoverySheet();
  const organisation = byId("app").dataset.organisation ?? "";
  sheet.fill(anchor, { organisation, channel, day: new Date().toISOString().slice(0, 10) });
  const form = /** @type {HTMLFormElement} */ (document.querySelector("form[data-step=sheet]"));
  byId("teams").hidden = true;
  byId("new-sheet").hidden = false;
  form.hidden = false;
  form.querySelector("h2")?.focus();
  window.scrollTo({ top: 0 });
  byId("sheet-print").addEventListener("click", () => window.print());
  form.querySelector("[data-back]")?.addEventListener("click", () => window.location.reload());
  onSubmit(form, async () => {
    if (sheet.confirmed()) await then();
  });
}
