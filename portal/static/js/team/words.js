/** The eight words that name a key, as a list to be read aloud. */
import { make } from "../desk/elements.js";

/** @param {HTMLElement} place an ol @param {readonly string[]} words */
export function showWords(place, words) {
  place.replaceChildren(...words.map((word) => make("li", { text: word })));
}
