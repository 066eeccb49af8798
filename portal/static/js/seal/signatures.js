/** Ed25519 signatures verified as libsodium does it, so that no signature is true in a browser and false on the server. */
import { ed25519 } from "../../vendor/seal.js";
import { SignatureWrong } from "./errors.js";

const KEY_SIZE = 32;
const SIGNATURE_SIZE = 64;

/**
 * Whether `raw` is the one spelling of a point of the group of prime order. An honest key and an honest R always are.
 * @param {Uint8Array} raw 32 bytes
 */
function isOfPrimeOrder(raw) {
  try {
    const point = ed25519.Point.fromBytes(raw, false);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false;
  }
}

/**
 * Returns when `signature` over `data` is by `verifyKey`.
 *
 * noble multiplies the equation by 8 and libsodium does not; they agree on points of prime order only. Without the two
 * checks somebody who made a key on purpose could sign what one side believes and the other refuses.
 * @param {Uint8Array} verifyKey 32 bytes
 * @param {Uint8Array} signature 64 bytes
 * @param {Uint8Array} data
 * @throws {SignatureWrong} also for keys and signatures of a wrong length, small order, or another spelling
 */
export function verify(verifyKey, signature, data) {
  if (verifyKey.length !== KEY_SIZE || signature.length !== SIGNATURE_SIZE) {
    throw new SignatureWrong("a key or signature of a wrong length");
  }
  const sound = isOfPrimeOrder(verifyKey) && isOfPrimeOrder(signature.subarray(0, KEY_SIZE));
  if (!sound || !ed25519.verify(signature, data, verifyKey, { zip215: false })) {
    throw new SignatureWrong("the signature does not verify");
  }
}
