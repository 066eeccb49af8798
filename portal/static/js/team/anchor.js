/** The anchor of a channel in its keeper's browser: taken from its grant, and used only if the signed records name it. */
import { checkGrant, equal, fromBase64, openGrant, RecordNotAllowed } from "../seal/index.js";
import { Breach } from "../desk/failure.js";

/**
 * @param {import("../seal/keys.js").Root} root the keeper's own
 * @param {import("../desk/keys.js").Channel} channel
 * @param {string | null} sealed `anchor_grant` in the answer of GET /desk/api/keys; null only for who keeps no anchor
 * @returns {Promise<import("../seal/keys.js").Root>}
 * @throws {Breach}
 */
export async function openAnchor(root, { id, name, anchor, records }, sealed) {
  try {
    const grant = await openGrant(fromBase64(sealed ?? ""), root);
    const named = records.some(({ hash, anchorVerifyKey }) => equal(hash, grant.record) && equal(anchorVerifyKey, anchor.verifyKey));
    if (!named) throw new RecordNotAllowed("a grant that names no record of this anchor");
    const { recipient } = anchor;
    checkGrant(grant, { purpose: "anchor", channel: id, case: null, number: 0, recordHash: grant.record, recipient });
    // The recipient and the verify key come from one root; a record that paired two of them would fail here.
    if (!equal(grant.root.verifyKey, anchor.verifyKey)) throw new RecordNotAllowed("the anchor's root signs with another key");
    return grant.root;
  } catch (error) {
    throw new Breach("grant", name, error);
  }
}
