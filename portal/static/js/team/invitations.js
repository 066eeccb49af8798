/** Invitations: a link, shown once to the administrator who makes it, and a button that ends one. */
import { postJson, remove } from "../desk/api.js";
import { byId, inputById } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { complain, onSubmit, readAgain } from "./forms.js";

/** Starts the forms of an administrator; other people's page has none. */
export function startInvitations() {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("invite"));
  if (form !== null) onSubmit(form, () => invite(form));
  for (const one of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-withdraw]"))) {
    onSubmit(one, async () => {
      await remove(`/desk/api/invitations/${one.dataset.withdraw}`);
      readAgain("withdrawn");
    });
  }
}

/** @param {HTMLFormElement} form */
async function invite(form) {
  const [officer, administrator] = ["invite-officer", "invite-administrator"].map((id) => inputById(id).checked);
  if (!officer && !administrator) {
    complain(form, text("failed.no_rights"));
    return;
  }
  const { path } = await postJson("/desk/api/invitations", {
    name: inputById("invite-name").value.trim(),
    role: inputById("invite-role").value.trim(),
    is_officer: officer,
    is_administrator: administrator,
  });
  byId("invite-link").textContent = new URL(path, window.location.href).href;
  byId("invite-made").hidden = false;
  form.reset();
  byId("invite-made").focus();
}
