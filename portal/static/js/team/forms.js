/** Forms of the team page: one at a time, what went wrong beside it, and the page read anew after a change. */
import { ApiError } from "../desk/api.js";
import { Breach, wordsFor } from "../desk/failure.js";
import { guarded } from "../desk/start.js";

let busy = false;

/** @param {HTMLElement} form @param {string} words empty to take it away */
export function complain(form, words) {
  const place = /** @type {HTMLElement} */ (form.querySelector("[data-problem]") ?? document.getElementById("problem"));
  place.textContent = words;
  place.hidden = words === "";
  if (words !== "") place.focus();
}

/**
 * Runs `work` when the form is sent. A number that a colleague was quicker to take, or an epoch that is due, is told, and
 * the page has to be read again before anything is signed.
 * @param {HTMLFormElement} form
 * @param {() => Promise<void>} work
 */
export function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    complain(form, "");
    void guarded(async () => {
      try {
        await work();
      } catch (error) {
        if (error instanceof Breach) throw error;
        complain(form, wordsFor(error));
        if (!(error instanceof ApiError)) console.error(error instanceof Error ? error.name : "fault");
      } finally {
        busy = false;
      }
    });
  });
}

/** Reads the page anew and lets it say what was done. @param {string} said a code that the server knows */
export function readAgain(said) {
  window.location.replace(`${window.location.pathname}?said=${said}`);
}
