/**
 * Ordinary changes of a team don't look like tampering on a page that is open, and take nothing away that was typed; a
 * chain that does not go on from the one that the page knew does (PROTOCOL 2; SPEC 7).
 */
import assert from "node:assert/strict";
import test from "node:test";
import { element, halted, network, newPage, until } from "./paper_page.js";
import { Case, staff, Team } from "./team_world.js";
import { Root } from "../../../portal/static/js/seal/index.js";

const desk = "../../../portal/static/js/desk";
const { CaseState } = await import(`${desk}/case_state.js`);
const { startReply } = await import(`${desk}/forms.js`);
const { openChannels } = await import(`${desk}/keys.js`);
const { rerootAll } = await import("../../../portal/static/js/team/reroot.js");

const [kim, lena, max] = [staff("Kim"), staff("Lena"), staff("Max")];
const CHANGED = { status: 409, json: { error: "changed" } };
const breach = (code) => (error) => error.name === "Breach" && error.code === code;

/** Kim's page with one case open, and the server behind it. `server` says what it answers from now on. */
async function opened() {
  const team = new Team(kim, lena);
  const [case_, keys] = [await Case.opened(team, kim), await team.keys(kim)];
  const server = { team, case: case_, keys, post: undefined, moved: [] };
  server.sent = network(({ method, path, body }) => {
    if (path === "/desk/api/keys") return { json: server.keys };
    if (path.endsWith("/roots")) server.moved.push(body);
    if (method === "GET") return { json: case_.answer({ card: case_.card(case_.records.desk.length - 1), people: [kim, lena, max] }) };
    return path.endsWith("/messages") ? server.post : undefined;
  });
  newPage();
  const state = new CaseState({ root: kim.root, officerId: keys.officer.id, channels: await openChannels(kim.root, keys) }, case_.answer().id, () => undefined);
  await state.refresh();
  startReply(state, undefined, { maxFiles: 10, maxFileBytes: 1_000 });
  return { server, state };
}

/** What stands in the conversation, and what is wrong with each. */
const problems = ({ conversation }) => conversation.map(({ problem }) => problem);
const keysRead = ({ sent }) => sent.filter(({ path }) => path === "/desk/api/keys").length;

/** The typed reply, sent; waits for what the page says beside the form. */
async function replies(words) {
  element("reply-text").value = words;
  element("reply").dispatch("submit");
  await until(() => element("reply-problem").textContent !== "" || element("reply-text").value === "" || halted() !== undefined);
}

test("nothing is read again while nothing has changed", async () => {
  const { server, state } = await opened();
  await state.refresh();
  assert.equal(keysRead(server), 0);
});

test("a newcomer's answer is one of the team's, on a page from before the newcomer came", async () => {
  const { server, state } = await opened();
  server.team.sign([kim, lena, max]);
  await server.case.says("talk", max.root, { text: "I am new here." });
  server.keys = await server.team.keys(kim);
  assert.deepEqual(problems(await state.refresh()), [undefined, undefined]);
});

test("a message under a record that no chain has stays unsigned", async () => {
  const { server, state } = await opened();
  const stranger = new Team(kim);
  await server.case.says("talk", kim.root, { text: "Under a list of another team.", record: stranger.newest });
  assert.deepEqual(problems(await state.refresh()), [undefined, "unsigned"]);
});

test("a case that a colleague has moved after somebody left goes on, and what was typed is still there", async () => {
  const { server, state } = await opened();
  server.team.sign([kim, lena, max]);
  server.team.sign([kim, max], { epoch: true });
  await server.case.moves(max);
  server.keys = await server.team.keys(kim);
  server.post = CHANGED;
  await replies("Two pages of a reply.");
  assert.equal(halted(), undefined);
  assert.equal(element("reply-text").value, "Two pages of a reply.");
  server.post = undefined;
  await replies("Two pages of a reply.");
  assert.equal(server.sent.findLast(({ path }) => path.endsWith("/messages")).body.under, 1);
});

test("a case that a colleague has moved after somebody left is read again", async () => {
  const { server, state } = await opened();
  server.team.sign([kim, max], { epoch: true });
  await server.case.moves(kim);
  server.keys = await server.team.keys(kim);
  assert.equal((await state.refresh()).keys.talk.records.length, 2);
});

test("a case that waits for the newest key is moved when the server says so, and what was typed is still there", async () => {
  const { server, state } = await opened();
  server.team.sign([kim], { epoch: true });
  server.keys = await server.team.keys(kim);
  server.post = { status: 409, json: { error: "older_key" } };
  await replies("Two pages of a reply.");
  assert.equal(halted(), undefined);
  assert.equal(element("reply-text").value, "Two pages of a reply.");
  assert.equal(server.moved.length, 1);
});

test("while the words of the channel wait to be compared, what was typed stays and nothing is sent", async () => {
  const { server, state } = await opened();
  server.team.sign([kim], { epoch: true, anchor: Root.generate() });
  server.keys = { ...(await server.team.keys(kim)), pins: server.keys.pins };
  server.post = CHANGED;
  await replies("Two pages of a reply.");
  assert.equal(halted(), undefined);
  assert.equal(element("reply-text").value, "Two pages of a reply.");
  assert.equal(element("reply-problem").textContent, "failed.words_changed");
});

test("a chain that does not go on from the one that the page knew stops the page, with older pins beside it", async () => {
  const { server, state } = await opened();
  const { keys: before } = server;
  server.team.sign([kim, max]);
  server.keys = await server.team.keys(kim);
  await server.case.says("talk", max.root, { text: "I am new here." });
  await state.refresh();
  const fork = new Team(kim);
  Object.assign(fork, { id: server.team.id, anchor: server.team.anchor, roots: server.team.roots, records: server.team.records.slice(0, 1) });
  fork.sign([kim, lena]);
  await server.case.says("talk", lena.root, { record: fork.newest, text: "A list that forks." });
  server.keys = { ...(await fork.keys(kim)), pins: before.pins };
  await assert.rejects(state.refresh(), breach("rolled_back"));
});

test("keys of somebody else stop the page", async () => {
  const { server, state } = await opened();
  server.team.sign([kim, lena, max]);
  await server.case.says("talk", max.root, { text: "I am new here." });
  server.keys = { ...(await server.team.keys(kim)), officer: (await server.team.keys(lena)).officer };
  await assert.rejects(state.refresh(), breach("root"));
});

test("of the cases that wait, those that were moved and those that were left are counted apart", async () => {
  const team = new Team(kim, lena);
  const waiting = [await Case.opened(team, kim), await Case.opened(team, kim), await Case.opened(team, kim)];
  team.sign([kim], { epoch: true });
  const byId = new Map(waiting.map((one) => [one.answer().id, one]));
  const answers = [undefined, { status: 409, json: { error: "changed" } }, { status: 400, json: { error: "malformed" } }];
  network(({ method, path }) => {
    if (path === "/desk/api/roots") return { json: { cases: [...byId.keys()] } };
    const one = byId.get(path.split("/")[4]);
    return method === "GET" ? { json: one.answer({ card: one.card(0) }) } : answers[waiting.indexOf(one)];
  });
  const at = { root: kim.root, officerId: "", channels: await openChannels(kim.root, await team.keys(kim)) };
  const told = [];
  assert.deepEqual(await rerootAll(at, (done, count) => told.push([done, count])), { moved: 1, left: 1 });
  assert.deepEqual(told, [[0, 3], [1, 3], [2, 3]]);
});

test("a case that a colleague has moved under a list that the page does not know yet is left to the colleague", async () => {
  const team = new Team(kim, max);
  const moved = await Case.opened(team, kim);
  team.sign([kim, max], { epoch: true });
  const at = { root: kim.root, officerId: "", channels: await openChannels(kim.root, await team.keys(kim)) };
  team.sign([kim, max], { epoch: true });
  await moved.moves(max);
  network(({ path }) => ({ json: path === "/desk/api/roots" ? { cases: [moved.answer().id] } : moved.answer({ card: moved.card(1) }) }));
  assert.deepEqual(await rerootAll(at, () => undefined), { moved: 0, left: 0 });
});
