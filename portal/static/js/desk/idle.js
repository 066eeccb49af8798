/**
 * How long an opened case stays on a screen: as many minutes without a sign of life as the portal's setting says. All tabs
 * of one session count as one: a sign in any keeps all, and when it ends, all are emptied.
 *
 * They talk over the BroadcastChannel "desk", which carries no secret:
 *   { row, seen }    somebody was there at this time
 *   { row, locked }  the session was locked
 *   { look }         somebody has logged out; whether it was this session, the server says
 */
const MINUTE_MS = 60_000;
const USUAL_MINUTES = 15;
const MOST_SILENT_MS = 4 * MINUTE_MS;
const MOST_BLIND_MS = 20_000;
const TELL_EVERY_MS = 5_000;
const SIGNS = ["keydown", "pointerdown", "scroll", "input"];

/**
 * @typedef {{ sign: () => void, lock: () => void, lockedElsewhere: () => void, look: () => void }} Acts what follows: tell
 *   the server that somebody is there; nobody is; another tab found so; ask the server whether the session lives
 */

/** @type {BroadcastChannel | undefined} */
let channel;
/** @type {Acts | undefined} */
let acts;
let row = "";
let idleMs = USUAL_MINUTES * MINUTE_MS;
let signEveryMs = MOST_SILENT_MS;
let lastSeen = 0;
let lastTold = 0;
let lastSaid = 0;

function opened() {
  channel ??= new BroadcastChannel("desk");
  return channel;
}

/** The setting `idle_minutes`, which came with the page. */
function minutes() {
  const given = Number(document.querySelector('meta[name="desk-idle-minutes"]')?.getAttribute("content"));
  return given >= 1 ? given : USUAL_MINUTES;
}

/**
 * Somebody is there: a key, a touch, or work that goes on. After the idle minutes it comes too late: a computer that slept
 * wakes up with a locked desk, whoever opens it.
 */
export function seen() {
  if (acts === undefined) return;
  const now = Date.now();
  if (now - lastSeen >= idleMs) {
    acts.lock();
    return;
  }
  lastSeen = now;
  if (now - lastTold < TELL_EVERY_MS) return;
  lastTold = now;
  opened().postMessage({ row, seen: now });
}

/** @param {MessageEvent} message from another tab */
function hear({ data }) {
  if (data.look) acts?.look();
  else if (data.row !== row) return;
  else if (data.locked) acts?.lockedElsewhere();
  else if (data.seen > lastSeen) lastSeen = Math.min(data.seen, Date.now());
}

/**
 * Watches from now on; called again, for another session (somebody has signed in anew on this page), it goes on with that.
 * @param {string} session names the row, in hex
 * @param {Acts} given
 */
export function watchIdle(session, given) {
  const first = acts === undefined;
  acts = given;
  row = session;
  lastSeen = lastSaid = Date.now();
  idleMs = minutes() * MINUTE_MS;
  signEveryMs = Math.min(MOST_SILENT_MS, idleMs / 3);
  if (!first) return;
  for (const sign of SIGNS) document.addEventListener(sign, seen, { capture: true, passive: true });
  opened().addEventListener("message", hear);
  setInterval(() => {
    const now = Date.now();
    if (now - lastSeen >= idleMs) acts?.lock();
    else if (lastSeen > lastSaid && now - lastSaid >= signEveryMs) {
      lastSaid = now;
      acts?.sign();
    }
  }, Math.min(MOST_BLIND_MS, signEveryMs / 2));
}

/** Empties every other tab of this session. */
export function tellLocked() {
  opened().postMessage({ row, locked: true });
}

/** After a log-out: every other tab asks the server whether its session lives. */
export function tellLeft() {
  opened().postMessage({ look: true });
}
