/**
 * Messages: one line of JSON, signed, padded, sealed, and chained to the one before. As in crypto/message.py. The
 * signature covers case, scope and recipient, all three from the reader's own state. Whether the key that signed belongs
 * to the reporter or to an officer who may write is the caller's check (records.js, checkReader).
 *
 * @typedef {{ case: Uint8Array, scope: import("./wrap.js").Scope }} MessagePlace
 * @typedef {{ body: Body, hash: Uint8Array, raw: Uint8Array }} Opened a message whose signature fits the key it names: its
 *   body, the SHA-256 of the age file, and the JSON line
 */
import { sha256 } from "../../vendor/seal.js";
import { openBytes, sealBytes } from "./agefile.js";
import { Body } from "./body.js";
import { concat, fromHex, toHex, utf8 } from "./bytes.js";
import { MessageMalformed, MessageOutOfChain, MessageSignatureWrong } from "./errors.js";
import { verify } from "./keys.js";
import { NO_HASH, readHex } from "./lines.js";
import { messageSize } from "./padding.js";
import { scopeByte } from "./wrap.js";

const CONTEXT = utf8("fortrolig/v1/message\0");
const SIGNATURE_HEX = 128;
const LF = 0x0a;

/**
 * What is signed: context, case (16), `t` or `d`, SHA-256 of the recipient, and the JSON line.
 * @param {Uint8Array} line
 * @param {MessagePlace & { recipient: import("./keys.js").Recipient }} where
 */
export function signingInput(line, { case: caseId, scope, recipient }) {
  return concat(CONTEXT, caseId, scopeByte(scope), recipient.hash, line);
}

/**
 * The age file of `body`, signed by `signer` and sealed to `recipient`, the newest root's.
 * @param {Body} body
 * @param {import("./keys.js").Root} signer
 * @param {MessagePlace & { recipient: import("./keys.js").Recipient }} where
 * @returns {Promise<Uint8Array>} rejects with MessageMalformed for a body that no reader would accept
 */
export async function sealMessage(body, signer, where) {
  if (body.key !== toHex(signer.verifyKey)) throw new MessageMalformed("the body names another key than the signer's");
  const line = body.write();
  const signature = signer.sign(signingInput(line, where));
  const plain = concat(line, utf8(`\n${toHex(signature)}\n`));
  const padded = new Uint8Array(messageSize(plain.length)).fill(LF);
  padded.set(plain);
  return sealBytes(padded, [where.recipient]);
}

/**
 * The JSON line and the signature of a padded plaintext.
 * @param {Uint8Array} plain
 * @returns {[Uint8Array, Uint8Array]}
 */
function takeApart(plain) {
  const end = plain.indexOf(LF);
  const line = end < 0 ? plain : plain.subarray(0, end);
  const rest = plain.subarray(line.length + 1);
  const used = line.length + 1 + SIGNATURE_HEX + 1;
  if (plain.length !== messageSize(used) || rest.subarray(SIGNATURE_HEX).some((byte) => byte !== LF)) {
    throw new MessageMalformed("padding of another size, or bytes after the signature");
  }
  const text = String.fromCharCode(...rest.subarray(0, SIGNATURE_HEX));
  const signature = fromHex(text, SIGNATURE_HEX / 2);
  if (signature === undefined) throw new MessageMalformed("a signature that is not lower-case hex");
  return [line, signature];
}

/**
 * The message in `sealed`, opened with the talk or desk `root`, its signature checked against `body.key`.
 * @param {Uint8Array} sealed
 * @param {import("./keys.js").Root} root
 * @param {MessagePlace} where
 * @returns {Promise<Opened>} rejects with an AgeError, MessageMalformed or MessageSignatureWrong
 */
export async function openMessage(sealed, root, where) {
  const { recipient } = root.identity;
  const [line, signature] = takeApart(await openBytes(sealed, [root.identity], { portal: true }));
  const body = Body.read(line);
  try {
    verify(readHex(body.key, 32), signature, signingInput(line, { ...where, recipient }));
  } catch (error) {
    throw new MessageSignatureWrong("the signature does not fit key, case, scope and recipient", { cause: error });
  }
  return Object.freeze({ body, hash: sha256(sealed), raw: line });
}

/**
 * Returns when `messages` of one scope, oldest first, follow each other from number 0 on. Newest messages that are
 * withheld can't be noticed here; callers compare with the last number they remember.
 * @param {readonly Opened[]} messages
 * @throws {MessageOutOfChain} at the first gap, repeat or wrong `prev`
 */
export function checkChain(messages) {
  /** @type {Uint8Array} */
  let previous = NO_HASH;
  for (const [number, { body, hash }] of messages.entries()) {
    if (body.n !== number) throw new MessageOutOfChain(number, `message ${body.n} stands in its place`);
    if (body.prev !== toHex(previous)) throw new MessageOutOfChain(number, "it does not follow the message before it");
    previous = hash;
  }
}
