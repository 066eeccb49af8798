/**
 * Nothing is sealed to a key that somebody who has left holds, whichever records a server shows or keeps back (PROTOCOL 2;
 * SPEC 8): only where each scope's newest record names the newest epoch, and the mailbox in talk, may anybody write.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { element, halted, network, newPage, until } from "./paper_page.js";
import { Case, staff, Team } from "./team_world.js";
import { fromBase64, toHex, unwrapCard } from "../../../portal/static/js/seal/index.js";

const desk = "../../../portal/static/js/desk";
const { openCaseKeys } = await import(`${desk}/case_keys.js`);
const { CaseState } = await import(`${desk}/case_state.js`);
const { send, sendAcknowledgement } = await import(`${desk}/compose.js`);
const { openChannels } = await import(`${desk}/keys.js`);
const { standingOf } = await import(`${desk}/older_key.js`);
const { startTitle } = await import(`${desk}/title.js`);
const { reroot } = await import("../../../portal/static/js/team/reroot.js");

const [kim, lena] = [staff("Kim"), staff("Lena")];
const breach = (code) => (error) => error.name === "Breach" && error.code === code;

/** Readers in the order of their lines. */
function inOrder(readers) {
  const line = ([kind, value]) => (value === null ? kind : `${kind} ${toHex(value)}`);
  return readers.sort((a, b) => (line(a) < line(b) ? -1 : 1));
}

/** Kim's desk, the case, and its team, from which Lena is gone; `moved` when Kim's browser has moved the case since. */
async function afterLenaLeft({ moved }) {
  const team = new Team(kim, lena);
  const opened = await Case.opened(team, kim);
  team.sign([kim], { epoch: true });
  if (moved) await opened.moves(kim);
  const keys = await team.keys(kim);
  return { team, opened, at: { root: kim.root, officerId: keys.officer.id, channels: await openChannels(kim.root, keys) } };
}

/** The case as a page reads it. */
async function read(at, given) {
  network(({ method }) => (method === "GET" ? { json: given } : undefined));
  return new CaseState(at, given.id, () => undefined).refresh();
}

const WRITTEN = { lang: "en", text: "The report is about Lena." };

/** Writing in it is a Breach, in each of the three ways, and nothing leaves the browser. */
async function nobodyWrites(at, given) {
  const keys = await openCaseKeys(at, given);
  const sent = network();
  await assert.rejects(send(keys, given, { ...WRITTEN, scope: "desk", kind: "note" }), breach("case"));
  await assert.rejects(send(keys, given, { ...WRITTEN, scope: "talk", kind: "message" }), breach("case"));
  await assert.rejects(sendAcknowledgement(keys, given, WRITTEN), breach("case"));
  assert.deepEqual(sent, []);
}

test("a case that was moved whole is written in", async () => {
  const { opened, at } = await afterLenaLeft({ moved: true });
  const given = opened.answer();
  await read(at, given);
  const keys = await openCaseKeys(at, given);
  assert.equal(standingOf(keys).standing, "newest");
  const sent = network();
  await send(keys, given, { ...WRITTEN, scope: "desk", kind: "note" });
  assert.equal(sent[0].body.under, 1);
});

test("a case that nobody has opened yet has no desk records, and is written in", async () => {
  const team = new Team(kim);
  const fresh = new Case(team);
  await fresh.sign("talk", fresh.mailbox);
  const at = { root: kim.root, officerId: "", channels: await openChannels(kim.root, await team.keys(kim)) };
  assert.equal(standingOf(await openCaseKeys(at, fresh.answer())).standing, "newest");
});

test("a desk record that is kept back, while the talk's is shown, stops the page", async () => {
  const { opened, at } = await afterLenaLeft({ moved: true });
  const given = opened.answer({ desk: 1 });
  await assert.rejects(read(at, given), breach("case"));
  await nobodyWrites(at, given);
});

test("a talk record that is kept back, while the desk's is shown, leaves nothing to write with", async () => {
  const { opened, at } = await afterLenaLeft({ moved: true });
  const given = opened.answer({ talk: 1 });
  assert.notEqual(standingOf(await openCaseKeys(at, given)).standing, "newest");
  await nobodyWrites(at, given);
});

for (const scope of ["talk", "desk"]) {
  test(`a ${scope} record that names people instead of the team, signed by who has left, stops the page`, async () => {
    const { team, opened, at } = await afterLenaLeft({ moved: false });
    const readers = [["officer", kim.id], ["officer", lena.id]];
    if (scope === "talk") readers.push(["mailbox", null]);
    await opened.sign(scope, lena.root, { under: team.records[0], readers: inOrder(readers), holders: [kim.root, lena.root] });
    const given = opened.answer();
    await assert.rejects(read(at, given), breach("case"));
    await nobodyWrites(at, given);
    network(() => ({ json: given }));
    await assert.rejects(reroot(at, given.id), breach("case"));
  });
}

test("a talk record without the reporter stops the page", async () => {
  const { team, opened, at } = await afterLenaLeft({ moved: false });
  await opened.sign("talk", kim.root, { readers: [["channel", team.newest.epoch]] });
  await opened.sign("desk", kim.root);
  await assert.rejects(read(at, opened.answer()), breach("case"));
});

test("a case under the older key, with nothing kept back, is no Breach, and is not written in", async () => {
  const { opened, at } = await afterLenaLeft({ moved: false });
  const given = opened.answer({ stage: "closed" });
  assert.equal(standingOf(await openCaseKeys(at, given)).standing, "mine");
  await read(at, given);
  await nobodyWrites(at, given);
});

test("a card of an older desk record stops the page, and is not moved on", async () => {
  const { opened, at } = await afterLenaLeft({ moved: true });
  const given = opened.answer({ card: opened.card(0) });
  await assert.rejects(read(at, given), breach("case"));
  network(() => ({ json: given }));
  await assert.rejects(reroot(at, given.id), breach("case"));
});

/** The title form, sent; what left the browser, once something did or the page stopped. */
async function titled(at, given) {
  const keys = await openCaseKeys(at, given);
  const sent = network();
  newPage();
  element("card-title").value = "It is about Lena";
  element("card-category").value = "OTHER";
  const state = { read: { given, keys }, path: (thing) => thing, async refresh() {} };
  const form = element("card");
  startTitle(state);
  form.dispatch("submit");
  await until(() => sent.length > 0 || halted() !== undefined);
  return sent;
}

test("a title is sealed under the newest desk record", async () => {
  const { opened, at } = await afterLenaLeft({ moved: true });
  const [{ body }] = await titled(at, opened.answer({ card: opened.card(1) }));
  assert.equal(unwrapCard(opened.roots.desk[1], fromBase64(body.sealed), { case: opened.id, number: 1 }).title, "It is about Lena");
});

test("a title is not sealed under the record that the server picks", async () => {
  const { opened, at } = await afterLenaLeft({ moved: true });
  assert.deepEqual(await titled(at, opened.answer({ card: opened.card(0) })), []);
  assert.equal(halted(), "case");
});

test("a title is not sealed while the case waits for the newest key", async () => {
  const { opened, at } = await afterLenaLeft({ moved: false });
  assert.deepEqual(await titled(at, opened.answer({ card: opened.card(0), stage: "closed" })), []);
  assert.equal(halted(), "case");
});
