/** The acknowledgement's text: the organisation's standard text in the reporter's language, its places filled, to be edited. */
import { dayText } from "./dates.js";
import { byId, inputById } from "./start.js";
import { hasText, text } from "./strings.js";

const FALLBACK = "en";

/** The last text that was proposed: one that somebody has changed is never written over. */
let proposed = "";

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
  if (area.value !== proposed) return;
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
