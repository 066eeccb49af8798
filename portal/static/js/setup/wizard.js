/** One step at a time: a step is a `<form data-step>` that is never posted; its check says whether one may go on. */
import { byId } from "../desk/start.js";
import { text } from "../desk/strings.js";

/** @typedef {() => boolean | Promise<boolean>} Check */

/** The steps of the page, in their order. */
export class Wizard {
  #steps = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-step]")]);
  #road = [...byId("road").children];
  #at = 0;
  #busy = false;

  /** @param {Record<string, Check>} checks by the steps' names; the last step's check ends the set-up */
  constructor(checks) {
    for (const step of this.#steps) {
      step.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.#next(checks[step.dataset.step ?? ""]);
      });
      step.querySelector("[data-back]")?.addEventListener("click", () => this.#goTo(this.#at - 1));
    }
  }

  get begun() {
    return this.#at > 0;
  }

  /** @param {Check} check */
  async #next(check) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (await check()) this.#goTo(this.#at + 1);
    } finally {
      this.#busy = false;
    }
  }

  /** @param {number} at */
  #goTo(at) {
    this.#at = at;
    this.#steps.forEach((step, i) => { step.hidden = i !== at; });
    this.#road.forEach((item, i) => {
      item.classList.toggle("done", i < at);
      if (i === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    byId("done").hidden = at < this.#steps.length;
    byId("step-number").textContent = at < this.#steps.length ? text("step", { number: at + 1, count: this.#steps.length }) : "";
    const heading = (this.#steps[at] ?? byId("done")).querySelector("h2");
    heading?.focus();
    window.scrollTo({ top: 0 });
  }
}
