/** Byte streams: looking at the beginning of one, and telling a source that failed from bytes that are wrong. */
import { concat } from "./bytes.js";

/**
 * A stream of one chunk.
 * @param {Uint8Array} raw
 * @returns {ReadableStream<Uint8Array>}
 */
export function streamOf(raw) {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(raw);
      controller.close();
    },
  });
}

/**
 * Everything a stream holds, in one piece.
 * @param {ReadableStream<Uint8Array>} stream
 */
export async function readAll(stream) {
  const chunks = [];
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  return concat(...chunks);
}

/**
 * The first `size` bytes (fewer when the stream is shorter), the whole stream again, and what its source failed with.
 * @param {ReadableStream<Uint8Array>} source
 * @param {number} size
 */
export async function begin(source, size) {
  const reader = source.getReader();
  /** @type {Uint8Array[]} */
  const held = [];
  for (let length = 0; length < size; ) {
    const { done, value } = await reader.read();
    if (done) break;
    held.push(value);
    length += value.length;
  }
  const head = concat(...held).subarray(0, size);
  /** @type {{ error?: unknown }} */
  const failure = {};
  const stream = new ReadableStream({
    async pull(controller) {
      const first = held.shift();
      if (first !== undefined) return controller.enqueue(first);
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        failure.error = error;
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { head, stream, failure };
}

/**
 * `source` with another error in the place of its own.
 * @param {ReadableStream<Uint8Array>} source
 * @param {(error: unknown) => unknown} translate
 * @returns {ReadableStream<Uint8Array>}
 */
export function withErrors(source, translate) {
  const reader = source.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(translate(error));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
