/**
 * The next epoch: a root that whoever leaves never had, granted to those who stay. Where a leaver kept the anchor, the
 * anchor hands over to a new one as well, and the caller has had its sheet printed before.
 */
import { fromHex, Party, Recipient, Root, toBase64, toHex } from "../seal/index.js";
import { keysAnswer } from "../desk/answers.js";
import { ApiError, getJson, isRefusal, postJson } from "../desk/api.js";
import { Breach } from "../desk/failure.js";
import { keepPins, pinOf, readPins } from "../desk/keys.js";
import { openAnchor } from "./anchor.js";
import { granted, grantedEpochs, nextRecord } from "./records.js";

/**
 * @typedef {{ root: Root, keys: import("../desk/answers.js").KeysAnswer, channel: import("../desk/keys.js").Channel,
 *   given: import("../desk/answers.js").OwnChannel, people: import("../desk/answers.js").TeamAnswer }} Work
 * @typedef {import("../desk/keys.js").ChannelRecord} ChannelRecord
 */

/**
 * The parties of the members who stay: the server tells the recipients, the signed record says whether they are theirs.
 * @param {Work} work
 * @param {ReadonlySet<string>} leavers
 */
function stayingParties({ channel, people }, leavers) {
  return channel.newest.members.filter(({ officerId }) => !leavers.has(toHex(officerId))).map((member) => {
    const id = toHex(member.officerId);
    const told = people.members.find((one) => one.id === id);
    try {
      return { id, member, party: /** @type {Party} */ (member.party(Recipient.parse(told?.recipient ?? ""))) };
    } catch (error) {
      throw new Breach("chain", channel.name, error);
    }
  });
}

/**
 * Whether one of `leavers` holds the anchor, so that it has to change. A server that works with a leaver would leave this
 * one out of `people.keepers`, and have the new root granted to the old anchor: so the pins count as well.
 * @param {{ keepers: readonly string[] }} channel
 * @param {{ keepers: readonly string[] }} people
 * @param {readonly string[]} leavers
 */
export function keepersLeave(channel, people, leavers) {
  return leavers.some((id) => channel.keepers.includes(id) || people.keepers.includes(id));
}

/**
 * Makes and sends the next epoch, without `leavers` (ids in hex). Where the answer is lost, the chain itself says whether
 * the record was stored; where that can't be read either, nobody may believe that nothing was: the sheet of a new anchor
 * may be the only valid one.
 * @param {Work} work
 * @param {readonly string[]} leavers
 * @param {Root} [newAnchor] given exactly where a keeper leaves
 * @throws {ApiError} with the code "unclear" where nothing tells
 */
export async function makeNext(work, leavers, newAnchor) {
  const { root, keys, channel, given, people } = work;
  const what = [given.id, ...leavers, newAnchor === undefined ? "" : toHex(newAnchor.verifyKey)].join(" ");
  const sent = unanswered.get(what) ?? [];
  unanswered.set(what, sent);
  const record = (await standing(given.id, sent)) ?? (await send(work, leavers, newAnchor, sent));
  if (newAnchor !== undefined) {
    const gone = new Set([...leavers, ...people.leaving]);
    const keepers = [...channel.keepers, ...people.keepers].filter((id) => !gone.has(id));
    // Who made the new anchor has nothing to compare; everybody else types two of its words first.
    await keepPins(root, keys, { ...readPins(root, keys), [given.id]: pinOf(newAnchor.party, record, keepers) });
  }
  unanswered.delete(what);
}

/** Records that were sent and are not known to have been refused, by what they were to do. @type {Map<string, ChannelRecord[]>} */
const unanswered = new Map();

/**
 * Which of `sent` stands in the channel's chain, read anew: only this keeper can have signed it.
 * @param {string} channelId
 * @param {readonly ChannelRecord[]} sent
 * @throws {ApiError} "unclear"
 */
async function standing(channelId, sent) {
  if (sent.length === 0) return undefined;
  try {
    const { channels } = keysAnswer(await getJson("/desk/api/keys"));
    const records = channels.find(({ id }) => id === channelId)?.records ?? [];
    return sent.find(({ raw }) => records.includes(toBase64(raw)));
  } catch (error) {
    if (error instanceof ApiError) throw new ApiError(error.status, "unclear");
    throw error;
  }
}

/**
 * Sends a fresh record with its grants; the one that is stored then, by this press or an earlier one.
 * @param {Work} work
 * @param {readonly string[]} leavers
 * @param {Root | undefined} newAnchor
 * @param {ChannelRecord[]} sent those of earlier presses
 */
async function send(work, leavers, newAnchor, sent) {
  const { record, body } = await sealed(work, leavers, newAnchor);
  const { id } = work.given;
  sent.push(record);
  try {
    await postJson(`/desk/api/channels/${id}/epochs`, body);
    return record;
  } catch (error) {
    if (isRefusal(error)) sent.pop();
    const stands = await standing(id, sent);
    if (stands !== undefined) return stands;
    throw isRefusal(error) ? error : new ApiError(0, "unclear");
  }
}

/**
 * The next record, and all that goes to the server with it.
 * @param {Work} work
 * @param {readonly string[]} leavers
 * @param {Root} [newAnchor]
 */
async function sealed(work, leavers, newAnchor) {
  const { root, channel, given, people } = work;
  const gone = new Set([...leavers, ...people.leaving]);
  const anchor = await openAnchor(root, channel, given.anchor_grant);
  const staying = stayingParties(work, gone);
  const epochRoot = Root.generate();
  const next = newAnchor ?? anchor;
  const record = nextRecord(anchor, channel.newest, {
    epoch: channel.newest.epoch + 1,
    recipient: epochRoot.party.recipient,
    members: staying.map(({ member }) => member),
    anchorVerifyKey: next.verifyKey,
    anchorRecipientHash: next.party.recipient.hash,
  });
  const receivers = [...staying.map(({ party }) => party), next.party];
  const grants = await Promise.all(receivers.map((receiver) => granted("channel", record, epochRoot, receiver)));
  if (newAnchor !== undefined) {
    grants.push(...(await grantedEpochs(channel.records, channel.epochs, newAnchor.party)));
    const keepers = staying.filter(({ id }) => people.keepers.includes(id));
    grants.push(...(await Promise.all(keepers.map(({ party }) => granted("anchor", record, newAnchor, party)))));
  }
  return {
    record,
    body: {
      record: toBase64(record.raw),
      party: toBase64(epochRoot.party.hash),
      grants,
      anchor_recipient: newAnchor === undefined ? "" : newAnchor.party.recipient.toString(),
      sheet_confirmed: newAnchor !== undefined,
    },
  };
}

/** An officer's id as the server takes it. @param {string} id hex */
export function idInBase64(id) {
  return toBase64(/** @type {Uint8Array} */ (fromHex(id, 16)));
}
