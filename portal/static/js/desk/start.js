/** The beginning of every page that lives by its script: shows it, or says why it can't work here. */
import { ApiError } from "./api.js";
import { Breach, fullPageError } from "./failure.js";
import { forgetKey } from "./session.js";

/** @param {string} id */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new RangeError(`the page has no element ${id}`);
  return found;
}

/** @param {string} id @returns {HTMLInputElement} */
export function inputById(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {unknown} error */
function halt(error) {
  if (error instanceof Breach) fullPageError(error.code, error.channel);
  else if (error instanceof ApiError) fullPageError(error.status === 0 ? "network" : "server");
  else {
    console.error(error instanceof Error ? error.name : "fault"); // the name alone: a message could hold what was typed
    fullPageError("unknown");
  }
}

/**
 * Runs `work`; what it throws stops the page.
 * @param {() => unknown} work
 */
export async function guarded(work) {
  try {
    await work();
  } catch (error) {
    halt(error);
  }
}

/**
 * Runs `work` when the form is sent, never twice at once; what it throws stops the page.
 * @param {HTMLElement} form
 * @param {() => Promise<void>} work
 */
export function onSent(form, work) {
  let busy = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    void guarded(work).finally(() => { busy = false; });
  });
}

/**
 * Runs a page. Browsers keep cryptography and Workers from pages that come over an open line, so there the page says so
 * and stops.
 * @param {() => void | Promise<void>} page
 */
export async function start(page) {
  byId("starting").hidden = true;
  if (!window.isSecureContext) {
    byId("insecure").hidden = false;
    return;
  }
  document.getElementById("sign-out")?.addEventListener("submit", forgetKey);
  await guarded(async () => {
    await page();
    byId("app").hidden = false;
  });
}
