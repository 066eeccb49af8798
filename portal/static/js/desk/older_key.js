/**
 * A case under an older key than its channel's newest. Nobody writes in it before it is moved, and only somebody who was on
 * the team under that key can move it: every reader would refuse the signature of anybody else (SPEC 8).
 */
import { equal, toHex } from "../seal/index.js";
import { byId } from "./start.js";
import { text } from "./strings.js";

/** @typedef {"newest" | "mine" | "others" | "nobody"} Standing whose signature moves the case, if it has to be moved */

/** @param {import("./case_keys.js").CaseKeys} keys */
function olderEpochs({ talk, channel }) {
  const readers = /** @type {readonly (readonly [string, any])[]} */ (talk.records[talk.records.length - 1].readers);
  const epochs = readers.filter(([kind]) => kind === "channel").map(([, epoch]) => epoch);
  return epochs.includes(channel.newest.epoch) ? [] : epochs;
}

/**
 * Who of the present team was on it in one of these epochs.
 * @param {import("./keys.js").Channel} channel
 * @param {readonly number[]} epochs
 */
function signers({ newest, records }, epochs) {
  const then = records.filter(({ epoch }) => epochs.includes(epoch)).flatMap(({ members }) => members);
  return newest.members.filter((one) => then.some((was) => equal(was.officerId, one.officerId) && equal(was.verifyKey, one.verifyKey)));
}

/**
 * Where a case stands, and who could move it.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @returns {{ standing: Standing, who: readonly string[] }} `who`: ids in hex
 */
export function standingOf(keys) {
  const epochs = olderEpochs(keys);
  if (epochs.length === 0) return { standing: "newest", who: [] };
  const who = signers(keys.channel, epochs).map(({ officerId }) => toHex(officerId));
  if (who.includes(keys.officerId)) return { standing: "mine", who };
  return { standing: who.length > 0 ? "others" : "nobody", who };
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
  if (older) byId("acknowledge").hidden = true;
}
