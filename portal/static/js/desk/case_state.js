/**
 * One case on its page: read, opened, verified, and read again after everything that changes it. What shows it is told by
 * `onRead`; the texts that somebody is writing stay where they are.
 */
import { fromBase64, unwrapCard } from "../seal/index.js";
import { caseAnswer } from "./answers.js";
import { ApiError, getJson } from "./api.js";
import { openCaseKeys } from "./case_keys.js";
import { openConversation } from "./conversation.js";
import { keyOf } from "./bubbles.js";
import { checkContinues } from "./continues.js";
import { Breach } from "./failure.js";
import { openFirst } from "./first_opening.js";
import { keysAgain, namesNewer } from "./keys_again.js";
import { checkCard, standingOf } from "./older_key.js";
import { reroot } from "../team/reroot.js";

/**
 * @typedef {{ given: import("./answers.js").CaseAnswer, keys: import("./case_keys.js").CaseKeys, conversation: import("./conversation.js").Said[],
 *   card: { title: string, category: string } | undefined, fresh: ReadonlySet<string>, verified: boolean }} Read
 *   `fresh`: the messages that were not there at the last reading, by keyOf; empty at the first
 */

export class CaseState {
  #desk;
  #id;
  #onRead;
  /** @type {Read | undefined} */
  #read;

  /**
   * @param {import("./case_keys.js").Desk} desk
   * @param {string} id hex
   * @param {(read: Read) => void} onRead
   */
  constructor(desk, id, onRead) {
    this.#desk = desk;
    this.#id = id;
    this.#onRead = onRead;
  }

  /** What was last read. @returns {Read} */
  get read() {
    if (this.#read === undefined) throw new RangeError("the case was not read yet");
    return this.#read;
  }

  /** Forgets every key, and what was opened with them: the visit is over. `unlock` follows before anything else. */
  forget() {
    this.#desk = /** @type {any} */ (undefined);
    this.#read = undefined;
  }

  /** Goes on with these keys, from a first reading on. @param {import("./case_keys.js").Desk} desk */
  unlock(desk) {
    this.#desk = desk;
  }

  /** The address of this case's own things. @param {string} thing */
  path(thing) {
    return `/desk/api/cases/${this.#id}/${thing}`;
  }

  /**
   * Reads the case anew. One that nobody has opened yet is opened; an open one under an older key is moved to the newest
   * before anybody writes in it, which takes somebody who was on the team then.
   * @param {{ conflict?: boolean }} [why] `conflict`: the server says that something came between, a newer key perhaps
   */
  async refresh({ conflict = false } = {}) {
    let { given, keys, conversation } = await this.#load(conflict);
    const { standing } = standingOf(keys);
    if (standing === "mine" && given.stage !== "closed") {
      const mine = await this.#move();
      ({ given, keys, conversation } = await this.#load(!mine));
    }
    if (keys.desk === undefined && ["newest", "mine"].includes(standing)) {
      const report = conversation[0];
      // A case that was opened before has desk records: without them it is another one in its place.
      if (report === undefined || given.stage !== "received" || this.#read !== undefined) throw new Breach("case", keys.channel.name);
      await openFirst(keys, { report: report.text, category: report.fields.category, fallback: given.reference });
      ({ given, keys, conversation } = await this.#load());
    }
    const before = new Set(this.#read?.conversation.map(keyOf));
    const fresh = this.#read === undefined ? [] : conversation.map(keyOf).filter((key) => !before.has(key));
    const verified = conversation.every(({ problem }) => problem === undefined);
    this.#read = { given, keys, conversation, card: cardOf(keys, given), fresh: new Set(fresh), verified };
    this.#onRead(this.#read);
    return this.#read;
  }

  /**
   * The case, and the team's keys with it where they may have changed since: what names a record that the page does not
   * know is judged by the chain of now.
   */
  async #load(conflict = false) {
    const given = caseAnswer(await getJson(`/desk/api/cases/${this.#id}`), this.#id);
    if (conflict || namesNewer(this.#desk, given)) this.#desk = await keysAgain(this.#desk, given.channel);
    const opened = await this.#open(given);
    if (!opened.conversation.some(({ newer }) => newer)) return opened;
    this.#desk = await keysAgain(this.#desk, given.channel);
    return this.#open(given);
  }

  /** @param {import("./answers.js").CaseAnswer} given */
  async #open(given) {
    const keys = await openCaseKeys(this.#desk, given);
    if (this.#read !== undefined) checkContinues(this.#read, { given, keys });
    return { given, keys, conversation: await openConversation(keys, given) };
  }

  /** Whether this browser has moved it. A colleague who was quicker has done the same. */
  async #move() {
    try {
      await reroot(this.#desk, this.#id);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      return false;
    }
  }
}

/**
 * Title and category; undefined when the card can't be opened, which hides nothing else.
 * @param {import("./case_keys.js").CaseKeys} keys
 * @param {import("./answers.js").CaseAnswer} given
 * @throws {Breach} for a card under another record than the newest
 */
function cardOf(keys, { card }) {
  if (card === null) return undefined;
  checkCard(keys, card);
  const { number } = card;
  const root = /** @type {import("./case_keys.js").ScopeKeys} */ (keys.desk).roots[number];
  try {
    const { title, category } = unwrapCard(root, fromBase64(card.sealed), { case: keys.id, number });
    return { title: String(title), category: String(category) };
  } catch {
    return undefined;
  }
}
