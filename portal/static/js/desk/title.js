/** Title and category of a case, sealed under the desk root, and the form that changes them. */
import { fitCard, fromBase64, toBase64, wrapCard } from "../seal/index.js";
import { putJson } from "./api.js";
import { NotSendable, orBetween } from "./compose.js";
import { checkCard, sealingKeys } from "./older_key.js";
import { onSubmit } from "./sending.js";
import { byId, inputById } from "./start.js";
import { hasText, text } from "./strings.js";

/** @param {import("./case_state.js").Read} read */
export function showTitle({ card, given, verified }) {
  const title = card?.title || given.reference;
  byId("title").textContent = title;
  const category = byId("category");
  const code = `category.${card?.category ?? ""}`;
  category.textContent = hasText(code) ? text(code) : "";
  category.hidden = category.textContent === "";
  byId("verified").hidden = !verified;
  byId("unverified").hidden = verified;
  byId("card").hidden = card === undefined;
  byId("card-damaged").hidden = card !== undefined;
  if (card === undefined || byId("card-part").hasAttribute("open")) return;
  inputById("card-title").value = card.title;
  inputById("card-category").value = card.category;
}

/** @param {import("./case_state.js").CaseState} state */
export function startTitle(state) {
  const send = async () => {
    const { given, keys } = state.read;
    if (given.card === null) throw new NotSendable("changed"); // without a card that could be opened the form is hidden
    const { record: { number }, root } = sealingKeys(keys, "desk");
    checkCard(keys, given.card);
    const card = fitCard(inputById("card-title").value.trim() || given.reference, inputById("card-category").value);
    const seen = await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (fromBase64(given.card.sealed)));
    const sealed = toBase64(wrapCard(root, card, { case: keys.id, number }));
    await orBetween(
      ["card", card.title, card.category].join("\n"),
      (read) => read.card?.sealed === sealed,
      () => putJson(state.path("card"), { sealed, replaces: toBase64(new Uint8Array(seen)) }),
    );
  };
  onSubmit("card", state, { send, said: "said.card", read: () => byId("card-part").removeAttribute("open") });
}
