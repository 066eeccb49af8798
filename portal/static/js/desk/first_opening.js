/**
 * The first opening of a case: the desk root is made here, granted to the readers of the talk (never the reporter), and
 * the list's card is drawn from the first words of the report. Sent as one; who loses the race reads again.
 */
import {
  CaseRecord, fitCard, Grant, NO_HASH, Root, sealGrant, toBase64, toHex, wrapCard,
} from "../seal/index.js";
import { ApiError, postJson } from "./api.js";
import { wrapRow } from "./case_keys.js";
import { Breach } from "./failure.js";

const TITLE_CHARACTERS = 80;
const NO_CATEGORY = "OTHER";

/**
 * A title from the first words of a report: its first line, cut after a sentence or between words.
 * @param {string} report
 */
export function titleFrom(report) {
  const [line = ""] = report.split(/\r?\n/).map((one) => one.trim().replace(/\s+/g, " ")).filter(Boolean);
  const [sentence] = line.split(/(?<=[.!?…])\s/u);
  const short = sentence.replace(/[.\s]+$/u, "");
  if (Array.from(short).length <= TITLE_CHARACTERS) return short;
  const cut = Array.from(short).slice(0, TITLE_CHARACTERS).join("");
  const space = cut.lastIndexOf(" ");
  return `${space > TITLE_CHARACTERS / 2 ? cut.slice(0, space) : cut} …`;
}

/**
 * Desk record 0, signed by this officer, for the talk's readers in the newest epoch.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {Root} deskRoot
 */
function firstRecord({ id, channel, officer, talk }, deskRoot) {
  const { newest } = channel;
  /** @type {import("../seal/case_record.js").Reader[]} */
  const readers = /** @type {any} */ (talk.records[talk.records.length - 1].readers)
    .filter((/** @type {any} */ [kind]) => kind !== "mailbox")
    .map((/** @type {any} */ reader) => (reader[0] === "channel" ? ["channel", newest.epoch] : reader));
  return CaseRecord.sign(officer, {
    channel: channel.id,
    case: id,
    scope: "desk",
    number: 0,
    previous: NO_HASH,
    channelRecord: newest.hash,
    talk: talk.records[0].hash,
    recipient: deskRoot.party.recipient,
    readers,
  });
}

/**
 * Makes and sends the desk root of a case that nobody has opened yet.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {{ report: string, category: string | undefined, fallback: string }} about the report's text, its category, and
 *   the title for a report that can't be read
 * @returns {Promise<boolean>} false when a colleague was quicker
 */
export async function openFirst(keys, { report, category, fallback }) {
  const { id, channel, talk } = keys;
  const deskRoot = Root.generate();
  const record = firstRecord(keys, deskRoot);
  const holder = channel.epochs.get(channel.newest.epoch);
  // Until teams leave somebody out, the team's epoch is a case's one reader (PROTOCOL 2).
  if (holder === undefined || record.readers.some(([kind]) => kind !== "channel")) throw new Breach("case", channel.name);
  const grant = new Grant({
    purpose: "desk", channel: channel.id, case: id, number: 0, record: record.hash, to: holder.party.hash, root: deskRoot,
  });
  const card = fitCard(titleFrom(report) || fallback, category ?? NO_CATEGORY);
  try {
    await postJson(`/desk/api/cases/${toHex(id)}/opened`, {
      record: toBase64(record.raw),
      grants: [{ receiver: toBase64(holder.party.hash), sealed: toBase64(await sealGrant(grant, channel.newest.recipient)) }],
      wraps: [
        ...talk.records.flatMap((one, i) => talkWrap(keys, one, talk.roots[i])),
        wrapRow(holder, deskRoot, id, "desk", 0),
      ],
      card: toBase64(wrapCard(deskRoot, card, { case: id, number: 0 })),
    });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return false;
    throw error;
  }
}

/**
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("../seal/case_record.js").CaseRecord} record
 * @param {Root} root
 */
function talkWrap({ id, channel }, record, root) {
  return record.readers.flatMap(([kind, value]) => {
    const holder = kind === "channel" ? channel.epochs.get(value) : undefined;
    return holder === undefined ? [] : [wrapRow(holder, root, id, "talk", record.number)];
  });
}
