/**
 * Rule: the search finds what the list shows, and what was asked before all titles were there is looked for again.
 * Source: LOOK, desk ("search over what the officer may read").
 */
import assert from "node:assert/strict";
import test from "node:test";
import { byId, line, settled, texts } from "./stand_in.mjs";
import * as seal from "../../../portal/static/js/seal/index.js";
import * as cards from "../../../portal/static/js/worker/cards.js";

texts.set("category.SECURITY", "Sikkerhed på arbejdspladsen");
texts.set("category.EUFUNDS", "Bribes");
const { indexAll, startSearch } = await import("../../../portal/static/js/desk/search.js");

const epoch = seal.Root.generate();
const holder = seal.toHex(epoch.party.hash);
const holders = [{ name: holder, secret: epoch.secret }];
const worker = { run: async (task, given) => cards[task](given, { progress() {} }) };

function row(reference, title, category) {
  const [id, desk] = [seal.randomBytes(16), seal.Root.generate()];
  const wrapped = seal.wrapCaseRoot(epoch, desk, { case: id, scope: "desk", number: 0 });
  const card = seal.wrapCard(desk, { v: 1, title, category }, { case: id, number: 0 });
  return [seal.toHex(id), reference, "received", null, 0, 0, seal.toBase64(wrapped), seal.toBase64(card)];
}

/** @param {string} query */
async function found(query) {
  byId("q").value = query;
  byId("search").dispatch("submit");
  await settled();
  return byId("found-rows").children.map(({ children }) => children[0].textContent);
}

test("a query typed while titles are being opened is run again at the end", async () => {
  let release;
  const gate = new Promise((open) => {
    release = open;
  });
  line.answer = async (_method, path) => {
    if (!path.includes("after")) return [200, { holders: [holder], cards: [row("FT-1", "Guard taken off", "SECURITY")], next: "z" }];
    await gate;
    return [200, { holders: [holder], cards: [row("FT-2", "Oil in the harbour", "OTHER"), row("FT-3", "Gifts", "EUFUNDS")], next: null }];
  };
  startSearch(worker);
  const all = indexAll(worker, holders);
  await settled();
  assert.deepEqual(await found("harbour"), []);
  release();
  await all;
  await settled();
  assert.deepEqual(byId("found-rows").children.map(({ children }) => children[0].textContent), ["FT-2"]);
  assert.equal(byId("q-state").textContent, "<search.found>");
});

test("a category is found by the name that the page shows, in its language, and not by its code", async () => {
  assert.deepEqual(await found("sikkerhed"), ["FT-1"]);
  assert.deepEqual(await found("bribes"), ["FT-3"]);
  assert.deepEqual(await found("SECURITY"), []);
  assert.deepEqual(await found("EUFUNDS"), []);
});

test("a category without a name on the page is found by its code, which stands there then", async () => {
  assert.deepEqual(await found("other"), ["FT-2"]);
});
