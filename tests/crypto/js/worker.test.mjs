/** The Worker's tasks: cards are opened row by row and found by words; files pass in parts; nothing else starts. */
import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import * as seal from "../../../portal/static/js/seal/index.js";
import { tasks } from "../../../portal/static/js/worker/tasks.js";

const { Root, toBase64, toHex } = seal;
const holder = Root.generate();
const holders = [{ name: "0", secret: holder.secret }];

/** A port that keeps what a task says. */
function port() {
  const said = { progress: [], parts: [] };
  return {
    said,
    progress: (share) => said.progress.push(share),
    async part(part) {
      said.parts.push(part.slice());
    },
  };
}

function row(title, { number = 0, reference } = {}) {
  const caseId = seal.randomBytes(16);
  const desk = Root.generate();
  const place = { case: caseId, number };
  return {
    case: toHex(caseId),
    number,
    holder: "0",
    reference,
    wrapped: toBase64(seal.wrapCaseRoot(holder, desk, { ...place, scope: "desk" })),
    card: toBase64(seal.wrapCard(desk, seal.fitCard(title, "FRAUD"), place)),
  };
}

beforeEach(() => tasks.forgetCards());

test("cards of a page come back in order, and progress ends at 1", () => {
  const rows = [row("Missing invoices", { reference: "2026-M4TX9" }), row("Overtime")];
  const out = port();
  const { cards } = tasks.openCards({ holders, rows }, out);
  assert.deepEqual(cards.map(({ title }) => title), ["Missing invoices", "Overtime"]);
  assert.equal(cards[0].reference, "2026-M4TX9");
  assert.equal(out.said.progress.at(-1), 1);
});

test("a damaged, swapped or foreign row is shown as such and hides no other", () => {
  const [a, b, c] = [row("A"), row("B"), row("C")];
  const rows = [{ ...a, card: b.card }, { ...b, wrapped: a.wrapped }, c, { ...c, holder: "7" }, { ...c, number: 1 }, { ...c, card: "?" }];
  const { cards } = tasks.openCards({ holders, rows }, port());
  const outcomes = cards.map((card) => card.failed ?? card.title);
  assert.deepEqual(outcomes, ["WrapDamaged", "WrapDamaged", "C", "NoIdentityMatches", "WrapDamaged", "InvalidCharacterError"]);
});

test("the search finds every word, in title, category and reference, whatever the case and accents", () => {
  const rows = [row("Blåbærgrød i kantinen"), row("Crème brûlée"), row("Invoices", { reference: "2026-M4TX9" })];
  assert.deepEqual(tasks.indexCards({ holders, rows }, port()), { opened: 3, damaged: [] });
  const titles = (query) => tasks.search({ query }).cards.map(({ title }) => title);
  assert.deepEqual(titles("BLÅBÆR kantinen"), ["Blåbærgrød i kantinen"]);
  assert.deepEqual(titles("creme"), ["Crème brûlée"]);
  assert.deepEqual(titles("m4tx9 fraud"), ["Invoices"]);
  assert.deepEqual(titles("invoices kantinen"), []);
  assert.deepEqual(tasks.search({ query: "", limit: 2 }).total, 3);
  tasks.forgetCards();
  assert.deepEqual(titles(""), []);
});

test("a card that is opened again replaces the one before", () => {
  const one = row("Before");
  tasks.openCards({ holders, rows: [one] }, port());
  tasks.openCards({ holders, rows: [one] }, port());
  assert.equal(tasks.search({ query: "before" }).total, 1);
});

test("an attachment is sealed in parts and opened in parts to the same bytes", async () => {
  const root = Root.generate();
  const content = new Uint8Array(300_000).map((_, i) => i * 7);
  const sealing = port();
  const given = { file: new Blob([content]), recipient: root.party.recipient.toString(), name: "a.bin", type: "x/y", partSize: 65_536 };
  const { item, sealedSize } = await tasks.sealAttachment(given, sealing);
  const sealed = seal.concat(...sealing.said.parts);
  assert.ok(sealing.said.parts.slice(0, -1).every((part) => part.length === 65_536));
  assert.equal(sealed.length, sealedSize);
  assert.equal(item.size, content.length);
  new seal.FileItem(item).check();
  const opening = port();
  const source = new Blob([sealed]);
  const { size } = await tasks.openAttachment({ source, secret: root.secret, item, partSize: 65_536 }, opening);
  assert.equal(size, content.length);
  assert.deepEqual(seal.concat(...opening.said.parts), content);
});

test("an attachment that was swapped hands out no part", async () => {
  const root = Root.generate();
  const other = await seal.sealBytes(new Uint8Array(65_536), [root.party.recipient]);
  const item = { size: 1, sha256: "00".repeat(32), head: "00".repeat(32) };
  const opening = port();
  await assert.rejects(tasks.openAttachment({ source: new Blob([other]), secret: root.secret, item }, opening), { name: "AttachmentDamaged" });
  assert.deepEqual(opening.said.parts, []);
});

test("a page that stops ends the task", async () => {
  const stopped = { ...port(), part: () => Promise.reject(new DOMException("stopped", "AbortError")) };
  const given = { file: new Blob([new Uint8Array(200_000)]), recipient: Root.generate().party.recipient.toString(), name: "", type: "", partSize: 65_536 };
  await assert.rejects(tasks.sealAttachment(given, stopped), { name: "AbortError" });
});

test("a source that fails is told apart from a damaged file", async () => {
  const root = Root.generate();
  const sealed = await seal.sealBytes(new Uint8Array(200_000), [root.party.recipient]);
  let handed = 0;
  const failing = () => new ReadableStream({
    pull(controller) {
      if (handed > 100_000) throw new TypeError("network");
      controller.enqueue(sealed.subarray(handed, handed + 10_000));
      handed += 10_000;
    },
  });
  const opened = await seal.openStream(failing(), [root.identity]);
  await assert.rejects(seal.readAll(opened), { name: "TypeError", message: "network" });
});

test("a file whose line breaks, at once or half way, was not fetched: no place to keep it is to blame", async (context) => {
  const root = Root.generate();
  const sealing = port();
  const file = new Blob([new Uint8Array(200_000)]);
  const { item } = await tasks.sealAttachment({ file, recipient: root.party.recipient.toString(), name: "", type: "" }, sealing);
  const start = seal.concat(...sealing.said.parts).subarray(0, 120_000);
  let pulls = 0;
  const cut = () => new ReadableStream({
    pull(controller) {
      pulls += 1;
      if (pulls > 1) throw new TypeError("network");
      controller.enqueue(start);
    },
  });
  globalThis.self ??= /** @type {any} */ ({ location: { origin: "http://portal.test" } });
  const fetched = context.mock.method(globalThis, "fetch", async () => new Response(cut()));
  const given = { source: "/desk/api/files/x", secret: root.secret, item };
  await assert.rejects(tasks.openAttachment(given, port()), { name: "NotFetched" });
  assert.equal(pulls, 2);
  fetched.mock.mockImplementation(() => Promise.reject(new TypeError("network")));
  await assert.rejects(tasks.openAttachment(given, port()), { name: "NotFetched" });
});

test("a password is stretched to two keys with progress, at the protocol's cost alone", async () => {
  const out = port();
  const { auth, wrapKey } = await tasks.stretch({ password: "a password of some length", salt: new Uint8Array(16), kdf: 1 }, out);
  assert.deepEqual([auth.length, wrapKey.length], [32, 32]);
  assert.equal(out.said.progress.at(-1), 1);
  for (const given of [{ kdf: 2 }, { kdf: 1, salt: new Uint8Array(8) }]) {
    await assert.rejects(tasks.stretch({ password: "", salt: new Uint8Array(16), ...given }, port()), { name: "KdfRefused" });
  }
});
