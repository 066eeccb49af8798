/**
 * Choosing a passphrase: six words that the browser draws (77 bits), or one's own with 16 characters that a thief of the
 * database would not guess. Either is typed once more. Its inputs have no name and stand in no form that is posted.
 *
 * The elements are those of templates/components/passphrase.html.
 */
import { MIN_CHARACTERS, strengthOf } from "../seal/strength.js";
import { randomWords } from "../seal/words.js";
import { meant } from "./kdf.js";
import { byId, inputById } from "./start.js";
import { text } from "./strings.js";

const WORDS = 6;
const PRODUCT = "Fortrolig";

/** @param {string} id @param {string} words */
function complain(id, words) {
  const place = byId(`${id}-wrong`);
  place.textContent = words;
  place.hidden = words === "";
  if (words === "") inputById(id).removeAttribute("aria-invalid");
  else inputById(id).setAttribute("aria-invalid", "true");
}

/** The chooser of a page; there is one. */
export class PassphraseChooser {
  /** @type {string} */
  #proposed = "";
  #known;
  #latest = 0;

  /** @param {() => string[]} known what a guesser tries first: the names that the form has */
  constructor(known) {
    this.#known = known;
    this.propose();
    byId("passphrase-another").addEventListener("click", () => this.propose());
    for (const id of ["passphrase-use-proposed", "passphrase-use-own"]) byId(id).addEventListener("change", () => this.#show());
    inputById("passphrase-own").addEventListener("input", () => void this.#measure());
    this.#show();
  }

  get #own() {
    return inputById("passphrase-use-own").checked;
  }

  /** Draws six new words. */
  propose() {
    this.#proposed = randomWords(WORDS).join(" ");
    byId("passphrase-proposed").textContent = this.#proposed;
  }

  #show() {
    byId("passphrase-proposed-part").hidden = this.#own;
    byId("passphrase-own-part").hidden = !this.#own;
  }

  /** @returns {Promise<import("../seal/strength.js").Strength>} */
  async #measure() {
    const turn = (this.#latest += 1);
    const strength = await strengthOf(meant(inputById("passphrase-own").value), [PRODUCT, ...this.#known()]);
    if (turn === this.#latest) {
      [...byId("passphrase-meter").children].forEach((bar, i) => bar.classList.toggle("on", i < strength.score));
      byId("passphrase-strength").textContent = strength.longEnough
        ? text(`passphrase.strength.${strength.score}`)
        : text("passphrase.short", { count: MIN_CHARACTERS });
    }
    return strength;
  }

  /**
   * The passphrase, once it may be used and was typed twice; undefined, with the reason shown and focused, otherwise.
   * @returns {Promise<string | undefined>}
   */
  async chosen() {
    complain("passphrase-own", "");
    complain("passphrase-again", "");
    const wanted = this.#own ? meant(inputById("passphrase-own").value) : this.#proposed;
    if (this.#own) {
      const { good, longEnough } = await this.#measure();
      if (!good) {
        const why = longEnough ? text("passphrase.weak") : text("passphrase.short", { count: MIN_CHARACTERS });
        complain("passphrase-own", why);
        inputById("passphrase-own").focus();
        return undefined;
      }
    }
    if (meant(inputById("passphrase-again").value).normalize("NFKC") !== wanted.normalize("NFKC")) {
      complain("passphrase-again", text("passphrase.differs"));
      inputById("passphrase-again").focus();
      return undefined;
    }
    return wanted;
  }

  /** Takes the typed passphrase out of the page. */
  forget() {
    inputById("passphrase-own").value = "";
    inputById("passphrase-again").value = "";
    this.propose();
    void this.#measure();
  }
}
