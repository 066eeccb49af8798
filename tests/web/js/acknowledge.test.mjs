/**
 * Rule: no acknowledgement promises another day for feedback than the one that the case then has.
 * Source: Directive (EU) 2019/1937, Art. 9(1)(f); issue of the round trip, section 4 (the text is proposed, and edited).
 */
import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { byId, line, settled, texts } from "./stand_in.mjs";
import * as seal from "../../../portal/static/js/seal/index.js";

texts.set("acknowledgement.en", "We got {case_no}. You get feedback by {feedback_date}.");
texts.set("acknowledgement.da", "Du får tilbagemelding senest {feedback_date}.");
texts.set("acknowledge.moved", "moved from {before} to {now}");
texts.set("acknowledge.look", "{now}, no longer {before}");
const { showAcknowledgement } = await import("../../../portal/static/js/desk/acknowledge.js");
const { startAcknowledgement } = await import("../../../portal/static/js/desk/forms.js");

const [kim, talk] = [seal.Root.generate(), seal.Root.generate()];
/** One scope of the case, under the channel's newest epoch. */
const under = (scope, readers) => ({ records: [{ scope, recipient: talk.party.recipient, number: 0, readers }], roots: [talk] });
const keys = {
  id: seal.randomBytes(16), officer: kim, channel: { newest: { hash: new Uint8Array(32), epoch: 0 }, words: ["a"] },
  talk: under("talk", [["channel", 0], ["mailbox", null]]), desk: under("desk", [["channel", 0]]),
};
const area = byId("acknowledge-text");
const problem = byId("acknowledge-problem");
let sent;
let lang;
let proposal = ""; // the text as the page proposed it last
const read = (day) => ({
  given: { id: "x", stage: "received", reference: "FT-1", received_on: "2026-01-02", feedback_if_today: day, messages: [] },
  keys, conversation: [],
});
const state = {
  read: read("2026-04-11"),
  next: "2026-04-11",
  path: (thing) => `/desk/api/cases/x/${thing}`,
  async refresh() {
    state.read = read(state.next);
    showAcknowledgement(state.read, lang, "Officer");
    return { ...state.read, fresh: new Set() };
  },
};
startAcknowledgement(state);

beforeEach(async () => {
  [lang, sent, state.next] = ["en", undefined, "2026-04-11"];
  area.value = proposal;
  await state.refresh();
  proposal = area.value;
  line.answer = (_method, _path, body) => {
    sent = body;
    return [204];
  };
});

/** The form as the officer sends it; what the reporter then reads, and the day that the case then has. */
async function press() {
  byId("acknowledge").dispatch("submit");
  for (let turn = 0; turn < 50 && sent === undefined; turn += 1) await settled();
  if (sent === undefined) return undefined;
  const { body } = await seal.openMessage(seal.fromBase64(sent.sealed), talk, { case: keys.id, scope: "talk" });
  return [body.text, sent.feedback_due_on];
}

test("a date that still stands in an edited text follows the day, and the page says so before it goes", async () => {
  area.value = "Dear you. You get feedback by 11 April 2026. Not on 111 April 2026. Kim.";
  state.next = "2026-04-12";
  await state.refresh();
  assert.equal(area.value, "Dear you. You get feedback by 12 April 2026. Not on 111 April 2026. Kim.");
  assert.equal(await press(), undefined);
  assert.equal(problem.textContent, "moved from 11 April 2026 to 12 April 2026");
  assert.deepEqual(await press(), [area.value, "2026-04-12"]);
});

test("where the date was written in other words, both days are told, and it goes only when it is sent again", async () => {
  area.value = "Feedback in April, on the eleventh. Kim.";
  state.next = "2026-04-12";
  await state.refresh();
  assert.equal(await press(), undefined);
  assert.equal(problem.textContent, "12 April 2026, no longer 11 April 2026");
  assert.deepEqual(await press(), ["Feedback in April, on the eleventh. Kim.", "2026-04-12"]);
});

test("a server that finds the day changed has the page say both days at once, and the next press sends it", async () => {
  area.value = "You get feedback by 11 April 2026. Kim.";
  state.next = "2026-04-12";
  line.answer = () => [409, { error: "day_changed" }];
  await press();
  await settled();
  assert.equal(problem.textContent, "moved from 11 April 2026 to 12 April 2026");
  line.answer = (_method, _path, body) => {
    sent = body;
    return [204];
  };
  assert.deepEqual(await press(), ["You get feedback by 12 April 2026. Kim.", "2026-04-12"]);
});

test("a text that nobody has touched is proposed anew, and goes at once", async () => {
  state.next = "2026-04-12";
  await state.refresh();
  proposal = area.value;
  assert.deepEqual(await press(), ["We got FT-1. You get feedback by 12 April 2026.", "2026-04-12"]);
});

test("in the reporter's language the date follows as it is written there", async () => {
  lang = "da";
  await state.refresh();
  area.value += " Hilsen";
  state.next = "2026-04-12";
  await state.refresh();
  assert.equal(area.value, "Du får tilbagemelding senest 12. april 2026. Hilsen");
});
