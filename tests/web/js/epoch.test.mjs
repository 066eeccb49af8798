/**
 * Rule: a keeper whose answer was lost is never told that nothing was stored: the new sheet may be the only valid one.
 * Source: PROTOCOL 2 (the signed chain says what holds); LOOK, voice.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { line } from "./stand_in.mjs";
import * as seal from "../../../portal/static/js/seal/index.js";
import { openChannels, pinOf, readPins, sealPins } from "../../../portal/static/js/desk/keys.js";
import { makeNext } from "../../../portal/static/js/team/epoch.js";

const [anchor, epoch, kim] = Array.from({ length: 3 }, () => seal.Root.generate());
const [kimId, channelId] = [seal.randomBytes(16), seal.randomBytes(16)];
const base64 = seal.toBase64;
const hex = seal.toHex;
const first = seal.ChannelRecord.sign(anchor, {
  channel: channelId, number: 0, previous: seal.NO_HASH, anchorVerifyKey: anchor.verifyKey, epoch: 0,
  anchorRecipientHash: anchor.party.recipient.hash, recipient: epoch.party.recipient, day: "2026-05-04",
  members: [new seal.Member(kimId, kim.verifyKey, kim.party.recipient.hash)],
});

async function granted(purpose, root) {
  const grant = new seal.Grant({ purpose, channel: channelId, case: null, number: 0, record: first.hash, to: kim.party.hash, root });
  return base64(await seal.sealGrant(grant, kim.party.recipient));
}

const grants = { anchor: await granted("anchor", anchor), channel: await granted("channel", epoch) };

/** A keeper's work, and a server that keeps a chain. `post` says what becomes of a new record: kept, and answered? */
async function begun(post) {
  const chain = [base64(first.raw)];
  const given = {
    id: hex(channelId), name: "Board", slug: "board", keeper: true, anchor_grant: grants.anchor, leaving: [], keepers: [hex(kimId)],
    anchor_recipient: anchor.party.recipient.toString(), records: chain, grants: [grants.channel],
  };
  const officer = { id: hex(kimId), name: "Kim", role: "", recipient: kim.party.recipient.toString(), verify_key: base64(kim.verifyKey) };
  const pins = base64(sealPins(kim, kimId, { [given.id]: pinOf(anchor.party, first, [hex(kimId)]) }));
  const keys = { officer, row: "00".repeat(32), sealed_root: null, pins, channels: [given] };
  const server = { chain, pins: undefined, posts: 0, reads: true };
  line.answer = (method, path, body) => {
    if (path === "/desk/api/pins") {
      server.pins = body.pins;
      return [204];
    }
    if (method === "GET") {
      if (!server.reads) throw new TypeError("no line");
      return [200, { ...keys, channels: [{ ...given, records: chain }] }];
    }
    server.posts += 1;
    return post(server, body.record);
  };
  const people = { members: [officer], outside: [], keepers: [officer.id], leaving: [] };
  const channels = await openChannels(kim, { ...keys, channels: [{ ...given, records: [...chain] }] });
  return { server, keys, work: { root: kim, keys, channel: channels.get(given.id), given, people } };
}

const lost = (server, record) => {
  server.chain.push(record);
  throw new TypeError("the line broke");
};
const gone = () => {
  throw new TypeError("the line broke");
};
const taken = () => [409, { error: "changed" }];
const isUnclear = (error) => error.code === "unclear";
const pinned = ({ server, keys }) => readPins(kim, { ...keys, pins: server.pins })[hex(channelId)].anchor;

test("a record that was stored although its answer was lost counts, and the new anchor is pinned", async () => {
  const made = await begun(lost);
  const next = seal.Root.generate();
  await makeNext(made.work, [], next);
  assert.equal(pinned(made), hex(next.party.hash));
});

test("where nothing tells whether it was stored, it is unclear, and the second press finds it in the chain", async () => {
  const made = await begun(lost);
  const next = seal.Root.generate();
  made.server.reads = false;
  await assert.rejects(makeNext(made.work, [], next), isUnclear);
  await assert.rejects(makeNext(made.work, [], next), isUnclear);
  made.server.reads = true;
  await makeNext(made.work, [], next);
  assert.deepEqual([made.server.posts, made.server.chain.length], [1, 2]);
  assert.equal(pinned(made), hex(next.party.hash));
});

test("a lost record that does not stand in the chain yet is unclear, not refused: it may still be on its way", async () => {
  const made = await begun(gone);
  await assert.rejects(makeNext(made.work, [], seal.Root.generate()), isUnclear);
});

test("pins that could not be kept are kept at the next press, and nothing is sent twice", async () => {
  const made = await begun((server, record) => {
    server.chain.push(record);
    return [204];
  });
  const next = seal.Root.generate();
  const { answer } = line;
  line.answer = (method, path, body) => (path === "/desk/api/pins" ? gone() : answer(method, path, body));
  await assert.rejects(makeNext(made.work, [], next));
  line.answer = answer;
  await makeNext(made.work, [], next);
  assert.deepEqual([made.server.posts, pinned(made)], [1, hex(next.party.hash)]);
});

test("what a colleague was quicker with is refused as before, and so is another task than the lost one", async () => {
  const made = await begun(taken);
  await assert.rejects(makeNext(made.work, []), (error) => error.status === 409 && error.code === "changed");
  const other = await begun((server, record) => (server.posts === 1 ? lost(server, record) : taken()));
  other.server.reads = false;
  await assert.rejects(makeNext(other.work, []), isUnclear);
  other.server.reads = true;
  await assert.rejects(makeNext(other.work, [], seal.Root.generate()), (error) => error.code === "changed");
});
