/**
 * The three ways to write in a case, each its own form: acknowledge, reply, note. Never one form with a switch: a note
 * must not reach the reporter by a slip. What was typed stays until it has been sent.
 */
import { saidOfDays } from "./acknowledge.js";
import { ApiError, isRefusal } from "./api.js";
import { checkFiles, NotAttachable, sendFiles, takeBack } from "./attach.js";
import { Between, checkText, NotSendable, send as sendMessage, sendAcknowledgement } from "./compose.js";
import { Breach, wordsFor } from "./failure.js";
import { run, wasStopped } from "./job.js";
import { byId, inputById, onSent } from "./start.js";
import { hasText, text } from "./strings.js";

/** @param {string} form @param {string} words empty to take it away */
export function complain(form, words) {
  const place = byId(`${form}-problem`);
  place.textContent = words;
  place.hidden = words === "";
}

/** Something has to be read before it is sent; sent once more, it goes. The message is in the page's words. */
class NotYet extends Error {}

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

/** Whether it is certain that no message stands on the server: else it lists files that must stay. @param {unknown} error */
function nothingStored(error) {
  return !(error instanceof ApiError) || isRefusal(error);
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
      await send();
    } catch (error) {
      release();
      if (error instanceof Breach) throw error;
      const stands = error instanceof Between ? await showBetween(form, state, error) : false;
      if (!(error instanceof Between)) complain(form, wordsForWriting(error));
      if (!stands) return;
    }
    sent();
    release();
    if (await readAgain(form, state, text(said))) read();
  });
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
    const { fresh, given } = await state.refresh();
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

/** @param {import("./case_state.js").CaseState} state the language in which the reporter wrote */
export function reporterLang({ read }) {
  return read.conversation.find(({ side, lang }) => side === "reporter" && lang !== "")?.lang ?? document.documentElement.lang;
}

/**
 * @param {import("./case_state.js").CaseState} state
 * @param {import("../worker/client.js").SealWorker} worker
 * @param {{ maxFiles: number, maxFileBytes: number }} limits
 */
export function startReply(state, worker, limits) {
  const send = async () => {
    const { given, keys } = state.read;
    const chosen = [...(inputById("reply-files").files ?? [])];
    const words = inputById("reply-text").value;
    checkText(words, chosen.length);
    checkFiles(chosen, limits);
    await run("reply", text("work.sending_message"), async (job) => {
      const { recipient } = keys.talk.records[keys.talk.records.length - 1];
      const files = await sendFiles({ worker, caseId: given.id, recipient }, chosen, job);
      job.say(text("work.sending_message"));
      try {
        job.last();
        await sendMessage(keys, given, { scope: "talk", kind: "message", lang: reporterLang(state), text: words, files });
      } catch (error) {
        if (nothingStored(error)) takeBack(given.id, files);
        throw error;
      }
    });
  };
  onSubmit("reply", state, { send, said: "said.reply", sent: () => clear("reply-text", "reply-files") });
}

/** @param {import("./case_state.js").CaseState} state */
export function startNote(state) {
  const send = async () => {
    const { given, keys } = state.read;
    const words = inputById("note-text").value;
    checkText(words);
    await sendMessage(keys, given, { scope: "desk", kind: "note", lang: document.documentElement.lang, text: words });
  };
  onSubmit("note", state, { send, said: "said.note", sent: () => clear("note-text") });
}

/** @param {import("./case_state.js").CaseState} state */
export function startAcknowledgement(state) {
  const send = async () => {
    const { given, keys } = state.read;
    const words = inputById("acknowledge-text").value;
    checkText(words);
    const days = saidOfDays();
    if (days !== "") throw new NotYet(days);
    await sendAcknowledgement(keys, given, { lang: reporterLang(state), text: words });
  };
  onSubmit("acknowledge", state, { send, said: "said.acknowledged", read: () => byId("reply-text").focus() });
}

/** Empties fields whose content was sent. @param {...string} ids */
function clear(...ids) {
  for (const id of ids) inputById(id).value = "";
}

/** Tells that something is done, also to who can't see it. @param {string} words */
export function say(words) {
  byId("said").textContent = words;
}
