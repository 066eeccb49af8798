/**
 * js/seal/ gives the outcome that C2SP's vectors state for every file that is neither armored nor under a passphrase
 * (CCTV age, npm package cctv-age), and refuses those. What a damaged file releases before its damage is not compared:
 * typage releases a chunk later than others do, which is never too much.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import test from "node:test";
import { inflateSync } from "node:zlib";
import { Identity, openBytes } from "../../../portal/static/js/seal/index.js";

const vectors = createRequire(new URL("../../../assets/package.json", import.meta.url))("cctv-age");

const CLASSES = {
  "no match": "NoIdentityMatches",
  "HMAC failure": "HeaderMacWrong",
  "header failure": "HeaderMalformed",
  "payload failure": "PayloadDamaged",
};

/** Typage takes a MAC of a wrong length for a wrong MAC: refused as well, one class further on than Python says. */
const OTHERWISE = { hmac_garbage: "HeaderMacWrong", hmac_missing: "HeaderMacWrong", hmac_truncated: "HeaderMacWrong" };

const REFUSED = new Set(["NotSupported", "HeaderMalformed", "NoIdentityMatches"]);

/** The key-value lines and the file of a vector. */
function parse(raw) {
  const whole = Buffer.from(raw);
  const end = whole.indexOf("\n\n");
  const head = whole.subarray(0, end).toString().split("\n").map((line) => line.split(/: (.*)/s, 2));
  const said = (name) => head.filter(([key]) => key === name).map(([, value]) => value);
  const rest = whole.subarray(end + 2);
  return { said, file: said("compressed").length > 0 ? inflateSync(rest) : rest };
}

/** The hash of the plaintext, or the class of the failure. */
async function outcome(file, identities) {
  try {
    const plaintext = await openBytes(file, identities.map(Identity.parse));
    return createHash("sha256").update(plaintext).digest("hex");
  } catch (error) {
    return error.name;
  }
}

test("all 143 vectors are there", () => assert.equal(Object.keys(vectors).length, 143));

for (const [name, raw] of Object.entries(vectors)) {
  const { said, file } = parse(raw);
  const [expected] = said("expect");
  const [payload] = said("payload");
  const left = said("armored").length > 0 ? "armored" : said("passphrase").length > 0 ? "passphrase" : undefined;
  test(name, async () => {
    const found = await outcome(file, said("identity"));
    if (left !== undefined) assert.ok(REFUSED.has(found), `${left}: ${found}`);
    else assert.equal(found, expected === "success" ? payload : (OTHERWISE[name] ?? CLASSES[expected]));
  });
}
