/** The acknowledgement's text: the organisation's standard text in the reporter's language, its places filled, to be edited. */
import { dayText } from "./dates.js";
import { byId, inputById } from "./start.js";
import { hasText, text } from "./strings.js";

const FALLBACK = "en";

/** The last text that was proposed: one that somebody has changed is never written over. */
let proposed = "";

/** The day for feedback that the text in the box was proposed with. */
let promised = "";

/** What has to be said of that day before the text is sent. */
let unsaid = "";

/** What the officer has to know of the days before the text goes, told once; empty where they are as they were. */
export function saidOfDays() {
  const words = unsaid;
  unsaid = "";
  return words;
}

/**
 * A text that somebody has changed, on another day: the day that it promises follows where it stands there as it was
 * proposed. Whether it does or not, an officer reads it again: the case takes the new day.
 * @param {HTMLInputElement} area
 * @param {string} day
 */
function followDay(area, day) {
  if (day === promised) return;
  const whole = new RegExp(`(?<!\\d)${dayText(promised, area.lang).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\d)`, "g");
  const moved = area.value.replace(whole, () => dayText(day, area.lang));
  unsaid = text(moved === area.value ? "acknowledge.look" : "acknowledge.moved", { before: dayText(promised), now: dayText(day) });
  area.value = moved;
  promised = day;
}

/** Whether somebody has changed the text and not sent it. */
export function isEdited() {
  return !byId("acknowledge").hidden && inputById("acknowledge-text").value !== proposed;
}

/**
 * Shows the form while the case waits for it, with its text filled.
 * @param {import("./case_state.js").Read} read
 * @param {string} lang the reporter's
 * @param {string} role the officer's, as the public knows it
 */
export function showAcknowledgement({ given, keys }, lang, role) {
  const waits = given.stage === "received";
  byId("acknowledge").hidden = !waits;
  if (!waits) return;
  const spoken = hasText(`acknowledgement.${lang}`) ? lang : FALLBACK;
  const area = inputById("acknowledge-text");
  if (area.value !== proposed) {
    followDay(area, given.feedback_if_today);
    return;
  }
  promised = given.feedback_if_today;
  unsaid = "";
  proposed = text(`acknowledgement.${spoken}`, {
    case_no: given.reference,
    received_date: dayText(given.received_on, spoken),
    officer_role: role,
    feedback_date: dayText(given.feedback_if_today, spoken),
    words: keys.channel.words.join(" "),
  });
  area.value = proposed;
  area.lang = spoken;
}
