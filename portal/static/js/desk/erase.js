/** Erasing a test report: asked once, in the page, and gone for good. */
import { postJson } from "./api.js";
import { wordsFor } from "./failure.js";
import { complain } from "./sending.js";
import { byId } from "./start.js";

/** @param {import("./case_state.js").CaseState} state */
export function startErasing(state) {
  const { given } = state.read;
  if (!given.is_test) return;
  const ask = byId("erase-ask");
  const sure = byId("erase-sure");
  ask.addEventListener("click", () => {
    ask.hidden = true;
    sure.hidden = false;
    byId("erase-no").focus();
  });
  byId("erase-no").addEventListener("click", () => {
    sure.hidden = true;
    ask.hidden = false;
    ask.focus();
  });
  byId("erase-yes").addEventListener("click", async () => {
    complain("erase", "");
    try {
      await postJson(state.path("erase"), { reference: given.reference });
      window.location.replace(byId("app").dataset.list ?? "/");
    } catch (error) {
      complain("erase", wordsFor(error));
    }
  });
}
