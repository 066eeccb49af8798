/** What the desk's scripts take from a server that was changed: an answer of another shape is a Breach, never half a page. */
import assert from "node:assert/strict";
import test from "node:test";
import { caseAnswer, cardsAnswer, keysAnswer } from "../../../portal/static/js/desk/answers.js";
import { checkContinues } from "../../../portal/static/js/desk/continues.js";
import { openConversation } from "../../../portal/static/js/desk/conversation.js";
import { Breach } from "../../../portal/static/js/desk/failure.js";
import { Root } from "../../../portal/static/js/seal/index.js";

const ID = "11".repeat(16);
const [HASH, BYTES, DAY] = ["22".repeat(32), "AAAA", "2026-05-04"];
const MESSAGE = { scope: "talk", n: 0, side: "reporter", day: DAY, sealed: BYTES };
const CASE = {
  id: ID, channel: ID, reference: "2026-M4TX9", stage: "received", is_test: false, received_on: DAY,
  acknowledge_due_on: DAY, acknowledged_on: null, feedback_due_on: null, closed_on: null, steps: [], today: DAY,
  feedback_if_today: DAY, records: { talk: [BYTES], desk: [] },
  grants: [{ scope: "talk", number: 0, receiver: HASH, sealed: BYTES }],
  wraps: [{ scope: "talk", number: 0, holder: HASH, wrapped: BYTES }],
  card: { number: 0, sealed: BYTES }, messages: [MESSAGE], people: [{ id: ID, name: "Ida", role: "" }],
};
const refused = (work) => assert.throws(work, (error) => error instanceof Breach && error.code === "answer");

test("an answer in its form is taken as it is, with keys that a newer server may have added", () => {
  assert.equal(caseAnswer(CASE, ID), CASE);
  assert.ok(caseAnswer({ ...CASE, more: 1 }, ID));
});

test("another case than the one asked for is refused", () => refused(() => caseAnswer(CASE, "33".repeat(16))));

const MESSAGES = [
  ["a number below zero", { n: -1 }],
  ["half a number", { n: 0.5 }],
  ["a number that is a text", { n: "0" }],
  ["a number larger than records can name", { n: 2 ** 32 }],
  ["another scope", { scope: "nowhere" }],
  ["bytes that are none", { sealed: "not base64!" }],
  ["a day that is none", { day: "2026-13-45" }],
  ["a day that is missing", { day: undefined }],
];
for (const [name, change] of MESSAGES) {
  test(`a message with ${name} is refused`, () => refused(() => caseAnswer({ ...CASE, messages: [{ ...MESSAGE, ...change }] }, ID)));
}

test("two messages with one number are refused; one in each scope is not", () => {
  refused(() => caseAnswer({ ...CASE, messages: [MESSAGE, { ...MESSAGE }] }, ID));
  assert.ok(caseAnswer({ ...CASE, messages: [MESSAGE, { ...MESSAGE, scope: "desk" }] }, ID));
});

for (const key of Object.keys(CASE)) {
  test(`a case without ${key} is refused, and one where it is a number`, () => {
    const { [key]: _gone, ...rest } = CASE;
    refused(() => caseAnswer(rest, ID));
    refused(() => caseAnswer({ ...CASE, [key]: 7 }, ID));
  });
}

test("what is no object at all is refused", () => {
  for (const value of [null, undefined, 7, "", [], {}]) refused(() => keysAnswer(value));
});

test("a card with a place too many or too few is refused", () => {
  const card = [ID, "2026-M4TX9", "received", null, 0, 0, BYTES, BYTES];
  assert.ok(cardsAnswer({ holders: [HASH], cards: [card], next: null }));
  refused(() => cardsAnswer({ holders: [HASH], cards: [card.slice(1)], next: null }));
  refused(() => cardsAnswer({ holders: [HASH], cards: [[...card, 1]], next: null }));
});

test("a gap is one line, however wide the server makes it", { timeout: 10_000 }, async () => {
  const keys = { id: new Uint8Array(16), talk: { records: [{}], roots: [Root.generate()] }, desk: undefined };
  const said = await openConversation(keys, { ...CASE, messages: [{ ...MESSAGE, n: 4_000_000_000 }] });
  assert.deepEqual(said.map(({ n, problem }) => [n, problem]), [[0, "missing"], [4_000_000_000, "damaged"]]);
});

const record = (byte) => ({ hash: new Uint8Array(32).fill(byte) });
const reading = (messages, talk = [1], desk = [2]) => ({
  given: { messages },
  keys: { channel: { name: "Board" }, talk: { records: talk.map(record) }, desk: desk && { records: desk.map(record) } },
});
const ANSWER = { ...MESSAGE, n: 1, side: "desk" };

test("a case that goes on is read again", () => {
  checkContinues(reading([MESSAGE], [1], null), reading([MESSAGE, ANSWER]));
  checkContinues(reading([MESSAGE]), reading([MESSAGE, ANSWER], [1, 3], [2, 4]));
});

const CHANGED = [
  ["without its newest message", reading([MESSAGE])],
  ["with another message in the place of one", reading([{ ...MESSAGE, sealed: "BBBB" }, ANSWER])],
  ["under other keys", reading([MESSAGE, ANSWER], [9])],
  ["without its desk records", reading([MESSAGE, ANSWER], [1], null)],
];
for (const [name, now] of CHANGED) {
  test(`a case that is read again ${name} is a Breach`, () => {
    assert.throws(() => checkContinues(reading([MESSAGE, ANSWER]), now), (error) => error instanceof Breach && error.code === "case_changed");
  });
}
