/**
 * Attachments: one age file each, padded with zeros, described in a signed message. As in crypto/attachment.py, in the
 * browser's own form: a stream in, a stream out, memory flat.
 *
 * @typedef {{ size: number, sha256: string, head: string }} Described bytes of content, its SHA-256, and the SHA-256 of the
 *   file's first 1,643 bytes, in hex, as they stand in a message's `files`
 */
import { sha256 } from "../../vendor/seal.js";
import { HEAD_SIZE, headHash, openStream, sealStream } from "./agefile.js";
import { toHex } from "./bytes.js";
import { AgeError, AttachmentDamaged } from "./errors.js";
import { attachmentSize } from "./padding.js";
import { begin, withErrors } from "./streams.js";

const ZEROS = new Uint8Array(65_536);

/**
 * The content, hashed while it passes, then zeros up to the padded size.
 * @param {ReadableStream<Uint8Array>} content
 * @param {(size: number, hash: string) => void} described
 * @returns {ReadableStream<Uint8Array>}
 */
function padded(content, described) {
  const reader = content.getReader();
  const hash = sha256.create();
  let size = 0;
  let zeros = -1;
  return new ReadableStream({
    async pull(controller) {
      if (zeros < 0) {
        const { done, value } = await reader.read();
        if (!done) {
          hash.update(value);
          size += value.length;
          return controller.enqueue(value);
        }
        zeros = attachmentSize(size) - size;
        described(size, toHex(hash.digest()));
      }
      const part = ZEROS.subarray(0, zeros);
      zeros -= part.length;
      if (part.length > 0) controller.enqueue(part.slice());
      if (zeros === 0) controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/**
 * The sealed file as a stream, and, once that was read to its end, what the message says about it.
 * @param {ReadableStream<Uint8Array>} content
 * @param {import("./keys.js").Recipient} recipient
 * @returns {Promise<{ stream: ReadableStream<Uint8Array>, described: Promise<Described & { sealedSize: number }> }>}
 */
export async function sealAttachment(content, recipient) {
  /** @type {{ size: number, sha256: string }} */
  let plain;
  const sealed = await sealStream(padded(content, (size, hash) => (plain = { size, sha256: hash })), [recipient]);
  const { head, stream } = await begin(sealed, HEAD_SIZE);
  let sealedSize = 0;
  /** @type {(described: Described & { sealedSize: number }) => void} */
  let tell;
  const described = new Promise((resolve) => (tell = resolve));
  const counted = stream.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      sealedSize += chunk.length;
      controller.enqueue(chunk);
    },
    flush: () => tell({ ...plain, head: headHash(head), sealedSize }),
  }));
  return { stream: counted, described };
}

/**
 * Passes on the content alone, and checks what follows it and its hash at the end.
 * @param {Described} item
 * @returns {TransformStream<Uint8Array, Uint8Array>}
 */
function onlyContent(item) {
  const hash = sha256.create();
  let at = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const content = chunk.subarray(0, Math.max(0, item.size - at));
      if (chunk.subarray(content.length).some((byte) => byte !== 0)) {
        throw new AttachmentDamaged("the padding is not zeros: the file is longer than the message says");
      }
      at += chunk.length;
      hash.update(content);
      if (content.length > 0) controller.enqueue(content);
    },
    flush() {
      if (at !== attachmentSize(item.size)) throw new AttachmentDamaged("a file of another size than the message says");
      if (toHex(hash.digest()) !== item.sha256) throw new AttachmentDamaged("not the file that the message describes");
    },
  });
}

/** @param {unknown} error an error of the source is passed on as it is */
function damaged(error) {
  return error instanceof AgeError ? new AttachmentDamaged("a file that was changed or cut short", { cause: error }) : error;
}

/**
 * The content of a sealed file, if it is the one that `item` of a verified message describes. Another file is refused
 * before anything is released; damage further on fails the stream after content was handed out, so what came is kept only
 * when the stream has ended well.
 * @param {ReadableStream<Uint8Array>} sealed
 * @param {import("./keys.js").Identity} identity
 * @param {Described} item
 * @returns {Promise<ReadableStream<Uint8Array>>} rejects with AttachmentDamaged
 */
export async function openAttachment(sealed, identity, item) {
  const { head, stream } = await begin(sealed, HEAD_SIZE);
  // A server that puts another file, truly sealed, in this one's place is noticed here.
  if (headHash(head) !== item.head) throw new AttachmentDamaged("another file than the one the message names");
  try {
    const plain = await openStream(stream, [identity], { portal: true });
    return withErrors(plain, damaged).pipeThrough(onlyContent(item));
  } catch (error) {
    throw damaged(error);
  }
}
