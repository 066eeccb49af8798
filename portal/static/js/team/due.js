/** Epochs that are due, made at a keeper's unlock: an administrator has ended somebody's access, and only keys are missing. */
import { ApiError } from "../desk/api.js";
import { rememberKeepers } from "../desk/keys.js";
import { peopleOf } from "./admission.js";
import { keepersLeave, makeNext } from "./epoch.js";

/**
 * Makes the next epoch of every channel that waits for one and whose anchor stays. Where a keeper has left, or
 * somebody who was one as far as this officer knows, the new sheet has to be printed, on the team page. Can only take people off a team, never put one on.
 * @param {import("./admission_forms.js").Desk} desk
 * @returns {Promise<boolean>} whether something was made, so that the keys have to be read again
 */
export async function makeDue({ root, keys, channels }) {
  let made = false;
  for (const given of keys.channels) {
    const channel = channels.get(given.id);
    if (channel === undefined || given.leaving.length === 0 || given.anchor_grant === null) continue;
    const people = await peopleOf(given.id);
    await rememberKeepers(root, keys, given.id, people.keepers);
    if (keepersLeave(channel, people, people.leaving)) continue;
    try {
      if (people.leaving.length > 0) await makeNext({ root, keys, channel, given, people }, []);
      made = true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      made ||= error.status === 409; // a colleague's browser was quicker; after anything else it stays due, and the page says so
    }
  }
  return made;
}
