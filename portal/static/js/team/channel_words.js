/**
 * The eight words of each channel, made here from the anchor of its verified chain: a keeper reads them out to a newcomer,
 * so the server must not choose them. A channel that this officer has not confirmed stays without: two of its words are
 * asked for on the same page.
 */
import { fillList } from "../desk/elements.js";

/** @param {Map<string, import("../desk/keys.js").Channel>} channels the confirmed ones, by id in hex */
export function showChannelWords(channels) {
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-channel]"))) {
    const channel = channels.get(section.dataset.channel ?? "");
    if (channel === undefined) continue;
    const place = /** @type {HTMLElement} */ (section.querySelector("[data-anchor-words]"));
    fillList(/** @type {HTMLElement} */ (place.querySelector("ol")), channel.words);
    place.hidden = false;
  }
}
