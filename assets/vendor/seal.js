// What portal/static/vendor/seal.js holds: age's own library and the @noble packages it brings, one version of each.
// Nothing here is ours, and portal/static/js/seal/ is the only place that imports it.
export { Decrypter, Encrypter } from "age-encryption";
export { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
export { ed25519 } from "@noble/curves/ed25519.js";
export { argon2idAsync } from "@noble/hashes/argon2.js";
export { hkdf } from "@noble/hashes/hkdf.js";
export { sha256 } from "@noble/hashes/sha2.js";
export { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";
export { bech32 } from "@scure/base";
