/**
 * A case under an older key than its channel's newest. Nobody writes in it before it is moved, and only somebody who was on
 * the team under that key can move it: every reader would refuse the signature of anybody else (SPEC 8).
 */
import { equal, toHex } from "../seal/index.js";
import { Breach } from "./failure.js";
import { byId } from "./start.js";
import { text } from "./strings.js";

/** @typedef {"newest" | "mine" | "others" | "nobody"} Standing whose signature moves the case, if it has to be moved */

/** Who reads a scope in this version: the team, and in talk the reporter. No record names a person. */
const READERS = { talk: "channel,mailbox", desk: "channel" };

/**
 * The epochs that the newest records name, talk's first. A server can show one scope's records and keep back the other's,
 * or add a record of somebody who has left and now names people: what was sealed under it, that person could open.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @returns {[number, number]} the talk's twice while nobody has opened the case
 * @throws {Breach} for other readers, or a desk under an older key than the talk: they are moved as one (services/rerooting.py)
 */
function epochsOf({ talk, desk, channel }) {
  const [ofTalk, ofDesk] = [talk, desk ?? talk].map(({ records }) => {
    const { scope, readers } = records[records.length - 1];
    if (readers.map(([kind]) => kind).join() !== READERS[scope]) throw new Breach("case", channel.name);
    return /** @type {number} */ (readers[0][1]);
  });
  if (ofDesk < ofTalk) throw new Breach("case", channel.name);
  return [ofTalk, ofDesk];
}

/**
 * Who of the present team was on it in each of these epochs.
 * @param {import("./keys.js").Channel} channel
 * @param {readonly number[]} epochs
 */
function signers({ newest, records }, epochs) {
  const then = epochs.map((epoch) => records.filter((record) => record.epoch === epoch).flatMap(({ members }) => members));
  return newest.members.filter((one) => then.every((team) => team.some((was) => equal(was.officerId, one.officerId) && equal(was.verifyKey, one.verifyKey))));
}

/**
 * Where a case stands, and who could move it.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @returns {{ standing: Standing, who: readonly string[] }} `who`: ids in hex
 * @throws {Breach}
 */
export function standingOf(keys) {
  const epochs = epochsOf(keys);
  if (epochs.every((epoch) => epoch === keys.channel.newest.epoch)) return { standing: "newest", who: [] };
  const who = signers(keys.channel, epochs).map(({ officerId }) => toHex(officerId));
  if (who.includes(keys.officerId)) return { standing: "mine", who };
  return { standing: who.length > 0 ? "others" : "nobody", who };
}

/**
 * The newest record and root of a scope, the only ones that anything is sealed under.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("./case_keys.js").Scope} scope
 * @throws {Breach} where the case is not under the channel's newest key: the page shows no form there
 */
export function sealingKeys(keys, scope) {
  const found = keys[scope];
  if (found === undefined || standingOf(keys).standing !== "newest") throw new Breach("case", keys.channel.name);
  return { record: found.records[found.records.length - 1], root: found.roots[found.roots.length - 1] };
}

/**
 * Returns if the card is under the newest desk record, as moving a case leaves it. An older root is one that a leaver holds.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("./answers.js").SealedCard} card
 * @throws {Breach}
 */
export function checkCard({ desk, channel }, { number }) {
  if (desk === undefined || number !== desk.records.length - 1) throw new Breach("case", channel.name);
}

/**
 * Says why nothing can be written, where nothing can, and takes the forms away.
 * @param {import("./case_state.js").Read} read
 */
export function showStanding({ given, keys }) {
  const { standing, who } = standingOf(keys);
  const older = standing !== "newest";
  const names = given.people.filter(({ id }) => who.includes(id)).map(({ name }) => name);
  byId("older-key").hidden = !older;
  byId("older-key").textContent = older ? text(`older.${standing}`, { names: names.join(", ") }) : "";
  for (const form of ["reply", "note"]) byId(form).hidden = older;
  if (older) for (const form of ["acknowledge", "card"]) byId(form).hidden = true;
}
