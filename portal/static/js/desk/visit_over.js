/**
 * A visit that the server ends while somebody is writing (12 hours, a new passphrase elsewhere): what was opened goes from
 * the page and out of its memory, what was typed stays, and signing in here again goes on where it stopped.
 */
import { KdfRefused } from "../seal/index.js";
import { isEdited } from "./acknowledge.js";
import { keysAnswer } from "./answers.js";
import { ApiError, getJson } from "./api.js";
import { enter } from "./door.js";
import { Breach, wordsFor } from "./failure.js";
import { complain } from "./sending.js";
import { openChannels } from "./keys.js";
import { checkOwn, keepTyped, live } from "./session.js";
import { byId, inputById, onSent } from "./start.js";
import { text } from "./strings.js";

const BUTTONS = "#acknowledge button, #reply button, #note button";

/**
 * @param {import("./case_state.js").CaseState} state
 * @param {import("../worker/client.js").SealWorker} worker
 * @param {{ id: string, name: string }} officer
 */
export function startVisitOver(state, worker, officer) {
  /** @type {HTMLElement[]} */
  let closed = [];
  keepTyped(() => {
    if (!hasTyped()) return false;
    const { reference } = state.read.given;
    worker.end();
    state.forget();
    closed = close(reference);
    return true;
  });
  onSent(byId("again"), async () => {
    complain("again", "");
    try {
      await signIn(state, officer);
      open(closed);
    } catch (error) {
      if (error instanceof Breach) throw error;
      complain("again", error instanceof KdfRefused ? text("failed.kdf") : wordsFor(error));
      if (!(error instanceof ApiError || error instanceof KdfRefused)) console.error("fault");
    }
  });
}

/** Whether something would be lost with the page. */
function hasTyped() {
  const typed = ["reply-text", "note-text"].some((id) => inputById(id).value.trim() !== "");
  return typed || isEdited() || (inputById("reply-files").files?.length ?? 0) > 0;
}

/**
 * Takes off the page what was opened, and offers the door.
 * @param {string} reference the name of the case that is no secret
 * @returns {HTMLElement[]} what stood there, to be shown again
 */
function close(reference) {
  const parts = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-case-part]"))];
  const shown = parts.filter((part) => !part.hidden);
  for (const part of shown) part.hidden = true;
  if (!isEdited()) byId("acknowledge").hidden = true;
  for (const id of ["talk", "clocks", "said", "category"]) byId(id).replaceChildren();
  byId("title").textContent = reference;
  byId("card-part").removeAttribute("open");
  inputById("card-title").value = "";
  byId("command-line-key").onclick = null;
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(BUTTONS))) button.disabled = true;
  byId("visit-over").hidden = false;
  return shown;
}

/** @param {readonly HTMLElement[]} closed */
function open(closed) {
  for (const id of ["again-passphrase", "again-code"]) inputById(id).value = "";
  for (const form of ["reply", "note", "acknowledge"]) complain(form, "");
  for (const part of closed) part.hidden = false;
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(BUTTONS))) button.disabled = false;
  byId("visit-over").hidden = true;
  byId("said").textContent = text("said.again");
}

/**
 * Signs in as the same officer, and reads the case again.
 * @param {import("./case_state.js").CaseState} state
 * @param {{ id: string, name: string }} officer
 */
async function signIn(state, { id, name }) {
  const code = inputById("again-code").value.replace(/\s/g, "");
  const factor = /^\d{6}$/.test(code) ? { code } : { recovery_code: code };
  const root = await enter(name, inputById("again-passphrase").value, factor);
  const keys = keysAnswer(await getJson("/desk/api/keys"));
  if (keys.officer.id !== id) throw new Breach("root");
  checkOwn(root, keys.officer);
  live(keys);
  state.unlock({ root, officerId: id, channels: await openChannels(root, keys) });
  await state.refresh();
}
