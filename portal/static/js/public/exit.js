/**
 * Away from here at once. The link works without this; with it, the page that is left does not stay behind the
 * back button, what was typed is gone from it, and an open case is closed on the server.
 *
 * It cannot take this site out of the browser's history, and the safety page says so.
 */

const TWICE_WITHIN_MS = 600;

/**
 * Empties the page, closes an open case, and puts the neutral site in the place of this page.
 * @param {HTMLAnchorElement} link
 */
export function leave(link) {
  closeCase();
  document.title = link.hostname;
  document.body.replaceChildren();
  window.location.replace(link.href);
}

/** Makes the "Leave this site" link, and Escape pressed twice, leave by `leave`. @param {HTMLAnchorElement} link */
export function watchExit(link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave(link);
  });
  let before = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - before < TWICE_WITHIN_MS) leave(link);
    before = event.timeStamp;
  });
}

/** Logs out in passing: the request outlives the page. Whether it arrives is not waited for; 15 idle minutes end it too. */
function closeCase() {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("log-out"));
  if (!form) return;
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" })
    .catch(() => undefined);
}
