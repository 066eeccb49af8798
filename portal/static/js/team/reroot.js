/**
 * Cases under the channel's newest epoch: new roots for talk and desk, granted to those who stay and to the reporter.
 * What was said before stays under the older roots and is read with them; what is said from now on a leaver can't open.
 */
import {
  CaseRecord, fromBase64, Grant, openMessage, Party, Recipient, Root, sealGrant, toBase64, toHex, unwrapCard, wrapCard,
} from "../seal/index.js";
import { caseAnswer, waitingAnswer } from "../desk/answers.js";
import { ApiError, getJson, postJson } from "../desk/api.js";
import { openCaseKeys, wrapRow } from "../desk/case_keys.js";
import { rowsOf } from "../desk/conversation.js";
import { Breach } from "../desk/failure.js";
import { namesNewer } from "../desk/keys_again.js";
import { checkCard, standingOf } from "../desk/older_key.js";

/** @typedef {import("../desk/case_keys.js").CaseKeys} CaseKeys @typedef {"talk" | "desk"} Scope */

/**
 * The next record of a scope: the same readers, in the newest epoch.
 * @param {CaseKeys} keys
 * @param {Scope} scope
 * @param {Root} fresh
 */
function nextRecord({ id, channel, officer, talk, desk }, scope, fresh) {
  const before = /** @type {CaseRecord} */ ((scope === "talk" ? talk : /** @type {any} */ (desk)).records.at(-1));
  return CaseRecord.sign(officer, {
    channel: channel.id,
    case: id,
    scope,
    number: before.number + 1,
    previous: before.hash,
    channelRecord: channel.newest.hash,
    talk: talk.records[0].hash,
    recipient: fresh.party.recipient,
    readers: /** @type {any} */ (before.readers.map((reader) => (reader[0] === "channel" ? ["channel", channel.newest.epoch] : reader))),
  });
}

/**
 * The reporter's party: the recipient stands in message 0, which the key that signed talk record 0 has signed.
 * @param {CaseKeys} keys
 * @param {import("../desk/answers.js").CaseAnswer} given
 */
async function mailboxParty({ id, talk, channel }, given) {
  try {
    const { signer } = talk.records[0];
    const [first] = rowsOf(given, "talk");
    const { body } = await openMessage(fromBase64(first.sealed), talk.roots[0], { case: id, scope: "talk" });
    if (body.n !== 0 || body.key !== toHex(signer)) throw new RangeError("message 0 is not the reporter's");
    return new Party(Recipient.parse(/** @type {string} */ (body.mailbox)), signer);
  } catch (error) {
    throw new Breach("case", channel.name, error);
  }
}

/**
 * @param {CaseRecord} record
 * @param {Root} root
 * @param {readonly Party[]} receivers
 */
async function granted(record, root, receivers) {
  return Promise.all(receivers.map(async (receiver) => {
    const { scope: purpose, channel, number, hash } = record;
    const grant = new Grant({ purpose, channel, case: record.case, number, record: hash, to: receiver.hash, root });
    return { receiver: toBase64(receiver.hash), sealed: toBase64(await sealGrant(grant, receiver.recipient)) };
  }));
}

/**
 * The card under the new desk root.
 * @param {CaseKeys} keys
 * @param {import("../desk/answers.js").SealedCard} card
 * @param {Root} fresh
 * @param {number} number
 */
function movedCard(keys, card, fresh, number) {
  checkCard(keys, card);
  const { id, desk } = keys;
  const root = /** @type {Root} */ (desk?.roots[card.number]);
  const opened = unwrapCard(root, fromBase64(card.sealed), { case: id, number: card.number });
  return wrapCard(fresh, /** @type {import("../seal/card.js").Card} */ (opened), { case: id, number });
}

/**
 * One case. A case with other readers than the team is a Breach: its next record would name them again.
 * @param {import("../desk/case_keys.js").Desk} desk
 * @param {string} caseId hex
 */
export async function reroot(desk, caseId) {
  const given = caseAnswer(await getJson(`/desk/api/cases/${caseId}`), caseId);
  if (namesNewer(desk, given)) throw new ApiError(409, "changed"); // a colleague was quicker, under keys of which this page does not know
  const keys = await openCaseKeys(desk, given);
  standingOf(keys);
  const { channel, id } = keys;
  const holder = channel.epochs.get(channel.newest.epoch);
  if (holder === undefined) throw new Breach("case", channel.name);
  const [talkRoot, deskRoot] = [Root.generate(), Root.generate()];
  const talk = nextRecord(keys, "talk", talkRoot);
  const wraps = [wrapRow(holder, talkRoot, id, "talk", talk.number)];
  const sent = { talk: toBase64(talk.raw), desk: "", desk_grants: /** @type {any[]} */ ([]), card: "" };
  if (keys.desk !== undefined) {
    const record = nextRecord(keys, "desk", deskRoot);
    wraps.push(wrapRow(holder, deskRoot, id, "desk", record.number));
    sent.desk = toBase64(record.raw);
    sent.desk_grants = await granted(record, deskRoot, [holder.party]);
    if (given.card === null) throw new Breach("case", channel.name); // who opened the case has sealed one with it
    sent.card = toBase64(movedCard(keys, given.card, deskRoot, record.number));
  }
  const receivers = [holder.party, await mailboxParty(keys, given)];
  await postJson(`/desk/api/cases/${caseId}/roots`, { ...sent, talk_grants: await granted(talk, talkRoot, receivers), wraps });
}

/**
 * Every open case that waits, one after the other. One that a colleague was quicker with, or that can't be moved, is left;
 * a breach stops it all.
 * @param {import("../desk/case_keys.js").Desk} desk
 * @param {(done: number, count: number) => void} onProgress before each, how many were tried
 * @returns {Promise<{ moved: number, left: number }>} by this browser; those that a colleague was quicker with are neither
 */
export async function rerootAll(desk, onProgress) {
  const { cases } = waitingAnswer(await getJson("/desk/api/roots"));
  let [moved, left] = [0, 0];
  for (const [done, caseId] of cases.entries()) {
    onProgress(done, cases.length);
    try {
      await reroot(desk, caseId);
      moved += 1;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0 || error.status === 401) throw error;
      if (error.status !== 409) left += 1;
    }
  }
  return { moved, left };
}
