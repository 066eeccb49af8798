/** Which sizes stay visible: messages and attachments are padded so that a size says little. As in crypto/padding.py. */

/** The padded sizes of the smallest messages, in bytes; above the last, Padmé. */
export const MESSAGE_SIZES = Object.freeze([16_384, 32_768, 65_536]);

/** The padded size of the smallest attachment, in bytes. */
export const ATTACHMENT_MIN = 65_536;

/**
 * The next size, in bytes, that Padmé allows: at least `size`, at most 12 % more; 3.2 % from 64 KiB on.
 * @param {number} size below 2^53; computed without 32-bit operators, since files may pass 2 GiB
 */
export function padme(size) {
  if (size <= 1) return size;
  const exponent = size.toString(2).length - 1;
  const step = 2 ** (exponent - exponent.toString(2).length);
  return Math.ceil(size / step) * step;
}

/**
 * The padded size, in bytes, of a message plaintext of `size` bytes.
 * @param {number} size
 */
export function messageSize(size) {
  return MESSAGE_SIZES.find((step) => size <= step) ?? padme(size);
}

/**
 * The padded size, in bytes, of an attachment of `size` bytes.
 * @param {number} size
 */
export function attachmentSize(size) {
  return Math.max(ATTACHMENT_MIN, padme(size));
}
