/**
 * The officer's root between two pages: sealed in the server's session under a key that only this tab has. Either alone
 * opens nothing. The tab's key goes at lock, log-out, and after 15 minutes without a sign.
 */
import { fromBase64, fromHex, randomBytes, Root, toBase64, unwrapSession, WrapDamaged, wrapSession } from "../seal/index.js";
import { keysAnswer, sessionAnswer } from "./answers.js";
import { ApiError, getJson, putJson, remove, setToken } from "./api.js";
import { Breach } from "./failure.js";

const KEY = "desk-key";
const KEY_SIZE = 32;
const IDLE_MS = 15 * 60_000;
const SIGN_EVERY_MS = 4 * 60_000;
const LOOK_EVERY_MS = 20_000;
const SESSION = "/desk/api/session";

/** @param {"left" | "locked"} [why] */
function signInAddress(why) {
  const address = document.querySelector('meta[name="desk-sign-in"]')?.getAttribute("content") ?? "/";
  return why === undefined ? address : `${address}?${why}=1`;
}

/** Leaves for the sign-in page; what awaits this waits until the page is gone. @param {"left" | "locked"} [why] */
function toSignIn(why) {
  sessionStorage.removeItem(KEY);
  window.location.replace(signInAddress(why));
  return new Promise(() => undefined);
}

/**
 * Keeps `root` for the pages that follow: after signing in, or after a new password.
 * @param {Root} root
 */
export async function keepRoot(root) {
  const { csrf, row } = sessionAnswer(await getJson(SESSION));
  setToken(csrf);
  const key = randomBytes(KEY_SIZE);
  const sealed = wrapSession(key, root.secret, { row: rowOf(row) });
  await putJson(SESSION, { sealed_root: toBase64(sealed) });
  sessionStorage.setItem(KEY, toBase64(key));
}

/** @param {string} row */
function rowOf(row) {
  const raw = fromHex(row, 32);
  if (raw === undefined) throw new WrapDamaged("the server names no row");
  return raw;
}

/**
 * The officer's root and the server's answer about keys. Where either half is missing, goes to the sign-in page and never
 * comes back.
 * @returns {Promise<{ root: Root, keys: import("./answers.js").KeysAnswer }>}
 */
export async function openDesk() {
  const held = sessionStorage.getItem(KEY);
  if (held === null) return /** @type {Promise<any>} */ (toSignIn());
  let keys;
  try {
    keys = keysAnswer(await getJson("/desk/api/keys"));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return /** @type {Promise<any>} */ (toSignIn("locked"));
    throw error;
  }
  try {
    const root = new Root(unwrapSession(fromBase64(held), fromBase64(keys.sealed_root ?? ""), { row: rowOf(keys.row) }));
    checkOwn(root, keys.officer);
    watchIdle();
    return { root, keys };
  } catch (error) {
    // Another sign-in in another tab has taken this session's place: the key here opens what is no longer there.
    if (error instanceof WrapDamaged) return /** @type {Promise<any>} */ (toSignIn("locked"));
    throw error;
  }
}

/**
 * Throws unless the public keys under which the server shows this officer to others are those of its root.
 * @param {Root} root
 * @param {{ recipient: string, verify_key: string }} shown
 */
function checkOwn(root, shown) {
  const same = root.party.recipient.toString() === shown.recipient && toBase64(root.verifyKey) === shown.verify_key;
  if (!same) throw new Breach("root");
}

/** Forgets the root, here and on the server, and goes to the sign-in page. */
export async function lock() {
  sessionStorage.removeItem(KEY);
  await remove(SESSION).catch(() => undefined);
  return toSignIn("locked");
}

/** Forgets this tab's half; for the log-out form, whose POST ends the other. */
export function forgetKey() {
  sessionStorage.removeItem(KEY);
}

let watching = false;

/**
 * Locks after 15 minutes without a key, click or touch, and, while there are some, tells the server in time that somebody
 * is there: its clock decides, and a long reply must not run into it.
 */
export function watchIdle() {
  if (watching) return;
  watching = true;
  let lastSeen = Date.now();
  let lastSaid = lastSeen;
  for (const sign of ["keydown", "pointerdown", "scroll", "input"]) {
    document.addEventListener(sign, () => { lastSeen = Date.now(); }, { capture: true, passive: true });
  }
  setInterval(() => {
    const now = Date.now();
    if (now - lastSeen >= IDLE_MS) void lock();
    else if (lastSeen > lastSaid && now - lastSaid >= SIGN_EVERY_MS) {
      lastSaid = now;
      getJson(SESSION).catch((error) => (error instanceof ApiError && error.status === 401 ? toSignIn("locked") : undefined));
    }
  }, LOOK_EVERY_MS);
}
