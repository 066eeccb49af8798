/**
 * Age v1 files through age's own library: sealed to hybrid recipients, opened with hybrid or X25519 identities.
 * As in crypto/agefile.py. An age file authenticates nobody: anyone who knows a recipient can make one.
 *
 * @import { Identity, Recipient } from "./keys.js"
 */
import { Decrypter, Encrypter, sha256 } from "../../vendor/seal.js";
import { toHex } from "./bytes.js";
import { HeaderMacWrong, HeaderMalformed, KeyMalformed, NoIdentityMatches, NotSupported, PayloadDamaged } from "./errors.js";
import { begin, readAll, streamOf, withErrors } from "./streams.js";

/** Bytes of header and nonce of a file with one hybrid stanza; a file's `head` is their hash. */
export const HEAD_SIZE = 1_643;

const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";
const PASSPHRASE = "age-encryption.org/v1\n-> scrypt ";
const HYBRID = "age-encryption.org/v1\n-> mlkem768x25519 ";
/** Where the MAC line begins when one hybrid stanza stands before it: 40 + 1,494 + 1 + 43 bytes. */
const MAC_LINE = "\n--- ";
const MAC_AT = 1_578;

/** @param {readonly Recipient[]} recipients */
function encrypterFor(recipients) {
  if (recipients.length === 0) throw new RangeError("a file is sealed to at least one recipient");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient.toString());
  return encrypter;
}

/**
 * The age file of a stream, as a stream.
 * @param {ReadableStream<Uint8Array>} readable
 * @param {readonly Recipient[]} recipients
 * @returns {Promise<ReadableStream<Uint8Array>>}
 * @throws {KeyMalformed} when a recipient is no valid key
 */
export async function sealStream(readable, recipients) {
  const encrypter = encrypterFor(recipients);
  try {
    return await encrypter.encrypt(readable);
  } catch (error) {
    throw new KeyMalformed("the recipient is not a valid encapsulation key", { cause: error });
  }
}

/**
 * The age file of `data`, in one piece.
 * @param {Uint8Array} data
 * @param {readonly Recipient[]} recipients
 */
export async function sealBytes(data, recipients) {
  return readAll(await sealStream(streamOf(data), recipients));
}

/**
 * The hex SHA-256 of a file's first 1,643 bytes: header and nonce, which commit to the file key.
 * @param {Uint8Array} head
 */
export function headHash(head) {
  return toHex(sha256(head));
}

/**
 * Throws for the files that age could read and we don't.
 * @param {Uint8Array} head the first 1,643 bytes
 * @param {boolean} portal
 */
function checkStart(head, portal) {
  const text = new TextDecoder("latin1").decode(head);
  if (text.trimStart().startsWith(ARMOR)) throw new NotSupported("an armored file");
  if (text.startsWith(PASSPHRASE)) throw new NotSupported("a file sealed under a passphrase");
  if (portal && !(text.startsWith(HYBRID) && text.startsWith(MAC_LINE, MAC_AT))) {
    throw new HeaderMalformed("a portal file has exactly one hybrid stanza");
  }
}

/**
 * What typage says, as a class of ours. Its texts are pinned with its version, and the CCTV vectors hold them.
 * @param {unknown} error
 */
function headerError(error) {
  const text = error instanceof Error ? error.message : "";
  if (text.startsWith("no identity matched")) return new NoIdentityMatches("none of the identities opens this file");
  if (text === "invalid header HMAC") return new HeaderMacWrong("the header was changed after sealing");
  return new HeaderMalformed("the header is not one of an age file", { cause: error });
}

/**
 * The plaintext of an age file, as a stream of authentic chunks. With `portal` every file but one with exactly one
 * hybrid stanza is refused: a second stanza would be a reader whom no signed record names.
 * @param {ReadableStream<Uint8Array>} readable an error of its own is passed on as it is
 * @param {readonly Identity[]} identities
 * @param {{ portal?: boolean }} [options]
 * @returns {Promise<ReadableStream<Uint8Array>>} rejects with HeaderMalformed, NotSupported, NoIdentityMatches or
 *   HeaderMacWrong before anything is released; the stream fails with PayloadDamaged at the damage
 */
export async function openStream(readable, identities, { portal = false } = {}) {
  const { head, stream, failure } = await begin(readable, HEAD_SIZE);
  checkStart(head, portal);
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity.toString());
  let plaintext;
  try {
    plaintext = await decrypter.decrypt(stream);
  } catch (error) {
    throw failure.error ?? headerError(error);
  }
  return withErrors(plaintext, (error) => failure.error ?? new PayloadDamaged("the file is damaged", { cause: error }));
}

/**
 * The whole plaintext of an age file; rejects as openStream does and releases nothing then.
 * @param {Uint8Array} sealed
 * @param {readonly Identity[]} identities
 * @param {{ portal?: boolean }} [options]
 */
export async function openBytes(sealed, identities, options) {
  return readAll(await openStream(streamOf(sealed), identities, options));
}
