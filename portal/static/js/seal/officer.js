/**
 * What an officer's password becomes: stretched in the browser, halved into what the server sees and what it never
 * does. The officer half of crypto/wrap.py.
 */
import { argon2idAsync } from "../../vendor/seal.js";
import { equal, utf8 } from "./bytes.js";
import { KdfRefused, WrapDamaged } from "./errors.js";
import { derive } from "./keys.js";
import * as strictJson from "./strict_json.js";
import { id, place, unwrapJson, unwrapRoot, wrap } from "./wrap.js";

/** The one cost of stretching an officer's password that is known. */
export const KDF_VERSION = 1;

/** Memory in KiB, passes, lanes, output in bytes. */
export const OFFICER_KDF = Object.freeze({ m: 65_536, t: 3, p: 1, dkLen: 32 });

const SALT_SIZE = 16;

/**
 * The 32 bytes of a password: Argon2id 0x13, 64 MiB, 3 passes, 1 lane. About a second, a minute without JIT, so it runs
 * in the Worker.
 * @param {string} password as typed
 * @param {Uint8Array} salt 16 bytes, from the server
 * @param {number} kdf from the server; a server that asked for a cheaper one could guess from what it is sent
 * @param {(share: number) => void} [onProgress] 0 to 1
 * @throws {KdfRefused} for any `kdf` but 1
 */
export async function stretchPassword(password, salt, kdf, onProgress) {
  if (kdf !== KDF_VERSION) throw new KdfRefused("an unknown stretching cost");
  if (salt.length !== SALT_SIZE) throw new KdfRefused("a salt of another size");
  return argon2idAsync(utf8(password.normalize("NFKC")), salt, { ...OFFICER_KDF, onProgress });
}

/**
 * From a stretched password: `auth`, which the server sees, and the wrap key, which it never does.
 * @param {Uint8Array} stretched 32 bytes
 * @returns {[Uint8Array, Uint8Array]}
 */
export function officerKeys(stretched) {
  return [derive(stretched, "officer-auth"), derive(stretched, "officer-wrap")];
}

/** @param {Uint8Array} officerId */
function officerPlace(officerId) {
  return place("officer", id(officerId), Uint8Array.of(KDF_VERSION));
}

/**
 * An officer's root under the key that only the password gives: 72 bytes.
 * @param {Uint8Array} wrapKey
 * @param {import("./keys.js").Root} root
 * @param {{ officerId: Uint8Array }} where
 */
export function wrapOfficer(wrapKey, root, { officerId }) {
  return wrap(wrapKey, root.secret, officerPlace(officerId));
}

/**
 * The root that wrapOfficer kept, if it makes the registered party: a server that replaced the wrap by one of its own
 * making is noticed here.
 * @param {Uint8Array} wrapKey
 * @param {Uint8Array} wrapped
 * @param {{ officerId: Uint8Array, party: import("./keys.js").Party }} where
 * @throws {WrapDamaged}
 */
export function unwrapOfficer(wrapKey, wrapped, { officerId, party }) {
  const root = unwrapRoot(wrapKey, wrapped, officerPlace(officerId));
  if (!equal(root.party.hash, party.hash)) throw new WrapDamaged("the root does not make the registered keys");
  return root;
}

/**
 * What an officer has confirmed (anchors, colleagues) under the officer root's `wrap` key.
 * @param {import("./keys.js").Root} officerRoot
 * @param {Record<string, unknown>} pins
 * @param {{ officerId: Uint8Array }} where
 */
export function wrapPins(officerRoot, pins, { officerId }) {
  return wrap(officerRoot.wrapKey, strictJson.write(pins), place("pins", id(officerId)));
}

/**
 * The pins that wrapPins kept.
 * @param {import("./keys.js").Root} officerRoot
 * @param {Uint8Array} wrapped
 * @param {{ officerId: Uint8Array }} where
 * @throws {WrapDamaged}
 */
export function unwrapPins(officerRoot, wrapped, { officerId }) {
  return unwrapJson(officerRoot.wrapKey, wrapped, place("pins", id(officerId)));
}
