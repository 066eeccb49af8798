/** Where the case stands, its clocks, and the steps that it may take from here. */
import { ApiError, isRefusal, postJson } from "./api.js";
import { dayText, shortDay } from "./dates.js";
import { make } from "./elements.js";
import { Breach, wordsFor } from "./failure.js";
import { complain, readAgain } from "./sending.js";
import { byId, guarded } from "./start.js";
import { text } from "./strings.js";

const ORDER = ["received", "acknowledged", "in_progress", "closed"];

/** @param {import("./answers.js").CaseAnswer} given the case as the server hands it out */
export function showStages(given) {
  const reached = ORDER.indexOf(given.stage);
  const days = { received: given.received_on, acknowledged: given.acknowledged_on, closed: given.closed_on };
  for (const item of byId("stages").querySelectorAll("li")) {
    const stage = item.dataset.stage ?? "";
    const place = ORDER.indexOf(stage);
    const name = make(place === reached ? "strong" : "span", { text: text(`stage.${stage}`) });
    const day = /** @type {Record<string, string | null>} */ (days)[stage];
    item.className = place < reached ? "done" : "";
    item.toggleAttribute("aria-current", false);
    if (place === reached) item.setAttribute("aria-current", "step");
    item.replaceChildren(
      ...(place < reached ? [make("span", { class: "sr-only", text: `${text("stage.done")} ` })] : []),
      name,
      ...(day && place <= reached ? [" ", make("span", { class: "muted small", text: shortDay(day) })] : []),
    );
  }
  for (const button of byId("steps").querySelectorAll("button")) {
    button.hidden = button.dataset.from !== given.stage && button.dataset.from !== "open";
    button.hidden ||= !given.steps.includes(button.dataset.to ?? "");
  }
  byId("steps-part").hidden = given.steps.length === 0;
  byId("clocks").replaceChildren(...clocks(given));
}

/** @param {import("./answers.js").CaseAnswer} given */
function clocks(given) {
  const { today, acknowledge_due_on, acknowledged_on, feedback_due_on, closed_on } = given;
  const late = (/** @type {string} */ due) => (due < today ? "stop" : "due");
  const lines = [];
  if (acknowledged_on !== null) lines.push(pill("ok", "clock.acknowledged", acknowledged_on));
  else lines.push(pill(late(acknowledge_due_on), late(acknowledge_due_on) === "stop" ? "clock.acknowledge_late" : "clock.acknowledge", acknowledge_due_on));
  if (closed_on !== null) lines.push(pill("ok", "clock.closed", closed_on));
  else if (feedback_due_on !== null) {
    lines.push(pill(late(feedback_due_on), late(feedback_due_on) === "stop" ? "clock.feedback_late" : "clock.feedback", feedback_due_on));
  }
  return lines;
}

/** @param {string} kind @param {string} key @param {string} day */
function pill(kind, key, day) {
  return make("p", { class: "small" }, make("span", { class: `pill ${kind}`, text: text(key, { day: dayText(day) }) }));
}

/**
 * The buttons that take the case a step further.
 * @param {import("./case_state.js").CaseState} state
 */
export function startStages(state) {
  for (const button of byId("steps").querySelectorAll("button")) {
    button.addEventListener("click", () => void guarded(() => step(state, button)));
  }
}

/** The stage that was asked for without an answer: it may have been taken. */
let unanswered = "";

/** @param {import("./case_state.js").CaseState} state @param {HTMLButtonElement} button */
async function step(state, button) {
  const to = button.dataset.to ?? "";
  complain("steps", "");
  button.disabled = true;
  try {
    if (!(await taken(state, to))) return;
    unanswered = "";
    if (await readAgain("steps", state, text("said.stage", { stage: text(`stage.${to}`) }))) byId("stages").focus();
  } finally {
    button.disabled = false;
  }
}

/**
 * Whether the case has taken the step; where not, the page says why.
 * @param {import("./case_state.js").CaseState} state
 * @param {string} to
 */
async function taken(state, to) {
  try {
    await postJson(state.path("stage"), { seen: state.read.given.stage, to });
    return true;
  } catch (error) {
    if (!isRefusal(error)) unanswered = to;
    if (!(error instanceof ApiError && error.status === 409)) complain("steps", wordsFor(error));
    else return cameBetween(state, to, error);
  }
  return false;
}

/**
 * Reads again after a 409; whether the step was this one, taken before, whose answer was lost.
 * @param {import("./case_state.js").CaseState} state
 * @param {string} to
 * @param {ApiError} refused
 */
async function cameBetween(state, to, refused) {
  try {
    const { given } = await state.refresh();
    if (unanswered === to && given.stage === to) return true;
    complain("steps", wordsFor(refused));
  } catch (error) {
    if (error instanceof Breach) throw error;
    complain("steps", wordsFor(error));
  }
  return false;
}
