/**
 * A case that is read again on its page must go on from where it stood: the same keys, and every message that was there.
 * Else a server that puts another case, or an older state, in its place between two readings has an officer answer what
 * the reporter never said, under the eyes of a page that was verified. It lasts as long as the page; what stands from one
 * visit to the next is in docs/threat-model.md.
 *
 * @typedef {{ given: import("./answers.js").CaseAnswer, keys: import("./case_keys.js").CaseKeys }} Reading
 */
import { equal } from "../seal/index.js";
import { Breach } from "./failure.js";

/**
 * Whether every record of `before` stands in `now`, in its place.
 * @param {readonly { hash: Uint8Array }[]} before
 * @param {readonly { hash: Uint8Array }[]} now
 */
export function goesOn(before, now) {
  return before.every(({ hash }, i) => i < now.length && equal(hash, now[i].hash));
}

/**
 * Returns when nothing is gone or replaced in `now` that stood in `before`.
 * @param {Reading} before
 * @param {Reading} now
 * @throws {Breach}
 */
export function checkContinues(before, now) {
  const sealed = new Map(now.given.messages.map((row) => [`${row.scope}-${row.n}`, row.sealed]));
  const same = goesOn(before.keys.talk.records, now.keys.talk.records)
    && goesOn(before.keys.desk?.records ?? [], now.keys.desk?.records ?? [])
    && before.given.messages.every((row) => sealed.get(`${row.scope}-${row.n}`) === row.sealed);
  if (!same) throw new Breach("case_changed", now.keys.channel.name);
}
