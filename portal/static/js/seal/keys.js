/** Roots, identities, recipients, parties: everything derived from 32 secret bytes. As in crypto/keys.py. */
import { ed25519, hkdf, MLKEM768X25519, sha256 } from "../../vendor/seal.js";
import * as bech32 from "./bech32.js";
import { concat, randomBytes, toNumber, utf8 } from "./bytes.js";
import { KeyMalformed, NotSupported } from "./errors.js";
import { numberToWords } from "./words.js";

export { verify } from "./signatures.js";

/** Bytes of a raw recipient: ML-KEM-768 encapsulation key (1,184), then X25519 point (32). */
export const RECIPIENT_SIZE = 1216;

const SECRET_SIZE = 32;
const FINGERPRINT_WORDS = 8;
const RECIPIENT_PREFIX = "age1pq";
const HYBRID_PREFIX = "age-secret-key-pq-";
const CLASSIC_PREFIX = "age-secret-key-";

/**
 * HKDF-SHA256 without salt, info `fortrolig/v1/` + label: 32 bytes (appendix A).
 * @param {Uint8Array} secret
 * @param {string} label
 */
export function derive(secret, label) {
  return hkdf(sha256, secret, undefined, utf8(`fortrolig/v1/${label}`), 32);
}

/** The public key that a file is sealed to. */
export class Recipient {
  /** @type {Uint8Array | undefined} */
  #hash;

  /** @param {Uint8Array} raw 1,216 bytes: ML-KEM-768, then X25519 */
  constructor(raw) {
    if (raw.length !== RECIPIENT_SIZE) throw new KeyMalformed("a recipient has 1,216 bytes");
    this.raw = raw.slice();
    Object.freeze(this);
  }

  /**
   * @param {string} text `age1pq1…`
   * @throws {NotSupported} for age's other recipient types
   * @throws {KeyMalformed}
   */
  static parse(text) {
    if (text.startsWith("age1") && !text.startsWith("age1pq1")) {
      throw new NotSupported("only recipients that begin with age1pq1 are sealed to");
    }
    return new Recipient(bech32.decode(text, RECIPIENT_PREFIX, RECIPIENT_SIZE));
  }

  /** SHA-256 of the raw bytes. */
  get hash() {
    this.#hash ??= sha256(this.raw);
    return this.#hash;
  }

  toString() {
    return bech32.encode(RECIPIENT_PREFIX, this.raw);
  }
}

/** The private key that opens: 32 bytes; hybrid or, for opening only, X25519. */
export class Identity {
  #secret;
  /** @type {Recipient | undefined} */
  #recipient;

  /**
   * @param {Uint8Array} secret 32 bytes
   * @param {boolean} [hybrid]
   */
  constructor(secret, hybrid = true) {
    if (secret.length !== SECRET_SIZE) throw new KeyMalformed("an identity holds 32 bytes");
    this.#secret = secret.slice();
    this.hybrid = hybrid;
  }

  /** @param {string} text `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…` */
  static parse(text) {
    if (text !== text.toUpperCase()) throw new KeyMalformed("an identity is written in upper case");
    const hybrid = text.startsWith("AGE-SECRET-KEY-PQ-1");
    return new Identity(bech32.decode(text.toLowerCase(), hybrid ? HYBRID_PREFIX : CLASSIC_PREFIX, SECRET_SIZE), hybrid);
  }

  /** The recipient this identity opens for. Throws NotSupported for X25519, which is never sealed to. */
  get recipient() {
    if (!this.hybrid) throw new NotSupported("nothing is sealed to an X25519 recipient");
    this.#recipient ??= new Recipient(MLKEM768X25519.getPublicKey(this.#secret));
    return this.#recipient;
  }

  /** The secret as age's own text: for the recovery sheet and inside grants only. */
  toString() {
    return bech32.encode(this.hybrid ? HYBRID_PREFIX : CLASSIC_PREFIX, this.#secret).toUpperCase();
  }
}

/** The public half of a root: recipient and verify key. */
export class Party {
  /** @type {Uint8Array | undefined} */
  #hash;

  /**
   * @param {Recipient} recipient
   * @param {Uint8Array} verifyKey 32 bytes
   */
  constructor(recipient, verifyKey) {
    if (verifyKey.length !== SECRET_SIZE) throw new KeyMalformed("a verify key is 32 bytes");
    this.recipient = recipient;
    this.verifyKey = verifyKey.slice();
    Object.freeze(this);
  }

  /** 32 bytes that name this party (appendix B). */
  get hash() {
    this.#hash ??= sha256(concat(utf8("fortrolig/v1/party\0"), this.recipient.raw, this.verifyKey));
    return this.#hash;
  }

  /** The 8 words people compare: the first 103 bits of the hash. */
  get words() {
    return numberToWords(toNumber(this.hash.subarray(0, 13)) >> 1n, FINGERPRINT_WORDS);
  }
}

/** 32 secret bytes; all else is derived from them, once, when first asked for. */
export class Root {
  #secret;
  /** @type {Map<string, any>} */
  #derived = new Map();

  /** @param {Uint8Array} secret 32 bytes */
  constructor(secret) {
    if (secret.length !== SECRET_SIZE) throw new KeyMalformed("a root has 32 bytes");
    this.#secret = secret.slice();
  }

  static generate() {
    return new Root(randomBytes(SECRET_SIZE));
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => T} make
   * @returns {T}
   */
  #once(name, make) {
    if (!this.#derived.has(name)) this.#derived.set(name, make());
    return this.#derived.get(name);
  }

  /** A copy of the 32 bytes. */
  get secret() {
    return this.#secret.slice();
  }

  get identity() {
    return this.#once("identity", () => new Identity(derive(this.#secret, "kem")));
  }

  get verifyKey() {
    return this.#once("verifyKey", () => ed25519.getPublicKey(derive(this.#secret, "sign")));
  }

  get party() {
    return this.#once("party", () => new Party(this.identity.recipient, this.verifyKey));
  }

  /** What shows the server that one holds this root. */
  get authKey() {
    return this.#once("authKey", () => derive(this.#secret, "auth"));
  }

  get wrapKey() {
    return this.#once("wrapKey", () => derive(this.#secret, "wrap"));
  }

  get cardKey() {
    return this.#once("cardKey", () => derive(this.#secret, "card"));
  }

  /**
   * The 64-byte Ed25519 signature over `data`.
   * @param {Uint8Array} data
   */
  sign(data) {
    return ed25519.sign(data, derive(this.#secret, "sign"));
  }
}
