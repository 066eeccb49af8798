/**
 * Whoever kept a channel's anchor and leaves means a new anchor, also when the server no longer says that the person kept
 * it: an officer's pins hold everybody whom this officer saw as a keeper, or made one (PROTOCOL 2; SPEC 10).
 */
import assert from "node:assert/strict";
import test from "node:test";
import { network } from "./paper_page.js";
import { described, staff, Team } from "./team_world.js";
import { fromBase64, Root, toBase64, toHex, unwrapPins } from "../../../portal/static/js/seal/index.js";

const js = "../../../portal/static/js";
const { openChannels, readPins } = await import(`${js}/desk/keys.js`);
const { admit } = await import(`${js}/team/admission.js`);
const { makeDue } = await import(`${js}/team/due.js`);
const { keepersLeave, makeNext } = await import(`${js}/team/epoch.js`);
const { confirm, unconfirmed } = await import(`${js}/team/joining.js`);

const [kim, lena, max] = [staff("Kim"), staff("Lena"), staff("Max")];
const ids = (...people) => people.map(({ id }) => toHex(id)).sort();

/** What the last PUT of pins says of the keepers. */
function pinned(sent, team) {
  const { body } = sent.findLast(({ path }) => path === "/desk/api/pins");
  return unwrapPins(kim.root, fromBase64(body.pins), { officerId: kim.id }).channels[toHex(team.id)].keepers;
}

/** Lena's access has ended. Kim's browser visits; `told` are the keepers that the server names. */
async function visit({ remembered, told = [kim] }) {
  const team = new Team(kim, lena);
  const people = { members: [described(kim), described(lena)], outside: [], keepers: ids(...told), leaving: ids(lena) };
  const sent = network(({ method }) => (method === "GET" ? { json: people } : undefined));
  const keys = await team.keys(kim, { keepers: told, remembered, leaving: [lena] });
  const channels = await openChannels(kim.root, keys);
  return { team, people, keys, channels, sent, channel: channels.get(toHex(team.id)), given: keys.channels[0] };
}

const epochs = (sent) => sent.filter(({ path }) => path.endsWith("/epochs"));

test("the next key is made by itself where somebody leaves who never kept the anchor", async () => {
  const { keys, channels, sent } = await visit({ remembered: [kim] });
  assert.equal(await makeDue({ root: kim.root, keys, channels }), true);
  assert.equal(epochs(sent).length, 1);
});

test("nothing is made by itself where the server leaves out a keeper whom this officer has seen", async () => {
  const { keys, channels, sent } = await visit({ remembered: [kim, lena] });
  assert.equal(await makeDue({ root: kim.root, keys, channels }), false);
  assert.deepEqual(epochs(sent), []);
});

test("a keeper whom this officer has seen means a new anchor, whatever the server says", async () => {
  const { channel, people } = await visit({ remembered: [kim, lena] });
  assert.equal(keepersLeave(channel, people, ids(lena)), true);
  assert.equal(keepersLeave(channel, people, ids(max)), false);
  assert.equal(keepersLeave(channel, { keepers: ids(max) }, ids(max)), true);
});

test("keepers whom the server names are remembered, and stay so when it names them no more", async () => {
  const { keys, team, sent } = await visit({ remembered: [kim], told: [kim, lena] });
  assert.deepEqual(pinned(sent, team), ids(kim, lena));
  const later = await team.keys(kim, { keepers: [kim] });
  const again = await openChannels(kim.root, { ...later, pins: keys.pins });
  assert.deepEqual(again.get(toHex(team.id)).keepers, ids(kim, lena));
});

test("keepers that only the team's answer names are remembered as well", async () => {
  const { keys, channels, sent, team, people } = await visit({ remembered: [kim] });
  people.keepers = ids(kim, lena);
  assert.equal(await makeDue({ root: kim.root, keys, channels }), false);
  assert.deepEqual(pinned(sent, team), ids(kim, lena));
});

test("pins from before keepers were kept open, and hold them from then on", async () => {
  const { sent, team, channel } = await visit({ remembered: null, told: [kim, lena] });
  assert.deepEqual(channel.keepers, ids(kim, lena));
  assert.deepEqual(pinned(sent, team), ids(kim, lena));
});

test("pins that hold what the server says are not written again", async () => {
  const { sent } = await visit({ remembered: [kim, lena] });
  assert.deepEqual(sent, []);
});

test("who is let in as a keeper is remembered before anything is granted", async () => {
  const { keys, channel, given, sent, team } = await visit({ remembered: [kim] });
  await admit({ root: kim.root, keys }, channel, given, described(max), true);
  assert.deepEqual(sent.map(({ method }) => method), ["PUT", "POST"]);
  assert.deepEqual(pinned(sent, team), ids(kim, max));
});

test("a new anchor is known to those who were granted it, and not to who has left", async () => {
  const { keys, channel, given, people, sent, team } = await visit({ remembered: [kim, lena] });
  await makeNext({ root: kim.root, keys, channel, given, people }, [], Root.generate());
  const [{ body }] = epochs(sent);
  assert.notEqual(body.anchor_recipient, "");
  assert.ok(!body.grants.some(({ receiver }) => [lena.root, team.anchor].some(({ party }) => receiver === toBase64(party.hash))));
  assert.deepEqual(pinned(sent, team), ids(kim));
});

test("whoever confirms new words goes on remembering", async () => {
  const { keys, team, sent } = await visit({ remembered: [kim, lena] });
  team.sign([kim, lena], { epoch: true, anchor: Root.generate() });
  const later = { ...(await team.keys(kim, { keepers: [kim, max] })), pins: keys.pins };
  const [waits] = unconfirmed(kim.root, later);
  await confirm(kim.root, later, waits);
  assert.deepEqual(pinned(sent, team), ids(kim, lena, max));
});

test("one channel's pins are kept without forgetting what was learnt of another's", async () => {
  const { keys, team } = await visit({ remembered: [kim], told: [kim, lena] });
  assert.deepEqual(readPins(kim.root, keys)[toHex(team.id)].keepers, ids(kim, lena));
});
