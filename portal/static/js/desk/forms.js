/**
 * The three ways to write in a case, each its own form: acknowledge, reply, note. Never one form with a switch: a note
 * must not reach the reporter by a slip. What was typed stays until it has been sent.
 */
import { ApiError, isRefusal } from "./api.js";
import { checkFiles, NotAttachable, sendFiles, takeBack } from "./attach.js";
import { Between, checkText, NotSendable, send, sendAcknowledgement } from "./compose.js";
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

/** What went wrong, in the page's words. @param {unknown} error */
function wordsForWriting(error) {
  if (wasStopped(error)) return text("work.stopped");
  if (error instanceof NotAttachable) return text(`failed.${error.code}`, { name: error.file });
  return error instanceof NotSendable ? text(`failed.${error.code}`) : wordsFor(error);
}

/** Whether it is certain that no message stands on the server: else it lists files that must stay. @param {unknown} error */
function nothingStored(error) {
  return !(error instanceof ApiError) || isRefusal(error);
}

/**
 * Runs one form when it is sent: one at a time, with what went wrong beside it.
 * @param {string} form
 * @param {import("./case_state.js").CaseState} state
 * @param {() => Promise<void>} work
 */
export function onSubmit(form, state, work) {
  onSent(byId(form), async () => {
    complain(form, "");
    try {
      await work();
    } catch (error) {
      if (error instanceof Breach) throw error;
      if (error instanceof Between) await showBetween(form, state, error.code);
      else complain(form, wordsForWriting(error));
    }
  });
}

/**
 * Reads again, shows what came between at its place, and leaves the text to be sent once more.
 * @param {string} form
 * @param {import("./case_state.js").CaseState} state
 * @param {string} code
 */
async function showBetween(form, state, code) {
  const { fresh } = await state.refresh();
  complain(form, text(hasText(`failed.${code}`) ? `failed.${code}` : "came.words"));
  const [first] = fresh;
  const place = first === undefined ? undefined : document.querySelector(`[data-key="${CSS.escape(first)}"]`);
  if (place instanceof HTMLElement) place.focus();
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
  onSubmit("reply", state, async () => {
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
        await send(keys, given, { scope: "talk", kind: "message", lang: reporterLang(state), text: words, files });
      } catch (error) {
        if (nothingStored(error)) takeBack(given.id, files);
        throw error;
      }
    });
    inputById("reply-text").value = "";
    inputById("reply-files").value = "";
    await state.refresh();
    say(text("said.reply"));
  });
}

/** @param {import("./case_state.js").CaseState} state */
export function startNote(state) {
  onSubmit("note", state, async () => {
    const { given, keys } = state.read;
    const words = inputById("note-text").value;
    checkText(words);
    await send(keys, given, { scope: "desk", kind: "note", lang: document.documentElement.lang, text: words });
    inputById("note-text").value = "";
    await state.refresh();
    say(text("said.note"));
  });
}

/** @param {import("./case_state.js").CaseState} state */
export function startAcknowledgement(state) {
  onSubmit("acknowledge", state, async () => {
    const { given, keys } = state.read;
    const words = inputById("acknowledge-text").value;
    checkText(words);
    await sendAcknowledgement(keys, given, { lang: reporterLang(state), text: words });
    await state.refresh();
    say(text("said.acknowledged"));
    byId("reply-text").focus();
  });
}

/** Tells that something is done, also to who can't see it. @param {string} words */
export function say(words) {
  byId("said").textContent = words;
}
