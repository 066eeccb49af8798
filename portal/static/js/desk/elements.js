/** Making elements. Text is only ever set as text: what somebody wrote can't become markup. */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {{ class?: string, text?: string, attributes?: Record<string, string> }} [given]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  if (given.class !== undefined) element.className = given.class;
  if (given.text !== undefined) element.textContent = given.text;
  for (const [name, value] of Object.entries(given.attributes ?? {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Fills the list `place` with one item a line. @param {HTMLElement} place @param {readonly string[]} lines */
export function fillList(place, lines) {
  place.replaceChildren(...lines.map((line) => make("li", { text: line })));
}

/** What somebody wrote, in its own direction and with its own line breaks. @param {string} words @param {string} [lang] */
export function said(words, lang) {
  return make("p", { class: "said", text: words, attributes: { dir: "auto", ...(lang ? { lang } : {}) } });
}
