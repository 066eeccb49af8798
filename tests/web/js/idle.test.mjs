/**
 * Rule: an opened case stays on a screen for the setting's idle minutes and no longer, whatever the line does; all tabs of
 * one session live and end together; what somebody is typing is not taken away by the end of a visit.
 * Sources: docs/rules.md, section 1 (`idle_minutes`, 1 to 60); PROTOCOL 6; LOOK, voice.
 */
import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { byId, kept, left, line, main, metas, settled, sign } from "./stand_in.mjs";

const MINUTE = 60_000;
const [ROW, OTHER_ROW] = ["11".repeat(32), "22".repeat(32)];
const OFFICER = { id: "33".repeat(16), name: "Kim", role: "", recipient: "age1", verify_key: "AAAA" };
const KEYS = { officer: OFFICER, row: OTHER_ROW, sealed_root: null, pins: null, channels: [] };
let now = 1_000_000_000_000;
let look = () => undefined;
let everyMs = 0;
const told = [];
let hear = () => undefined;
Date.now = () => now;
globalThis.setInterval = (work, ms) => {
  [look, everyMs] = [work, ms];
};
globalThis.BroadcastChannel = class {
  constructor(name) {
    assert.equal(name, "desk");
  }

  addEventListener(_name, heard) {
    hear = (data) => heard({ data });
  }

  postMessage(data) {
    told.push(data);
  }
};
metas.set("desk-idle-minutes", "1");
const { keepTyped, live } = await import("../../../portal/static/js/desk/session.js");
const { seen, tellLeft } = await import("../../../portal/static/js/desk/idle.js");
const { postJson } = await import("../../../portal/static/js/desk/api.js");

/** Time goes by, looked at as often as the page does. */
function pass(ms, each = () => undefined) {
  for (let gone = 0; gone < ms; gone += everyMs) {
    now += everyMs;
    each();
    look();
  }
}

function begin(minutes) {
  metas.set("desk-idle-minutes", String(minutes));
  live({ row: ROW, officer: OFFICER });
  line.answer = () => [200, { csrf: "new", row: ROW }];
}

/** The page as it is after loading. */
beforeEach(() => {
  for (const list of [left, told, line.asked]) list.length = 0;
  kept.set("desk-key", "K");
  main.replaceChildren("the opened case");
  keepTyped(() => false);
});

test("for one minute the page looks often enough", () => {
  begin(1);
  assert.ok(everyMs <= 10_000);
});

for (const minutes of [1, 2, 15, 60]) {
  test(`with ${minutes} idle minutes the server hears of somebody who types three times in that time at least`, async () => {
    begin(minutes);
    pass(minutes * MINUTE + 2 * everyMs, () => sign("input"));
    await settled();
    assert.ok(line.asked.length >= 3);
    assert.ok(line.asked.length <= Math.max(4, minutes / 4 + 1));
    assert.deepEqual(left, []);
  });
}

test("sixty idle minutes are sixty: fifty-nine without a key lock nothing", () => {
  begin(60);
  pass(59 * MINUTE);
  assert.deepEqual([left, main.children], [[], ["the opened case"]]);
});

test("work that goes on is a sign of life; what tells no progress is none", () => {
  begin(2);
  pass(10 * MINUTE, seen);
  assert.deepEqual(left, []);
});

test("a sign in another tab of this session counts, one of another session does not", () => {
  begin(2);
  pass(5 * MINUTE, () => hear({ row: ROW, seen: now }));
  assert.deepEqual(left, []);
  assert.ok(line.asked.length > 0);
  pass(3 * MINUTE, () => hear({ row: OTHER_ROW, seen: now }));
  assert.deepEqual(left, ["/en/desk/sign-in?locked=1"]);
});

test("the other tabs hear of signs of life, but not at each key", () => {
  begin(15);
  for (let key = 0; key < 100; key += 1) {
    now += 100;
    sign();
  }
  assert.ok(told.length >= 2 && told.length <= 3);
  assert.deepEqual(told.map(({ row }) => row), told.map(() => ROW));
});

test("where the server has ended the visit, a page that keeps what is typed is not left, and asks no more", async () => {
  begin(15);
  let closings = 0;
  keepTyped(() => {
    closings += 1;
    return true;
  });
  line.answer = () => [401, { error: "not_signed_in" }];
  pass(5 * MINUTE, () => sign("input"));
  await settled();
  pass(10 * MINUTE, () => sign("input"));
  await settled();
  assert.deepEqual([closings, left, line.asked.length, kept.has("desk-key")], [1, [], 1, false]);
});

test("where nothing is typed, the end of the visit leads to the sign-in page", async () => {
  begin(15);
  line.answer = () => [401, { error: "not_signed_in" }];
  sign();
  pass(5 * MINUTE, () => sign("scroll"));
  await settled();
  assert.deepEqual(left, ["/en/desk/sign-in?locked=1"]);
});

test("after signing in anew in another tab the same officer's request goes through with the new token", async () => {
  begin(15);
  const tokens = [];
  line.answer = (method, path) => {
    if (method === "POST") return tokens.push(path) === 1 ? [403, { error: "cross_site" }] : [204];
    return [200, path.endsWith("/keys") ? KEYS : { csrf: "newer", row: OTHER_ROW }];
  };
  await postJson("/desk/api/x", {});
  assert.equal(tokens.length, 2);
  hear({ row: OTHER_ROW, seen: now });
});

test("where somebody else has signed in, or it fails again, the request fails as it did, and once", async () => {
  begin(15);
  line.answer = (method, path) => {
    if (method === "POST") return [403, { error: "cross_site" }];
    return [200, path.endsWith("/keys") ? { ...KEYS, officer: { ...OFFICER, id: "44".repeat(16) } } : { csrf: "x", row: OTHER_ROW }];
  };
  await assert.rejects(postJson("/desk/api/x", {}), (error) => error.code === "cross_site");
  assert.equal(line.asked.filter(({ method }) => method === "POST").length, 1);
});

test("after a log-out elsewhere the page asks the server, and stays where its session lives", async () => {
  begin(15);
  tellLeft();
  assert.deepEqual(told, [{ look: true }]);
  hear({ look: true });
  await settled();
  assert.deepEqual([line.asked.length, left], [1, []]);
});

test("a computer that slept past the minutes wakes up locked, emptied before a line that hangs, with a goodbye that outlives the page", async () => {
  begin(15);
  line.answer = () => new Promise(() => undefined);
  now += 120 * MINUTE;
  sign();
  await settled();
  assert.deepEqual([left, main.children, kept.has("desk-key")], [["/en/desk/sign-in?locked=1"], [], false]);
  assert.deepEqual(line.asked, [{ method: "DELETE", path: "/desk/api/session", keepalive: true }]);
  assert.deepEqual(told, [{ row: ROW, locked: true }]);
  hear({ row: ROW, locked: true }); // the other tabs found the same at the same time: a second way out would cut off the first
  pass(5 * MINUTE); // on a dead line the page may stay for a while: it asks for nothing more
  assert.deepEqual([line.asked.length, left.length], [1, 1]);
  assert.equal(byId("app").children.length, 0);
});

test("a page whose session was locked in another tab is emptied and left", async () => {
  begin(15);
  hear({ row: OTHER_ROW, locked: true });
  assert.deepEqual([left, main.children], [[], ["the opened case"]]);
  hear({ row: ROW, locked: true });
  await settled();
  assert.deepEqual([left, main.children, line.asked], [["/en/desk/sign-in?locked=1"], [], []]);
});

test("a page whose session was ended by a log-out in another tab is emptied and left, with what was typed", async () => {
  begin(15);
  keepTyped(() => true);
  line.answer = () => [401, { error: "not_signed_in" }];
  hear({ look: true });
  await settled();
  assert.deepEqual([left, main.children], [["/en/desk/sign-in?left=1"], []]);
});
