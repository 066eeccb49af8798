/**
 * A newcomer's half of joining, and everybody's after the anchor has changed: two of the channel's eight words, typed from
 * what a keeper has said, are compared here with the anchor of the signed chain. Before that nothing granted is used.
 *
 * @typedef {{ given: import("../desk/answers.js").OwnChannel, id: Uint8Array, newest: import("../desk/keys.js").ChannelRecord,
 *   records: readonly import("../desk/keys.js").ChannelRecord[], anchor: import("../seal/keys.js").Party,
 *   changed: boolean }} Unconfirmed `changed`: other words were confirmed before
 */
import { keepPins, openEpochs, pinOf, readPins, verifiedChain } from "../desk/keys.js";
import { fold, toHex } from "../seal/index.js";
import { inputById } from "../desk/start.js";

/**
 * The channels that were granted to this officer and not confirmed, each with its chain verified.
 * @param {import("../seal/keys.js").Root} root
 * @param {import("../desk/answers.js").KeysAnswer} keys the answer of GET /desk/api/keys
 * @returns {Unconfirmed[]}
 * @throws {import("../desk/failure.js").Breach}
 */
export function unconfirmed(root, keys) {
  const pins = readPins(root, keys);
  return keys.channels.flatMap((given) => {
    const pin = Object.hasOwn(pins, given.id) ? pins[given.id] : undefined;
    const chain = verifiedChain(given, pin);
    if (pin?.anchor === toHex(chain.anchor.hash)) return [];
    return [{ given, ...chain, changed: pin !== undefined }];
  });
}

/**
 * Pins the channel, once what was granted has been found to fit its records.
 * @param {import("../seal/keys.js").Root} root
 * @param {import("../desk/answers.js").KeysAnswer} keys
 * @param {Unconfirmed} channel
 * @throws {import("../desk/failure.js").Breach}
 */
export async function confirm(root, keys, { given, records, newest, anchor }) {
  await openEpochs(given, records, root);
  const pins = readPins(root, keys);
  const { keepers: seen = [] } = Object.hasOwn(pins, given.id) ? pins[given.id] : {};
  await keepPins(root, keys, { ...pins, [given.id]: pinOf(anchor, newest, [...seen, ...given.keepers]) });
}

/**
 * Whether the words typed into the fields `confirm-word-0` and `-1` stand at these places; a wrong one is marked.
 * @param {readonly string[]} words
 * @param {readonly number[]} asked
 */
export function compared(words, asked) {
  const wrong = asked.map((place, i) => fold(inputById(`confirm-word-${i}`).value) !== fold(words[place]));
  wrong.forEach((isWrong, i) => {
    if (isWrong) inputById(`confirm-word-${i}`).setAttribute("aria-invalid", "true");
    else inputById(`confirm-word-${i}`).removeAttribute("aria-invalid");
  });
  return !wrong.includes(true);
}
