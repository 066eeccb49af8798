/**
 * What went wrong, and whether the work may go on. A Breach must stop everything: somebody may have changed keys or records on the server, and going on could hand a
 * report to them. The whole page gives way to the words for it, which came with the page (templates/desk/halt.html).
 */
import { ApiError, isRefusal } from "./api.js";
import { hasText, text } from "./strings.js";

/** What must not be shown as a small note beside work that goes on. */
export class Breach extends Error {
  /**
   * @param {string} code what is wrong: the texts `halt.…` of the page name each
   * @param {string} [channel] whose keys it is about
   * @param {unknown} [cause]
   */
  constructor(code, channel = "", cause = undefined) {
    super(code, { cause });
    this.name = "Breach";
    this.code = code;
    this.channel = channel;
  }
}

/**
 * What went wrong, in the page's words, for a note beside the work; a code without words of its own is "unknown". What
 * came back without a word of ours, though not as a no, is as good as nothing: a proxy does not know what was stored.
 * @param {unknown} error
 */
export function wordsFor(error) {
  const open = error instanceof ApiError && error.code === "unreadable" && !isRefusal(error);
  const code = open ? "network" : error instanceof ApiError ? error.code : "unknown";
  return text(hasText(`failed.${code}`) ? `failed.${code}` : "failed.unknown");
}

/**
 * Replaces the page. Nothing that was on it can be used any more.
 * @param {string} code
 * @param {string} [channel] its name
 */
export function fullPageError(code, channel = "") {
  const known = hasText(`halt.${code}`) ? code : "unknown";
  const main = document.querySelector("main");
  const halt = document.createElement("div");
  halt.className = "halt stack";
  halt.id = "halt";
  halt.dataset.code = code;
  halt.setAttribute("role", "alert");
  const heading = document.createElement("h1");
  heading.textContent = text(`halt.${known}`, { channel });
  heading.tabIndex = -1;
  const what = document.createElement("p");
  what.textContent = text(`halt.${known}.do`, { channel });
  const where = document.createElement("p");
  where.className = "small muted";
  where.textContent = text("halt.code", { code });
  halt.append(heading, what, where);
  main?.replaceChildren(halt);
  document.title = heading.textContent;
  heading.focus();
}
