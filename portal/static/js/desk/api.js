/** Talking to this server, and to no other: JSON and sealed bytes, with the session's token on what changes something. */
import { fromBase64, toBase64 } from "../seal/bytes.js";

export { fromBase64, toBase64 };

/** An answer other than yes. `status` is 0 when nothing came back; `code` is the server's word for it. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   */
  constructor(status, code) {
    super(`${status} ${code}`);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

/**
 * Whether the server said no, so that nothing was stored. No answer, a fault, or a word of something on the way leave it
 * open: what was sent may stand there.
 * @param {unknown} error
 */
export function isRefusal(error) {
  return error instanceof ApiError && error.status >= 400 && error.status < 500;
}

/** @typedef {{ over: () => void, renew: () => Promise<boolean> }} Session */

/** @type {Session | undefined} */
let session;

/**
 * What follows when a request meets the end of this page's session (`over`), or another session in its place: `renew` says
 * whether the request may be sent once more, with the token of that one.
 * @param {Session | undefined} given
 */
export function bindSession(given) {
  session = given;
}

/**
 * @template T
 * @param {() => Promise<T>} request
 * @returns {Promise<T>}
 */
async function inSession(request) {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) session?.over();
    if (error.code === "cross_site" && (await session?.renew())) return request();
    throw error;
  }
}

/** @type {string | undefined} */
let token;

/**
 * The token for requests from now on: after signing in, the page's own belongs to no session.
 * @param {string} value
 */
export function setToken(value) {
  token = value;
}

function currentToken() {
  return token ?? document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}

/** @param {number} status @param {string} body what the server answered */
function refusal(status, body) {
  try {
    return new ApiError(status, String(JSON.parse(body).error));
  } catch {
    return new ApiError(status, "unreadable");
  }
}

/** @typedef {{ body?: BodyInit, type?: string, keepalive?: boolean }} Sent `keepalive`: also when the page is left meanwhile */

/** @param {string} method @param {string} path @param {Sent} [sent] */
async function call(method, path, sent) {
  return inSession(() => callOnce(method, path, sent));
}

/** @param {string} method @param {string} path @param {Sent} [sent] */
async function callOnce(method, path, { body, type, keepalive } = {}) {
  /** @type {Record<string, string>} */
  const headers = method === "GET" ? {} : { "X-CSRFToken": currentToken() };
  if (type !== undefined) headers["Content-Type"] = type;
  let response;
  try {
    response = await fetch(path, { method, body, headers, keepalive, cache: "no-store", redirect: "error", credentials: "same-origin" });
  } catch {
    throw new ApiError(0, "network");
  }
  if (!response.ok) throw refusal(response.status, await response.text());
  return response;
}

/** @param {Response} response @returns {Promise<any>} what stands there; answers.js says whether it has its shape */
async function jsonOf(response) {
  if (response.status === 204) return {};
  try {
    return await response.json();
  } catch {
    throw new ApiError(response.status, "unreadable");
  }
}

/** @param {string} path */
export async function getJson(path) {
  return jsonOf(await call("GET", path));
}

/** @param {string} path @param {unknown} body */
export async function postJson(path, body) {
  return jsonOf(await call("POST", path, { body: JSON.stringify(body), type: "application/json" }));
}

/** @param {string} path @param {unknown} body */
export async function putJson(path, body) {
  return jsonOf(await call("PUT", path, { body: JSON.stringify(body), type: "application/json" }));
}

/** @param {string} path @param {Sent} [sent] */
export async function remove(path, sent) {
  return jsonOf(await call("DELETE", path, sent));
}

/**
 * Sends bytes and tells how far they have come; fetch can't.
 * @param {string} path
 * @param {Blob | Uint8Array<ArrayBuffer>} bytes
 * @param {(share: number) => void} [onProgress] 0 to 1
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function putBytes(path, bytes, onProgress, signal) {
  return inSession(() => putBytesOnce(path, bytes, onProgress, signal));
}

/** @type {typeof putBytes} */
function putBytesOnce(path, bytes, onProgress, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted(); // an abort that is over already would never be heard
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", currentToken());
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0));
    request.addEventListener("error", () => reject(new ApiError(0, "network")));
    request.addEventListener("abort", () => reject(signal?.reason ?? new ApiError(0, "network")));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(refusal(request.status, request.responseText));
    });
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(bytes);
  });
}
