/**
 * The officer's root between two pages: sealed in the server's session under a key that only this tab has. Either alone
 * opens nothing. The tab's key goes at lock, log-out, and after the idle minutes without a sign.
 */
import { fromBase64, fromHex, randomBytes, Root, toBase64, unwrapSession, WrapDamaged, wrapSession } from "../seal/index.js";
import { keysAnswer, sessionAnswer } from "./answers.js";
import { ApiError, bindSession, getJson, putJson, remove, setToken } from "./api.js";
import { Breach } from "./failure.js";
import { tellLocked, watchIdle } from "./idle.js";

const KEY = "desk-key";
const KEY_SIZE = 32;
const SESSION = "/desk/api/session";
const KEYS = "/desk/api/keys";
const TYPED = "main textarea, main input:not([type=search], [type=checkbox], [type=radio], [type=hidden])";

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
    keys = keysAnswer(await getJson(KEYS));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return /** @type {Promise<any>} */ (toSignIn("locked"));
    throw error;
  }
  try {
    const root = new Root(unwrapSession(fromBase64(held), fromBase64(keys.sealed_root ?? ""), { row: rowOf(keys.row) }));
    checkOwn(root, keys.officer);
    live(keys);
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
export function checkOwn(root, shown) {
  const same = root.party.recipient.toString() === shown.recipient && toBase64(root.verifyKey) === shown.verify_key;
  if (!same) throw new Breach("root");
}

let over = false;
let locked = false;
/** @type {(() => boolean) | undefined} */
let keeper;

/**
 * The session of this page lives: watched, and asked for a new token where somebody signs in anew in another tab.
 * @param {Pick<import("./answers.js").KeysAnswer, "row" | "officer">} keys
 */
export function live({ row, officer }) {
  over = locked = false;
  bindSession({ over: () => void visitOver(), renew: () => renewed(officer.id) });
  watchIdle(row, { sign, lock: () => void lock(), lockedElsewhere: () => void closed("locked"), look: () => void look() });
}

/**
 * Lets a page that holds what somebody has typed go on without a session.
 * @param {() => boolean} keep called when the visit is over: closes what was opened; false where nothing was typed
 */
export function keepTyped(keep) {
  keeper = keep;
}

/** The server has ended the visit (12 hours, a new passphrase elsewhere). What somebody is typing stays on the page. */
async function visitOver() {
  sessionStorage.removeItem(KEY);
  if (over) return;
  over = true;
  if (keeper?.() ?? hasTyped()) return;
  await toSignIn("locked");
}

function hasTyped() {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(TYPED))].some((one) => one.value !== one.defaultValue);
}

/** Tells the server that somebody is there: its clock decides, and a long reply must not run into it. */
function sign() {
  if (!over) getJson(SESSION).catch(() => undefined); // a 401 has been heard by `visitOver`
}

/**
 * Whether this officer has signed in anew in another tab, so that this page can go on with the token of that session.
 * @param {string} officerId
 */
async function renewed(officerId) {
  try {
    const { officer, row } = keysAnswer(await getJson(KEYS));
    if (officer.id !== officerId) return false;
    const { csrf } = sessionAnswer(await getJson(SESSION));
    setToken(csrf);
    live({ row, officer });
    return true;
  } catch {
    return false;
  }
}

/**
 * Nothing opened stays on the page, before anything that a dead line could hold up; then to the sign-in page.
 * @param {"left" | "locked"} why
 */
function closed(why) {
  if (locked) return new Promise(() => undefined); // on its way already
  locked = true;
  bindSession(undefined);
  document.querySelector("main")?.replaceChildren();
  return toSignIn(why);
}

/** Forgets the root, here, in the other tabs and on the server, and goes to the sign-in page. */
export async function lock() {
  if (locked) return;
  const here = closed("locked");
  tellLocked();
  remove(SESSION, { keepalive: true }).catch(() => undefined);
  await here;
}

/** Somebody has logged out in another tab. */
async function look() {
  if (over) return;
  over = true; // so that the answer empties the page, typed or not
  try {
    await getJson(SESSION);
    over = false;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await closed("left");
    over = false;
  }
}

/** Forgets this tab's half; for the log-out form, whose POST ends the other. */
export function forgetKey() {
  sessionStorage.removeItem(KEY);
}
