/** What is typed on the set-up page, read and checked where the browser's own checks don't reach. */
import { byId, inputById } from "../desk/start.js";
import { text } from "../desk/strings.js";

/** @param {string} id */
const typed = (id) => inputById(id).value.trim();

/** @returns {HTMLInputElement[]} */
const languageBoxes = () => /** @type {HTMLInputElement[]} */ ([...byId("organisation-languages").querySelectorAll("input")]);

/**
 * A name as part of an address: a to z, 0 to 9 and hyphens.
 * @param {string} name
 */
export function slugOf(name) {
  const latin = name.toLowerCase().replace(/æ/g, "ae").replace(/ø/g, "oe").replace(/å/g, "aa").replace(/ß/g, "ss");
  return latin.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").slice(0, 60).replace(/^-+|-+$/g, "");
}

/** Offers as the default only languages that are ticked, and wants at least one. */
function followLanguages() {
  const chosen = languageBoxes().filter(({ checked }) => checked).map(({ value }) => value);
  const select = /** @type {HTMLSelectElement} */ (byId("organisation-default"));
  for (const option of select.options) option.disabled = !chosen.includes(option.value);
  if (!chosen.includes(select.value) && chosen.length > 0) [select.value] = chosen;
  languageBoxes()[0].setCustomValidity(chosen.length > 0 ? "" : text("languages.none"));
}

/** Starts what follows from typing: the default language, and the address drawn from the channel's name. */
export function watchFields() {
  byId("organisation-languages").addEventListener("change", followLanguages);
  followLanguages();
  const slug = inputById("channel-slug");
  let own = false;
  slug.addEventListener("input", () => { own = slug.value !== ""; });
  inputById("channel-name").addEventListener("input", () => { if (!own) slug.value = slugOf(typed("channel-name")); });
}

/** The organisation as the server takes it. */
export function organisation() {
  return {
    name: typed("organisation-name"),
    country: typed("organisation-country"),
    languages: languageBoxes().filter(({ checked }) => checked).map(({ value }) => value),
    default_language: typed("organisation-default"),
  };
}

/** The part of the channel that is typed. */
export function channel() {
  return {
    name: typed("channel-name"),
    slug: typed("channel-slug"),
    audience: typed("channel-audience"),
    acknowledge_days: Number(typed("channel-days")),
    feedback_months: Number(typed("channel-months")),
  };
}

/** The part of the first person that is typed and not secret. */
export function person() {
  return { name: typed("person-name"), role: typed("person-role"), language: document.documentElement.lang };
}
