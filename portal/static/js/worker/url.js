/**
 * The one script address that a page may hand to the browser: the Worker's. The Content-Security-Policy asks for Trusted
 * Types and names this policy alone, so injected code can start no script of its own making.
 */

/** The Worker beside the page's own bundle: /static/dist/worker.js. */
const WORKER_URL = new URL("./worker.js", import.meta.url).href;

/**
 * Lets the Worker's own address pass, and throws for every other.
 * @param {string} address
 */
function onlyTheWorker(address) {
  if (address !== WORKER_URL) throw new TypeError("not the Worker's address");
  return address;
}

/** @type {any} a browser without Trusted Types does not ask for them either */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("fortrolig-worker", {
  createScriptURL: onlyTheWorker,
});

/**
 * The Worker's address as `new Worker()` takes it under require-trusted-types-for.
 * @returns {string}
 */
export function workerUrl() {
  return policy?.createScriptURL(WORKER_URL) ?? onlyTheWorker(WORKER_URL);
}
