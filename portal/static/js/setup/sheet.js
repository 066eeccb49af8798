/** The recovery sheet on the page: filled from the anchor's root, and confirmed by typing two of its words. */
import { anchorWords, fold } from "../seal/index.js";
import { qrSvg } from "../seal/qr.js";
import { fillList } from "../desk/elements.js";
import { byId, inputById } from "../desk/start.js";
import { text } from "../desk/strings.js";

const ASKED = 2;

/**
 * Two different places of the list, lower first.
 * @param {number} length
 */
export function places(length) {
  const found = new Set();
  while (found.size < ASKED) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < length) found.add(byte);
  }
  return [...found].sort((a, b) => a - b);
}

/** The sheet of one anchor. */
export class RecoverySheet {
  /** @type {readonly string[]} */
  #words = [];
  /** @type {number[]} */
  #asked = [];

  /**
   * Fills the sheet, and asks for two of its words.
   * @param {import("../seal/keys.js").Root} anchor
   * @param {{ organisation: string, channel: string, day: string }} named
   */
  fill(anchor, { organisation, channel, day }) {
    this.#words = anchorWords(anchor);
    this.#asked = places(this.#words.length);
    fillList(byId("sheet-words"), this.#words);
    fillList(byId("sheet-fingerprint"), anchor.party.words);
    const identity = anchor.identity.toString();
    byId("sheet-identity").textContent = identity;
    byId("sheet-qr").replaceChildren(qrSvg(identity, text("sheet.qr")));
    byId("sheet-organisation").textContent = organisation;
    byId("sheet-channel").textContent = channel;
    byId("sheet-day").textContent = day;
    this.#asked.forEach((place, i) => {
      byId(`sheet-asked-${i}-label`).textContent = text("sheet.word", { number: place + 1 });
      inputById(`sheet-asked-${i}`).value = "";
    });
  }

  /** Whether both words were typed; where not, the wrong one is named and focused. */
  confirmed() {
    const wrong = this.#asked.map((place, i) => fold(inputById(`sheet-asked-${i}`).value) !== fold(this.#words[place]));
    wrong.forEach((isWrong, i) => {
      byId(`sheet-asked-${i}-wrong`).hidden = !isWrong;
      if (isWrong) inputById(`sheet-asked-${i}`).setAttribute("aria-invalid", "true");
      else inputById(`sheet-asked-${i}`).removeAttribute("aria-invalid");
    });
    const first = wrong.indexOf(true);
    if (first >= 0) inputById(`sheet-asked-${first}`).focus();
    return first < 0;
  }

  /** Takes the anchor's words off the page, the two that were typed among them. */
  forget() {
    this.#words = [];
    this.#asked.forEach((_place, i) => (inputById(`sheet-asked-${i}`).value = ""));
    for (const id of ["sheet-words", "sheet-identity", "sheet-qr"]) byId(id).replaceChildren();
  }
}
