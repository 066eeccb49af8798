/**
 * What every form of a case does when it is sent: one at a time, held still meanwhile, what went wrong beside it, and
 * nothing said of it that is not so.
 */
import { saidOfDays } from "./acknowledge.js";
import { NotAttachable } from "./attach.js";
import { Between, NotSendable } from "./compose.js";
import { Breach, wordsFor } from "./failure.js";
import { wasStopped } from "./job.js";
import { byId, onSent } from "./start.js";
import { hasText, text } from "./strings.js";

/** @param {string} form @param {string} words empty to take it away */
export function complain(form, words) {
  const place = byId(`${form}-problem`);
  place.textContent = words;
  place.hidden = words === "";
}

/** Something has to be read before it is sent; sent once more, it goes. The message is in the page's words. */
export class NotYet extends Error {}

/** What went wrong, in the page's words. @param {unknown} error */
function wordsForWriting(error) {
  if (error instanceof NotYet) return error.message;
  if (wasStopped(error)) return text("work.stopped");
  if (error instanceof NotAttachable) return text(`failed.${error.code}`, { name: error.file });
  return error instanceof NotSendable ? text(`failed.${error.code}`) : wordsFor(error);
}

/**
 * Keeps what is being sent as it is: what somebody typed meanwhile would be taken for sent.
 * @param {HTMLElement} form
 * @returns {() => void} lets it be changed again
 */
function hold(form) {
  const texts = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("textarea, input[type=text]"))];
  const choices = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[type=file], select"))];
  const held = (/** @type {boolean} */ still) => {
    for (const one of texts) one.readOnly = still;
    for (const one of choices) one.disabled = still;
  };
  held(true);
  return () => held(false);
}

/**
 * Runs one form when it is sent: one at a time, with what went wrong beside it. Sending and reading again are told apart:
 * what was stored counts as sent, whatever comes after.
 * @param {string} form
 * @param {import("./case_state.js").CaseState} state
 * @param {{ send: () => Promise<void>, said: string, sent?: () => void, read?: () => void }} work `said` is a text of the
 *   page; `sent` runs once it is stored, `read` once the case was read again
 */
export function onSubmit(form, state, { send, said, sent = () => undefined, read = () => undefined }) {
  onSent(byId(form), async () => {
    complain(form, "");
    const release = hold(byId(form));
    try {
      if (!(await stored(form, state, send))) return;
      sent();
    } finally {
      release();
    }
    if (await readAgain(form, state, text(said))) read();
  });
}

/**
 * Whether it is stored now; where not, the page says why.
 * @param {string} form
 * @param {import("./case_state.js").CaseState} state
 * @param {() => Promise<void>} send
 */
async function stored(form, state, send) {
  try {
    await send();
    return true;
  } catch (error) {
    if (error instanceof Breach) throw error;
    if (error instanceof Between) return showBetween(form, state, error);
    complain(form, wordsForWriting(error));
    return false;
  }
}

/**
 * Reads the case again after something was stored. Where that fails, it is still stored, and the words beside the form
 * say both.
 * @param {string} form
 * @param {import("./case_state.js").CaseState} state
 * @param {string} words what was done
 * @returns {Promise<boolean>} whether it was read
 */
export async function readAgain(form, state, words) {
  try {
    await state.refresh();
  } catch (error) {
    if (error instanceof Breach) throw error;
    complain(form, `${words} ${text("said.unread")}`);
    return false;
  }
  say(words);
  return true;
}

/**
 * Reads again, shows what came between at its place, and leaves the text to be sent once more.
 * @param {string} form
 * @param {import("./case_state.js").CaseState} state
 * @param {Between} between
 * @returns {Promise<boolean>} whether what came between is this very text, sent before, whose answer was lost
 */
async function showBetween(form, state, { code, arrived }) {
  try {
    const { fresh, given } = await state.refresh({ conflict: true });
    if (arrived(given)) return true;
    const days = form === "acknowledge" ? saidOfDays() : "";
    complain(form, days || text(hasText(`failed.${code}`) ? `failed.${code}` : "came.words"));
    const [first] = fresh;
    const place = first === undefined ? undefined : document.querySelector(`[data-key="${CSS.escape(first)}"]`);
    if (place instanceof HTMLElement) place.focus();
  } catch (error) {
    if (error instanceof Breach) throw error;
    complain(form, wordsForWriting(error));
  }
  return false;
}

/** Tells that something is done, also to who can't see it. @param {string} words */
export function say(words) {
  byId("said").textContent = words;
}
