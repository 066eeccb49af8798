/** Letting somebody in: the next record names the newcomer, and the channel's roots are granted to the newcomer's party. */
import { fromBase64, fromHex, Party, Recipient, toBase64 } from "../seal/index.js";
import { teamAnswer } from "../desk/answers.js";
import { getJson, postJson } from "../desk/api.js";
import { rememberKeepers } from "../desk/keys.js";
import { openAnchor } from "./anchor.js";
import { granted, grantedEpochs, memberOf, nextRecord } from "./records.js";

/** @typedef {import("../desk/answers.js").Person} Person as the server describes one */

/** The party of these public keys, from which the eight words are made. @param {Person} person */
export function partyOf({ recipient, verify_key: verifyKey }) {
  return new Party(Recipient.parse(recipient), fromBase64(verifyKey));
}

/** The people of a channel and those outside it. @param {string} channelId hex */
export async function peopleOf(channelId) {
  return teamAnswer(await getJson(`/desk/api/channels/${channelId}/team`));
}

/**
 * Signs, grants and sends. `person` must be the very keys whose words were compared.
 * @param {{ root: import("../seal/keys.js").Root, keys: import("../desk/answers.js").KeysAnswer }} desk the keeper's
 * @param {import("../desk/keys.js").Channel} channel
 * @param {import("../desk/answers.js").OwnChannel} given
 * @param {Person} person
 * @param {boolean} keeper whether the newcomer keeps the anchor as well
 */
export async function admit({ root, keys }, channel, given, person, keeper) {
  const anchor = await openAnchor(root, channel, given.anchor_grant);
  const party = partyOf(person);
  const officerId = /** @type {Uint8Array} */ (fromHex(person.id, 16));
  const record = nextRecord(anchor, channel.newest, { members: [...channel.newest.members, memberOf(officerId, party)] });
  const grants = await grantedEpochs([...channel.records, record], channel.epochs, party);
  if (keeper) {
    await rememberKeepers(root, keys, given.id, [person.id]);
    grants.push(await granted("anchor", record, anchor, party));
  }
  await postJson(`/desk/api/channels/${given.id}/members`, { record: toBase64(record.raw), grants });
}
