/** Sealing and opening attachments in parts of a few MiB, so that memory stays flat whatever their size. */
import { openAttachment, randomBytes, Recipient, Root, sealAttachment, toHex } from "../seal/index.js";

const PART_SIZE = 4 * 1024 * 1024;

/** A sealed file that the server did not hand out, or not to its end. */
class NotFetched extends Error {
  static { this.prototype.name = "NotFetched"; }

  /** @param {number} status of the answer, 0 where the line broke @param {unknown} [cause] */
  constructor(status, cause) {
    super("the server did not hand out the file", { cause });
    this.status = status;
  }
}

/**
 * Hands a stream to the page in parts of `partSize`, the last one shorter.
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} partSize
 * @param {(part: Uint8Array) => Promise<void>} hand
 * @returns {Promise<number>} bytes handed over
 */
async function handOut(stream, partSize, hand) {
  const reader = stream.getReader();
  let part = new Uint8Array(partSize);
  let held = 0;
  let total = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      for (let rest = next.value; rest.length > 0; ) {
        const taken = rest.subarray(0, partSize - held);
        part.set(taken, held);
        held += taken.length;
        total += taken.length;
        rest = rest.subarray(taken.length);
        if (held === partSize) {
          await hand(part);
          part = new Uint8Array(partSize);
          held = 0;
        }
      }
    }
    if (held > 0) await hand(part.subarray(0, held));
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
  return total;
}

/**
 * @param {{ file: Blob, recipient: string, name: string, type: string, partSize?: number }} given
 * @param {import("./tasks.js").Port} port
 */
export async function sealFile({ file, recipient, name, type, partSize = PART_SIZE }, port) {
  const { stream, described } = await sealAttachment(file.stream(), Recipient.parse(recipient));
  await handOut(stream, partSize, port.part);
  const { sealedSize, ...hashes } = await described;
  return { item: { id: toHex(randomBytes(16)), name, type, ...hashes }, sealedSize };
}

/**
 * The sealed bytes: of a Blob, or fetched from a path of this origin.
 * @param {Blob | string} source
 */
async function streamOf(source) {
  if (typeof source !== "string") return source.stream();
  const address = new URL(source, self.location.origin);
  // A path that names another host would send the session's cookies nowhere, but tell that host what is read here.
  if (address.origin !== self.location.origin) throw new TypeError("files are fetched from this origin only");
  const response = await fetch(address, { cache: "no-store", redirect: "error" }).catch(notFetched);
  if (!response.ok || response.body === null) throw new NotFetched(response.status);
  const reader = response.body.getReader();
  // A line that breaks half way is no fault of the place where the file is kept.
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch(notFetched);
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** @param {unknown} cause @returns {never} */
function notFetched(cause) {
  throw new NotFetched(0, cause);
}

/**
 * @param {{ source: Blob | string, secret: Uint8Array, item: any, partSize?: number }} given `secret` of the scope's root
 * @param {import("./tasks.js").Port} port
 */
export async function openFile({ source, secret, item, partSize = PART_SIZE }, port) {
  const stream = await openAttachment(await streamOf(source), new Root(secret).identity, item);
  return { size: await handOut(stream, partSize, port.part) };
}
