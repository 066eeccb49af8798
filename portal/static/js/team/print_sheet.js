/** A recovery sheet in the place of the team page: shown, printed, and confirmed by two of its words. */
import { toBase64 } from "../seal/index.js";
import { postJson } from "../desk/api.js";
import { byId } from "../desk/start.js";
import { RecoverySheet } from "../setup/sheet.js";
import { openAnchor } from "./anchor.js";
import { onSubmit, readAgain } from "./forms.js";

/**
 * Shows the sheet of `anchor`; `then` follows once two of its words were typed. The words leave the page with it.
 * @param {import("../seal/keys.js").Root} anchor
 * @param {string} channel its name
 * @param {"sheet-handed-over" | "sheet-again"} why which sentence stands above
 * @param {() => Promise<void>} then
 */
export function printed(anchor, channel, why, then) {
  const sheet = new RecoverySheet();
  const organisation = byId("app").dataset.organisation ?? "";
  sheet.fill(anchor, { organisation, channel, day: new Date().toISOString().slice(0, 10) });
  const form = /** @type {HTMLFormElement} */ (document.querySelector("form[data-step=sheet]"));
  byId("teams").hidden = true;
  byId("new-sheet").hidden = false;
  byId(why).hidden = false;
  form.hidden = false;
  form.querySelector("h2")?.focus();
  window.scrollTo({ top: 0 });
  byId("sheet-print").addEventListener("click", () => window.print());
  form.querySelector("[data-back]")?.addEventListener("click", () => {
    sheet.forget();
    window.location.reload();
  });
  onSubmit(form, async () => {
    if (!sheet.confirmed()) return;
    await then();
    sheet.forget();
  });
}

/** The keepers' forms that print the sheet again. @param {import("./admission_forms.js").Desk} desk */
export function startPrinting({ root, keys, channels }) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-sheet]"))) {
    onSubmit(form, async () => {
      const channel = channels.get(form.dataset.sheet ?? "");
      const given = keys.channels.find((/** @type {{ id: string }} */ { id }) => id === form.dataset.sheet);
      if (channel === undefined || given === undefined || given.anchor_grant === null) return;
      const anchor = await openAnchor(root, channel, given.anchor_grant);
      printed(anchor, channel.name, "sheet-again", async () => {
        await postJson(`/desk/api/channels/${given.id}/sheet`, { anchor: toBase64(anchor.verifyKey) });
        readAgain("sheet_kept");
      });
    });
  }
}
