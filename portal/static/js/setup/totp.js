/** The second factor's secret as authenticator apps take it (RFC 4648 base 32; the otpauth: form of Google's key URI). */
import { randomBytes } from "../seal/bytes.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_SIZE = 20;

/** 160 random bits, as RFC 4226 recommends for SHA-1. */
export function newSecret() {
  return randomBytes(SECRET_SIZE);
}

/**
 * Base 32 without padding.
 * @param {Uint8Array} raw
 */
export function base32(raw) {
  const bits = Array.from(raw, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}

/**
 * The secret for typing, in groups of four.
 * @param {Uint8Array} secret
 */
export function typedSecret(secret) {
  return (base32(secret).match(/.{1,4}/g) ?? []).join(" ");
}

/**
 * The address that the QR code holds.
 * @param {Uint8Array} secret
 * @param {string} name of the person
 * @param {string} issuer of the organisation
 */
export function otpauth(secret, name, issuer) {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(name)}`;
  const rest = new URLSearchParams({ algorithm: "SHA1", digits: "6", period: "30" });
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&${rest}`;
}
