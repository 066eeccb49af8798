/**
 * The conversation as elements: who says what, when; what is wrong with a message at its own place; files to download; a
 * name only after the button that opens it.
 *
 * @typedef {import("./conversation.js").Said} Said
 * @typedef {{ download: (said: Said, index: number) => void, openIdentity: (said: Said) => Promise<void> }} Acts
 */
import { dayText, minuteText, shortDay, sizeText } from "./dates.js";
import { make, said as saidText } from "./elements.js";
import { hasText, text } from "./strings.js";

/** @type {Set<number>} names that were opened since the page was loaded, by message number */
const opened = new Set();

/**
 * Puts the conversation into the list `place`.
 * @param {HTMLElement} place
 * @param {readonly Said[]} conversation
 * @param {Acts} acts
 * @param {ReadonlySet<string>} [fresh] what came between, by `keyOf`, to be marked
 */
export function showConversation(place, conversation, acts, fresh = new Set()) {
  place.replaceChildren(...conversation.map((one) => {
    const item = make("li", { attributes: { "data-key": keyOf(one), tabindex: "-1" } }, bubble(one, acts));
    if (fresh.has(keyOf(one))) item.prepend(make("p", { class: "small", text: text("came.between") }));
    return item;
  }));
}

/** What tells a message from all others of the case. @param {Said} one */
export function keyOf({ scope, n }) {
  return `${scope}-${n}`;
}

/** @param {Said} one @param {Acts} acts */
function bubble(one, acts) {
  const article = make("article", { class: classOf(one) }, head(one));
  if (one.problem !== undefined) article.append(make("p", {}, make("strong", { text: text(`problem.${one.problem}`) })));
  if (one.left) article.append(make("p", { class: "small", text: text("problem.left") }));
  if (one.problem !== undefined && one.problem !== "chain") return article;
  if (one.kind === "identity" && !opened.has(one.n)) article.append(identityDoor(one, acts));
  else article.append(...content(one, acts));
  return article;
}

/** @param {Said} one */
function classOf({ scope, side, problem }) {
  if (problem !== undefined && problem !== "chain") return "bubble damaged";
  if (scope === "desk") return "bubble note-only";
  return side === "desk" ? "bubble us" : "bubble";
}

/** @param {Said} one */
function head(one) {
  const when = one.at === null
    ? make("time", { text: shortDay(one.day), attributes: { datetime: one.day, title: dayText(one.day) } })
    : make("time", { text: minuteText(one.at), attributes: { datetime: one.at } });
  return make("header", {}, make("span", { text: whoText(one) }), when);
}

/** @param {Said} one */
function whoText(one) {
  const author = one.author ?? text("who.team");
  if (one.scope === "desk") return text("who.note", { author });
  if (one.side !== "reporter") return one.side === "" ? text("who.nobody") : author;
  const mode = `who.reporter.${one.fields.mode ?? ""}`;
  const who = one.n === 0 && hasText(mode) ? text(mode) : text("who.reporter");
  return one.sealed === "" ? who : `${who} · ${text(`sealed.${one.sealed}`)}`;
}

/** @param {Said} one @param {Acts} acts */
function content(one, acts) {
  const parts = [];
  if (one.kind === "identity") parts.push(make("p", { class: "small muted", text: text("identity.shown") }));
  if (one.text !== "") parts.push(saidText(one.text, one.lang));
  const facts = Object.entries(one.fields).filter(([name, value]) => value !== "" && hasText(`field.${name}`));
  if (facts.length > 0) parts.push(make("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => fact(name, value))));
  if (one.files.length > 0) parts.push(make("ul", { class: "files small" }, ...one.files.map((_, i) => fileItem(one, i, acts))));
  return parts;
}

/** @param {string} name @param {string} value */
function fact(name, value) {
  const coded = { category: `category.${value}`, mode: `mode.${value}`, relation: `relation.${value}` }[name];
  const shown = coded !== undefined && hasText(coded) ? text(coded) : value;
  return [make("dt", { text: text(`field.${name}`) }), make("dd", { text: shown, attributes: { dir: "auto" } })];
}

/** @param {Said} one @param {number} index @param {Acts} acts */
function fileItem(one, index, acts) {
  const item = one.files[index];
  const link = make("a", { text: item.name, attributes: { href: `/desk/api/files/${item.id}`, download: "", dir: "auto" } });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    acts.download(one, index);
  });
  return make("li", {}, link, " ", make("span", { class: "muted", text: sizeText(item.size) }));
}

/** The closed door before a name. @param {Said} one @param {Acts} acts */
function identityDoor(one, acts) {
  const place = make("div", { class: "stack" }, make("p", { text: text("identity.closed") }));
  const button = make("button", { class: "button quiet", text: text("identity.open"), attributes: { type: "button" } });
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await acts.openIdentity(one);
      opened.add(one.n);
      place.replaceChildren(...content(one, acts));
    } catch {
      button.disabled = false;
      place.append(make("p", { class: "wrong", text: text("identity.failed"), attributes: { role: "alert" } }));
    }
  });
  place.append(button);
  return place;
}
