/** Days and times in the page's language; days are UTC days, times are the reader's own. */

/** English here is the one of Europe: day before month, as the server writes it. */
const REGION = /** @type {Record<string, string>} */ ({ en: "en-GB" });
const PAGE = REGION[document.documentElement.lang] ?? document.documentElement.lang;

/**
 * A day, written out.
 * @param {string} day `YYYY-MM-DD`
 * @param {string} [lang]
 */
export function dayText(day, lang = PAGE) {
  return new Intl.DateTimeFormat(REGION[lang] ?? lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${day}T00:00Z`));
}

/**
 * A day, short, for a place where many stand.
 * @param {string} day `YYYY-MM-DD`
 */
export function shortDay(day) {
  return new Intl.DateTimeFormat(PAGE, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00Z`));
}

/** A minute. @param {string} at `YYYY-MM-DDTHH:MMZ` */
export function minuteText(at) {
  return new Intl.DateTimeFormat(PAGE, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/** A number of bytes for people. @param {number} size */
export function sizeText(size) {
  const steps = /** @type {const} */ ([["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]]);
  const [unit, step] = steps.find(([, least]) => size >= least) ?? ["B", 1];
  return `${new Intl.NumberFormat(PAGE, { maximumFractionDigits: step < 2 ** 20 ? 0 : 1 }).format(size / step)} ${unit}`;
}

/** The UTC day that it is, `YYYY-MM-DD`. */
export function today() {
  return new Date().toISOString().slice(0, 10);
}

/** This minute, as messages name it. */
export function thisMinute() {
  const at = `${new Date().toISOString().slice(0, 16)}Z`;
  return { day: at.slice(0, 10), at };
}
