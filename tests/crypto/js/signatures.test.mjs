/**
 * No signature is true in a browser and false on the server (SPEC 4). noble multiplies the equation by 8: a key that was
 * made with a point of order 8 in it signs what noble alone would believe and libsodium refuses, or believes, as the
 * message falls. js/seal/ refuses such a key whatever the message.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { verify } from "../../../portal/static/js/seal/index.js";
import { ed25519 } from "../../../portal/static/vendor/seal.js";

const { Point } = ed25519;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
/** A point of order 8, in its one spelling. */
const TORSION = Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
const SECRET = 123_456_789n;

const littleEndian = (number) => Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 255n));
const toNumber = (raw) => raw.reduceRight((number, byte) => number * 256n + BigInt(byte), 0n);

/** A signature by SECRET under any spelling of key and R that the equation times 8 allows. */
function signed(key, r, data) {
  const point = Point.BASE.multiply(987_654_321n).add(r).toBytes();
  const k = toNumber(createHash("sha512").update(point).update(key).update(data).digest()) % ORDER;
  return { signature: Uint8Array.from([...point, ...littleEndian((987_654_321n + k * SECRET) % ORDER)]), k };
}

const honest = Point.BASE.multiply(SECRET);
const texts = Array.from({ length: 24 }, (_, i) => Uint8Array.of(i));

test("the construction makes true signatures when nothing is added", () => {
  for (const text of texts) verify(honest.toBytes(), signed(honest.toBytes(), Point.ZERO, text).signature, text);
});

test("a key with a point of order 8 in it is refused, also where the plain equation holds", () => {
  const key = honest.add(TORSION).toBytes();
  const made = texts.map((text) => ({ text, ...signed(key, Point.ZERO, text) }));
  assert.ok(made.some(({ k }) => k % 8n === 0n), "one of them fulfils the equation that libsodium asks for");
  for (const { text, signature } of made) {
    assert.ok(ed25519.verify(signature, text, key, { zip215: false }), "noble alone believes it");
    assert.throws(() => verify(key, signature, text), { name: "SignatureWrong" });
  }
});

test("an R with a point of order 8 in it is refused", () => {
  const key = honest.toBytes();
  for (const text of texts) {
    const { signature } = signed(key, TORSION, text);
    assert.ok(ed25519.verify(signature, text, key, { zip215: false }), "noble alone believes it");
    assert.throws(() => verify(key, signature, text), { name: "SignatureWrong" });
  }
});
