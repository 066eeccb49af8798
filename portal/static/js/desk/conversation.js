/**
 * The conversation and the notes of a case: every message opened, its signature, signer, place and chain checked. One that
 * is damaged, missing, unsigned or out of its chain is told as such at its place; the rest stays readable.
 *
 * @typedef {"damaged" | "missing" | "unsigned" | "chain"} Problem
 * @typedef {{ scope: "talk" | "desk", n: number, side: string, kind: string, day: string, at: string | null,
 *   author: string | undefined, lang: string, text: string, fields: Record<string, string>,
 *   files: readonly import("../seal/body.js").FileItem[], sealed: string, problem: Problem | undefined, left: boolean,
 *   root: import("../seal/keys.js").Root | undefined, newer?: boolean }} Said
 *   `problem` "chain" and `left` leave the text readable; the other problems have none. `left`: signed by somebody who is
 *   no longer on the team; `root` is what it was sealed to, and its files with it; `newer`: it names a channel record that
 *   the page does not know
 */
import { checkReader, fromBase64, fromHex, NoIdentityMatches, openMessage, toHex } from "../seal/index.js";

const NO_HASH_TEXT = "0".repeat(64);

/**
 * Everything said in a case, notes among it, in the order in which it was said.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("./answers.js").CaseAnswer} given the answer of GET /desk/api/cases/<id>
 * @returns {Promise<Said[]>}
 */
export async function openConversation(keys, given) {
  const roles = new Map(given.people.map(({ id, name, role }) => [id, role || name]));
  const talk = await openScope("talk", keys, given, roles);
  const notes = keys.desk === undefined ? [] : await openScope("desk", keys, given, roles);
  return merged(talk, notes);
}

/** The rows of one scope, in order. @param {import("./answers.js").CaseAnswer} given @param {"talk" | "desk"} scope */
export function rowsOf(given, scope) {
  return given.messages.filter((row) => row.scope === scope).sort((a, b) => a.n - b.n);
}

/**
 * The number that the next message of a scope takes, and the hash of the one before, in hex.
 * @param {import("./answers.js").CaseAnswer} given
 * @param {"talk" | "desk"} scope
 */
export async function nextPlace(given, scope) {
  const last = rowsOf(given, scope).at(-1);
  return last === undefined ? { n: 0, prev: NO_HASH_TEXT } : { n: last.n + 1, prev: await hashOf(fromBase64(last.sealed)) };
}

/** SHA-256 of a message's age file, in hex. @param {Uint8Array} sealed */
async function hashOf(sealed) {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (sealed))));
}

/**
 * @param {"talk" | "desk"} scope
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("./answers.js").CaseAnswer} given
 * @param {Map<string, string>} roles
 */
async function openScope(scope, keys, given, roles) {
  /** @type {Said[]} */
  const said = [];
  let [next, prev] = [0, NO_HASH_TEXT];
  for (const row of rowsOf(given, scope)) {
    // One line a gap, whatever its width: the numbers are the server's word, and a large one must not fill the page.
    if (next < row.n) said.push({ ...unreadable({ ...row, n: next, side: "" }, scope), problem: "missing" });
    next = row.n + 1;
    const sealed = fromBase64(row.sealed);
    const one = await openRow(scope, keys, roles, row, sealed);
    const outOfPlace = one.problem === undefined && (one.n !== row.n || one.side !== row.side || one.prev !== prev);
    said.push({ ...one, n: row.n, problem: outOfPlace ? "chain" : one.problem });
    prev = await hashOf(sealed);
  }
  return said;
}

/** @param {import("./answers.js").MessageRow} row @param {"talk" | "desk"} scope */
function unreadable(row, scope) {
  return {
    scope, n: row.n, side: row.side, kind: "", day: row.day, at: null, author: undefined, lang: "", text: "", fields: {},
    files: [], sealed: "", left: false, prev: "", root: undefined,
  };
}

/**
 * @param {"talk" | "desk"} scope
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {Map<string, string>} roles
 * @param {import("./answers.js").MessageRow} row
 * @param {Uint8Array} sealed
 * @returns {Promise<Said & { prev: string }>}
 */
async function openRow(scope, keys, roles, row, sealed) {
  let opened;
  try {
    opened = await openWithAny(scope, keys, sealed);
  } catch (error) {
    const unsigned = error instanceof Error && error.name === "MessageSignatureWrong";
    return { ...unreadable(row, scope), problem: unsigned ? "unsigned" : "damaged" };
  }
  const { body, record } = opened;
  const signer = signerOf(keys, body, record, scope);
  if (signer === undefined) return { ...unreadable(row, scope), problem: "unsigned", newer: !knows(keys, body.record) };
  const { n, side, kind, day, at, lang, text, files, prev } = body;
  const fields = /** @type {Record<string, string>} */ (body.fields);
  const author = signer.officerId === undefined ? undefined : roles.get(signer.officerId);
  return {
    scope, n, side, kind, day, at: at ?? null, author, lang, text, fields, files, sealed: body.sealed, prev,
    left: signer.left, problem: undefined, root: opened.root,
  };
}

/**
 * The message, opened with the newest root that fits; that root, and its record.
 * @param {"talk" | "desk"} scope
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {Uint8Array} sealed
 */
async function openWithAny(scope, keys, sealed) {
  const { records, roots } = /** @type {import("./case_keys.js").ScopeKeys} */ (keys[scope]);
  for (let i = roots.length - 1; ; i -= 1) {
    try {
      const { body } = await openMessage(sealed, roots[i], { case: keys.id, scope });
      return { body, record: records[i], root: roots[i] };
    } catch (error) {
      if (i === 0 || !(error instanceof NoIdentityMatches)) throw error;
    }
  }
}

/** @param {import("./case_keys.js").CaseKeys} keys @param {string} record hash of a channel record, hex */
function knows({ channel }, record) {
  return channel.records.some(({ hash }) => toHex(hash) === record);
}

/**
 * Whose key it is: the reporter's, the same in every message as in talk record 0, or a member's of the channel record that
 * the message names. Undefined for anybody else: the server, or a stranger with the recipient.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("../seal/body.js").Body} body
 * @param {import("../seal/case_record.js").CaseRecord} record
 * @param {"talk" | "desk"} scope
 * @returns {{ officerId?: string, left: boolean } | undefined}
 */
function signerOf({ channel, talk }, body, record, scope) {
  if (body.side === "reporter") {
    return scope === "talk" && body.key === toHex(talk.records[0].signer) ? { left: false } : undefined;
  }
  const key = /** @type {Uint8Array} */ (fromHex(body.key, 32));
  const channelRecord = /** @type {Uint8Array} */ (fromHex(body.record, 32));
  try {
    const { officerId } = checkReader(record, key, { channelRecord, channelRecords: channel.records });
    const stays = channel.newest.members.some((member) => toHex(member.officerId) === toHex(officerId) && toHex(member.verifyKey) === body.key);
    return { officerId: toHex(officerId), left: !stays };
  } catch {
    return undefined;
  }
}

/**
 * Notes put among the messages by their minute; a reporter's message counts from the beginning of its day, since that is
 * all that is kept of it. Each chain keeps its own order.
 * @param {Said[]} talk
 * @param {Said[]} notes
 */
function merged(talk, notes) {
  const moment = (/** @type {Said} */ one) => one.at ?? `${one.day}T00:00Z`;
  const ordered = [];
  let t = 0;
  for (const note of notes) {
    while (t < talk.length && moment(talk[t]) <= moment(note)) ordered.push(talk[t++]);
    ordered.push(note);
  }
  return [...ordered, ...talk.slice(t)];
}
