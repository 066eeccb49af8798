/**
 * The roots of one case: its signed records verified, each root taken from a wrap or a grant and used only when it makes
 * the recipient that its record names. Whatever does not fit is a Breach, and stops the page.
 *
 * @typedef {import("../seal/keys.js").Root} Root
 * @typedef {import("../seal/case_record.js").CaseRecord} CaseRecord
 * @typedef {import("./keys.js").Channel} Channel
 * @typedef {"talk" | "desk"} Scope
 * @typedef {{ records: readonly CaseRecord[], roots: readonly Root[] }} ScopeKeys oldest first, one root a record
 * @typedef {{ id: Uint8Array, channel: Channel, officer: Root, officerId: string, talk: ScopeKeys, desk: ScopeKeys | undefined }} CaseKeys
 *   `desk` is undefined until somebody has opened the case for the first time
 */
import { checkGrant, equal, fromBase64, fromHex, openGrant, toBase64, toHex, unwrapCaseRoot, verifyCaseChain, wrapCaseRoot } from "../seal/index.js";
import { postJson } from "./api.js";
import { Breach } from "./failure.js";

/**
 * The officer at the desk: the officer's own root, and the channels with their epochs.
 * @typedef {{ root: Root, officerId: string, channels: Map<string, Channel> }} Desk
 */

/**
 * Opens the keys of the case that the server handed out.
 * @param {Desk} desk
 * @param {import("./answers.js").CaseAnswer} given the answer of GET /desk/api/cases/<id>
 * @returns {Promise<CaseKeys>}
 * @throws {Breach}
 */
export async function openCaseKeys({ root: officer, officerId, channels }, given) {
  const channel = channels.get(given.channel);
  const id = fromHex(given.id, 16);
  if (channel === undefined || id === undefined) throw new Breach("no_key");
  const place = { channelRecords: channel.records, case: id };
  try {
    const talkRecords = verifyCaseChain(given.records.talk.map(fromBase64), { ...place, scope: "talk" });
    const deskRaws = given.records.desk.map(fromBase64);
    const opener = new Opener(given, { id, channel, officer, officerId });
    const talk = { records: talkRecords, roots: await opener.rootsOf("talk", talkRecords) };
    if (deskRaws.length === 0) return { id, channel, officer, officerId, talk, desk: undefined };
    const deskRecords = verifyCaseChain(deskRaws, { ...place, scope: "desk", talkRecords });
    const deskKeys = { records: deskRecords, roots: await opener.rootsOf("desk", deskRecords) };
    opener.keepWraps();
    return { id, channel, officer, officerId, talk, desk: deskKeys };
  } catch (error) {
    throw error instanceof Breach ? error : new Breach("case", channel.name, error);
  }
}

/** Takes the roots of one case out of its wraps and grants. */
class Opener {
  #given;
  #mine;
  /** @type {object[]} */
  #fresh = [];

  /**
   * @param {import("./answers.js").CaseAnswer} given
   * @param {{ id: Uint8Array, channel: Channel, officer: Root, officerId: string }} mine
   */
  constructor(given, mine) {
    this.#given = given;
    this.#mine = mine;
  }

  /**
   * @param {Scope} scope
   * @param {readonly CaseRecord[]} records
   */
  async rootsOf(scope, records) {
    const roots = [];
    for (const record of records) roots.push(await this.#rootOf(scope, record));
    return roots;
  }

  /** Whom the root of this record was granted to, among the roots that this officer holds. @param {CaseRecord} record */
  #holders(record) {
    const { channel, officer, officerId } = this.#mine;
    return record.readers.flatMap(([kind, value]) => {
      if (kind === "channel") return channel.epochs.get(value) ?? [];
      return kind === "officer" && toHex(value) === officerId ? officer : [];
    });
  }

  /** @param {Scope} scope @param {CaseRecord} record */
  async #rootOf(scope, record) {
    const holders = this.#holders(record);
    for (const holder of holders) {
      const root = this.#unwrapped(scope, record, holder) ?? (await this.#granted(scope, record, holder));
      if (root !== undefined) return root;
    }
    throw new Breach("case", this.#mine.channel.name);
  }

  /** @param {string} party @param {string} key `holder` or `receiver` @param {readonly any[]} rows @param {Scope} scope @param {number} number */
  #row(party, key, rows, scope, number) {
    return rows.find((row) => row.scope === scope && row.number === number && row[key] === party);
  }

  /**
   * The root out of a wrap. A damaged wrap is passed over: the grant behind it is the one that counts.
   * @param {Scope} scope
   * @param {CaseRecord} record
   * @param {Root} holder
   */
  #unwrapped(scope, { number, recipient }, holder) {
    const row = this.#row(toHex(holder.party.hash), "holder", this.#given.wraps, scope, number);
    if (row === undefined) return undefined;
    try {
      const root = unwrapCaseRoot(holder, fromBase64(row.wrapped), { case: this.#mine.id, scope, number });
      return equal(root.identity.recipient.raw, recipient.raw) ? root : undefined;
    } catch {
      return undefined;
    }
  }

  /** @param {Scope} scope @param {CaseRecord} record @param {Root} holder */
  async #granted(scope, { number, hash, recipient }, holder) {
    const { id, channel } = this.#mine;
    const row = this.#row(toHex(holder.party.hash), "receiver", this.#given.grants, scope, number);
    if (row === undefined) return undefined;
    const grant = await openGrant(fromBase64(row.sealed), holder);
    checkGrant(grant, { purpose: scope, channel: channel.id, case: id, number, recordHash: hash, recipient });
    this.#fresh.push(wrapRow(holder, grant.root, id, scope, number));
    return grant.root;
  }

  /** Sends what was opened by a grant back as wraps, so that the next time costs nothing. Losing it costs only time. */
  keepWraps() {
    if (this.#fresh.length === 0) return;
    postJson(`/desk/api/cases/${this.#given.id}/wraps`, { wraps: this.#fresh }).catch(() => undefined);
  }
}

/**
 * A root under a holder's `wrap` key, as the server takes it.
 * @param {Root} holder
 * @param {Root} root
 * @param {Uint8Array} caseId
 * @param {Scope} scope
 * @param {number} number
 */
export function wrapRow(holder, root, caseId, scope, number) {
  const wrapped = wrapCaseRoot(holder, root, { case: caseId, scope, number });
  return { scope, number, holder: toBase64(holder.party.hash), wrapped: toBase64(wrapped) };
}
