/** Every word that a script shows comes with the page, in its language: templates/components/strings.html. */

/**
 * The text under `key`, with `{name}` replaced by `values.name`.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function text(key, values = {}) {
  const found = document.querySelector(`[data-text="${CSS.escape(key)}"]`)?.textContent;
  if (found === undefined || found === null) throw new RangeError(`the page has no text ${key}`);
  return found.trim().replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/**
 * Whether the page has a text under `key`.
 * @param {string} key
 */
export function hasText(key) {
  return document.querySelector(`[data-text="${CSS.escape(key)}"]`) !== null;
}
