/** What only pages need: QR codes without HTML text, an honest strength meter, one script address. */
import assert from "node:assert/strict";
import test from "node:test";
import { qrSvg } from "../../../portal/static/js/seal/qr.js";
import { newCodes, shownCode } from "../../../portal/static/js/setup/codes.js";
import { strengthOf } from "../../../portal/static/js/seal/strength.js";
import { Root } from "../../../portal/static/js/seal/index.js";

/** As much of a document as qrSvg may use: an attempt to set HTML text would fail. */
const paper = {
  createElementNS(space, name) {
    const attributes = {};
    return Object.freeze({
      space,
      name,
      attributes,
      children: [],
      setAttribute: (key, value) => (attributes[key] = value),
      append(...nodes) {
        this.children.push(...nodes);
      },
    });
  },
};

/** The dark modules that a path paints, as "x,y". */
function painted(path) {
  const dark = new Set();
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let i = 0; i < Number(width); i += 1) dark.add(`${Number(x) + i},${y}`);
  }
  return dark;
}

test("a recovery identity becomes an SVG whose label does not say it", () => {
  const secret = Root.generate().identity.toString();
  const svg = qrSvg(secret, "QR code of the recovery key", paper);
  const [, size] = /^0 0 (\d+) \1$/.exec(svg.attributes.viewBox);
  const [background, ink] = svg.children;
  assert.equal(background.attributes.width, size);
  assert.ok(!JSON.stringify([svg.attributes, background.attributes]).includes(secret));
  const dark = painted(ink.attributes.d);
  // The finder pattern of ISO/IEC 18004 in the upper left corner, 4 modules from the edge.
  const corner = Array.from({ length: 7 }, (_, y) => Array.from({ length: 7 }, (__, x) => (dark.has(`${x + 4},${y + 4}`) ? "#" : ".")).join(""));
  assert.deepEqual(corner, ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]);
  assert.ok(![...dark].some((at) => at.split(",").some((n) => Number(n) < 4 || Number(n) >= Number(size) - 4)));
});

const WEAK = [
  ["too short", "Xk3!v9$Lq2#mZ8@"],
  ["a common password made longer", "Password123456789!"],
  ["one character again and again", "a".repeat(64)],
  ["a row of keys", "qwertyuiopasdfgh"],
  ["digits in order", "1234567890123456"],
  ["the person's own name twice", "johannesjohannes1"],
  ["a word twice", "sunflower sunflower"],
];

for (const [name, password] of WEAK) {
  test(`the meter refuses ${name}`, async () => {
    const strength = await strengthOf(password, ["Johannes"]);
    assert.equal(strength.good, false);
    assert.ok(strength.score < 4);
  });
}

for (const password of ["Xk3!v9$Lq2#mZ8@pW", "dropdown tshirt yoyo felttip abacus zoom", "min hund spiste 7 lektier i 1987"]) {
  test(`the meter takes ${password}`, async () => {
    const { longEnough, score, good } = await strengthOf(password);
    assert.deepEqual({ longEnough, score, good }, { longEnough: true, score: 4, good: true });
  });
}

test("a recovery code has 140 random bits, so that a plain hash of it can't be guessed", () => {
  const codes = newCodes();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) {
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{28}$/);
    assert.match(shownCode(code), /^(.{4}-){6}.{4}$/);
  }
});

test("of a very long password the beginning alone is judged, since judging grows with the square of the length", async () => {
  const password = "correct horse ".repeat(20_000);
  assert.deepEqual(await strengthOf(password), await strengthOf(password.slice(0, 100)));
});

test("the Trusted Types policy lets the Worker's address pass and no other", async () => {
  const policies = new Map();
  globalThis.trustedTypes = {
    createPolicy(name, rules) {
      policies.set(name, rules);
      return rules;
    },
  };
  const { workerUrl } = await import("../../../portal/static/js/worker/url.js");
  assert.deepEqual([...policies.keys()], ["fortrolig-worker"]);
  const { createScriptURL } = policies.get("fortrolig-worker");
  const ours = workerUrl();
  assert.match(ours, /\/worker\.js$/);
  assert.equal(createScriptURL(ours), ours);
  for (const other of ["https://example.org/worker.js", `${ours}?x`, `${ours}#x`, "blob:x", "data:text/javascript,1", ""]) {
    assert.throws(() => createScriptURL(other), TypeError);
  }
});
