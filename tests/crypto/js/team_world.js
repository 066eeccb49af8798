/**
 * A team and one case, as their browsers make them: signed records, grants, messages, and what the server answers of them.
 * Tests change the answers as a dishonest server would, with the help of somebody who has left.
 */
import { pinOf, sealPins } from "../../../portal/static/js/desk/keys.js";
import {
  Body, CaseRecord, ChannelRecord, Grant, Member, NO_HASH, randomBytes, Root, sealGrant, sealMessage, toBase64, toHex, wrapCard,
} from "../../../portal/static/js/seal/index.js";

export const DAY = "2026-05-04";
const NO_HASH_TEXT = "0".repeat(64);

/** One of the staff. */
export function staff(name) {
  return { name, id: randomBytes(16), root: Root.generate() };
}

/** As the server describes the person. */
export function described({ name, id, root }) {
  return { id: toHex(id), name, role: "Officer", recipient: root.party.recipient.toString(), verify_key: toBase64(root.verifyKey) };
}

/** A channel with the anchor's key and each epoch's root. */
export class Team {
  id = randomBytes(16);
  anchor = Root.generate();
  roots = [Root.generate()];
  records = [];

  /** @param {...{ id: Uint8Array, root: Root }} people on the team from the beginning */
  constructor(...people) {
    this.sign(people);
  }

  get newest() { return this.records.at(-1); }

  /** The next record, with these people; `epoch` makes the next one. */
  sign(people, { epoch = false, anchor = this.anchor } = {}) {
    if (epoch) this.roots.push(Root.generate());
    const before = this.newest;
    const members = people.map(({ id, root }) => new Member(id, root.verifyKey, root.party.recipient.hash));
    this.records.push(ChannelRecord.sign(this.anchor, {
      channel: this.id, number: this.records.length, previous: before?.hash ?? NO_HASH, anchorVerifyKey: anchor.verifyKey,
      anchorRecipientHash: anchor.party.recipient.hash, epoch: this.roots.length - 1, recipient: this.roots.at(-1).party.recipient,
      members: members.sort((a, b) => (toHex(a.officerId) < toHex(b.officerId) ? -1 : 1)), day: DAY,
    }));
    this.anchor = anchor;
    return this.newest;
  }

  /** One root granted to one party. */
  async grant(purpose, record, root, { party }, caseId = null) {
    const number = { anchor: 0, channel: record.epoch }[purpose] ?? record.number;
    return toBase64(await sealGrant(new Grant({ purpose, channel: this.id, case: caseId, number, record: record.hash, to: party.hash, root }), party.recipient));
  }

  /** What GET /desk/api/keys answers to `me`, who has seen the first `seen` records; `remembered` keepers, null for older pins. */
  async keys(me, { seen = this.records.length, keepers = [me], remembered = keepers, leaving = [] } = {}) {
    const naming = [...new Map(this.records.map((record) => [record.epoch, record])).values()];
    const keeper = keepers.includes(me);
    const { keepers: known, ...pin } = pinOf(this.anchor.party, this.records[seen - 1], (remembered ?? []).map(({ id }) => toHex(id)));
    const channel = {
      id: toHex(this.id), name: "Board", slug: "board", records: this.records.map(({ raw }) => toBase64(raw)),
      anchor_recipient: this.anchor.party.recipient.toString(), keeper, keepers: keepers.map(({ id }) => toHex(id)),
      anchor_grant: keeper ? await this.grant("anchor", this.newest, this.anchor, me.root) : null,
      grants: await Promise.all(naming.map((record) => this.grant("channel", record, this.roots[record.epoch], me.root))),
      leaving: leaving.map(({ id }) => toHex(id)),
    };
    const pins = toBase64(sealPins(me.root, me.id, { [channel.id]: remembered === null ? pin : { ...pin, keepers: known } }));
    return { officer: described(me), row: "00".repeat(32), sealed_root: null, pins, channels: [channel] };
  }
}

/** One case of a team, reported under the team's first record. */
export class Case {
  id = randomBytes(16);
  mailbox = Root.generate();
  records = { talk: [], desk: [] };
  roots = { talk: [], desk: [] };
  grants = [];
  messages = [];

  /** @param {Team} team */
  constructor(team) {
    this.team = team;
  }

  /** The next record of a scope, signed by `signer` under `under`, granted to `holders`. */
  async sign(scope, signer, { under = this.team.newest, readers, holders, root = Root.generate() } = {}) {
    const [before, talk] = [this.records[scope].at(-1), this.records.talk[0]];
    const team = [["channel", under.epoch], ...(scope === "talk" ? [["mailbox", null]] : [])];
    const record = CaseRecord.sign(signer, {
      channel: this.team.id, case: this.id, scope, number: this.records[scope].length, previous: before?.hash ?? NO_HASH,
      channelRecord: under.hash, talk: talk?.hash ?? NO_HASH, recipient: root.party.recipient, readers: readers ?? team,
    });
    for (const holder of holders ?? [this.team.roots[under.epoch]]) {
      const sealed = await this.team.grant(scope, record, root, holder, this.id);
      this.grants.push({ scope, number: record.number, receiver: toHex(holder.party.hash), sealed });
    }
    this.records[scope].push(record);
    this.roots[scope].push(root);
    return root;
  }

  /** The case with its report, opened by `officer`. */
  static async opened(team, officer) {
    const made = new Case(team);
    await made.sign("talk", made.mailbox);
    await made.says("talk", made.mailbox, { side: "reporter", kind: "report", text: "The drain.", mailbox: made.mailbox.party.recipient.toString() });
    await made.sign("desk", officer.root);
    return made;
  }

  /** Both scopes under the team's newest record, as a colleague's browser moves them. */
  async moves(officer) {
    await this.sign("talk", officer.root);
    await this.sign("desk", officer.root);
  }

  /** One message more, of `signer`. */
  async says(scope, signer, { record = this.team.newest, ...fields }) {
    const rows = this.messages.filter((row) => row.scope === scope);
    const prev = rows.length === 0 ? NO_HASH_TEXT : await hashOf(rows.at(-1).raw);
    const body = new Body({
      kind: "message", side: "desk", n: rows.length, prev, record: toHex(record.hash), key: toHex(signer.verifyKey), sealed: "browser",
      day: DAY, ...(fields.side === "reporter" ? {} : { at: `${DAY}T10:00Z` }), lang: "en", text: "", fields: {}, files: [], ...fields,
    });
    const raw = await sealMessage(body, signer, { case: this.id, scope, recipient: this.roots[scope].at(-1).party.recipient });
    this.messages.push({ scope, n: rows.length, side: body.side, day: DAY, sealed: toBase64(raw), raw });
  }

  /** The card under desk root `number`, as the server hands it out. */
  card(number) {
    const sealed = wrapCard(this.roots.desk[number], { v: 1, title: "A drain", category: "OTHER" }, { case: this.id, number });
    return { number, sealed: toBase64(sealed) };
  }

  /** What GET /desk/api/cases/<id> answers, with `talk` and `desk` records at most. */
  answer({ talk = Infinity, desk = Infinity, card = null, stage = "in_progress", people = [] } = {}) {
    const rows = (scope, count) => this.records[scope].slice(0, count).map(({ raw }) => toBase64(raw));
    return {
      id: toHex(this.id), channel: toHex(this.team.id), reference: "2026-M4TX9", stage, is_test: false, received_on: DAY,
      acknowledge_due_on: DAY, acknowledged_on: DAY, feedback_due_on: DAY, closed_on: null, steps: [], today: DAY, feedback_if_today: DAY,
      records: { talk: rows("talk", talk), desk: rows("desk", desk) }, grants: this.grants, wraps: [], card,
      messages: this.messages.map(({ raw: _raw, ...row }) => row), people: people.map(described),
    };
  }
}

/** @param {Uint8Array} raw */
async function hashOf(raw) {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", raw)));
}
