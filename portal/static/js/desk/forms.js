/**
 * The three ways to write in a case, each its own form: acknowledge, reply, note. Never one form with a switch: a note
 * must not reach the reporter by a slip. What was typed stays until it has been sent.
 */
import { saidOfDays } from "./acknowledge.js";
import { ApiError, isRefusal } from "./api.js";
import { checkFiles, sendFiles, takeBack } from "./attach.js";
import { checkText, send as sendMessage, sendAcknowledgement } from "./compose.js";
import { run } from "./job.js";
import { sealingKeys } from "./older_key.js";
import { NotYet, onSubmit } from "./sending.js";
import { byId, inputById } from "./start.js";
import { text } from "./strings.js";

/** Whether it is certain that no message stands on the server: else it lists files that must stay. @param {unknown} error */
function nothingStored(error) {
  return !(error instanceof ApiError) || isRefusal(error);
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
      const { recipient } = sealingKeys(keys, "talk").record;
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
