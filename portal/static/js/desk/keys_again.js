/**
 * The team's keys, read again on a page that is open: somebody was let in or has left since, and what a colleague writes or
 * moves names the record of it. An ordinary change must not look like tampering, nor take a page away with what was typed.
 */
import { CaseRecord, fromBase64, toHex } from "../seal/index.js";
import { keysAnswer } from "./answers.js";
import { ApiError, getJson } from "./api.js";
import { goesOn } from "./continues.js";
import { Breach } from "./failure.js";
import { openChannels } from "./keys.js";

/**
 * Whether a record of the case names a channel record that the page does not know. What can't be read names none here:
 * opening the case says what is wrong with it.
 * @param {import("./case_keys.js").Desk} desk
 * @param {import("./answers.js").CaseAnswer} given
 */
export function namesNewer({ channels }, { channel, records }) {
  const known = new Set(channels.get(channel)?.records.map(({ hash }) => toHex(hash)));
  return known.size > 0 && [...records.talk, ...records.desk].some((raw) => {
    try {
      return !known.has(toHex(CaseRecord.read(fromBase64(raw)).channelRecord));
    } catch {
      return false;
    }
  });
}

/**
 * The desk with the channels as they are now. Each goes on from what the page knew, whatever pins come with the answer.
 * @param {import("./case_keys.js").Desk} desk
 * @param {string} needed id of the channel that the page is about, hex
 * @returns {Promise<import("./case_keys.js").Desk>}
 * @throws {Breach | ApiError} ApiError `words_changed` while that channel's new anchor waits to be compared
 */
export async function keysAgain({ root, officerId, channels }, needed) {
  const keys = keysAnswer(await getJson("/desk/api/keys"));
  if (keys.officer.id !== officerId) throw new Breach("root");
  const now = await openChannels(root, keys);
  for (const [id, { name, records }] of channels) {
    const found = now.get(id);
    if (found !== undefined && !goesOn(records, found.records)) throw new Breach("rolled_back", name);
  }
  if (!now.has(needed) && keys.channels.some(({ id }) => id === needed)) throw new ApiError(403, "words_changed");
  return { root, officerId, channels: now };
}
