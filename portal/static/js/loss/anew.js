/** Inviting somebody anew whose passphrase is lost; the link stands where every new link stands, and is shown once. */
import { postJson } from "../desk/api.js";
import { byId } from "../desk/start.js";
import { onSubmit } from "../team/forms.js";

/** Starts the forms of an administrator; other people's page has none. */
export function startInvitingAnew() {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-anew]"))) {
    onSubmit(form, async () => {
      const { path } = await postJson(`/desk/api/people/${form.dataset.anew}/anew`, { name: form.dataset.name });
      byId("invite-link").textContent = new URL(path, window.location.href).href;
      byId("invite-made").hidden = false;
      for (const other of form.closest("td")?.querySelectorAll("details") ?? []) other.remove();
      byId("invite-made").focus();
    });
  }
}
