/** The 21 fields for the words of a recovery sheet. They stand in no form that is posted, and are emptied after use. */
import { inputById } from "../desk/start.js";
import { numberOf, PassphraseWordUnknown } from "../seal/index.js";

/** Words on a sheet: 20 for the key, and one that shows a slip of the pen. */
export const COUNT = 21;

/** @param {number} place from 0 */
export function field(place) {
  return inputById(`word-${place + 1}`);
}

const all = () => Array.from({ length: COUNT }, (_, place) => field(place));

/** @param {string} word */
function isKnown(word) {
  try {
    return numberOf(word) >= 0;
  } catch (error) {
    if (error instanceof PassphraseWordUnknown) return false;
    throw error;
  }
}

/** @param {HTMLInputElement} input */
function mark(input) {
  const wrong = input.value.trim() !== "" && !isKnown(input.value);
  if (wrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  return wrong;
}

/** Several words in one field, pasted or typed with a space, run on into the next ones. @param {number} place */
function spread(place) {
  const words = field(place).value.trim().split(/[\s.\d]+/).filter((word) => word !== "");
  if (words.length < 2) return;
  words.slice(0, COUNT - place).forEach((word, i) => {
    field(place + i).value = word;
    mark(field(place + i));
  });
  field(Math.min(place + words.length, COUNT - 1)).focus();
}

/** A space or Enter after a word goes on to the next field. @param {KeyboardEvent} event @param {number} place */
function goOn(event, place) {
  const full = field(place).value.trim() !== "";
  if (event.key === " ") event.preventDefault();
  if (!["Enter", " "].includes(event.key) || !full || place + 1 === COUNT) return;
  event.preventDefault();
  field(place + 1).focus();
}

/** Starts the fields: a word that is on no sheet is marked when the field is left. */
export function startFields() {
  all().forEach((input, place) => {
    input.addEventListener("input", () => spread(place));
    input.addEventListener("keydown", (event) => goOn(event, place));
    input.addEventListener("change", () => mark(input));
  });
}

/** The words as typed. */
export function typedWords() {
  return all().map(({ value }) => value.trim());
}

/** The places, from 1, of the words that are on no list; each is marked, the first has the focus. */
export function unknownPlaces() {
  const wrong = all().flatMap((input, place) => (mark(input) ? [place + 1] : []));
  if (wrong.length > 0) field(wrong[0] - 1).focus();
  return wrong;
}

/** Takes the words off the page. */
export function forgetWords() {
  for (const input of all()) input.value = "";
}
