/**
 * The operations that our vectors name (crypto/vectors/README.md), done by js/seal/. Runs in Node and in a browser, so it
 * imports nothing else.
 */
import * as seal from "../../../portal/static/js/seal/index.js";

const { fromBase64, toBase64, toHex, utf8, utf8Text } = seal;

function unhex(text) {
  return seal.fromHex(text, text.length / 2);
}

const root = (text) => new seal.Root(unhex(text));
const casePlace = (given) => ({ case: unhex(given.case), scope: given.scope, number: given.number });
const seen = (given) => (given.seen ? [given.seen.number, unhex(given.seen.hash)] : undefined);
const hashes = (records) => ({ hashes: records.map(({ hash }) => toHex(hash)) });

/** What an age file gives before it ends or fails, fed byte by byte. */
export async function released({ file, identities }) {
  const bytes = Array.from(fromBase64(file), (byte) => Uint8Array.of(byte));
  const source = new ReadableStream({
    pull(controller) {
      const next = bytes.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
  });
  const out = [];
  try {
    const reader = (await seal.openStream(source, identities.map(seal.Identity.parse))).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) out.push(next.value);
  } catch (error) {
    if (!(error instanceof seal.AgeError)) throw error;
  }
  return seal.concat(...out);
}

function rootOperation(given) {
  const of = root(given.root);
  return {
    kem: toHex(seal.derive(of.secret, "kem")),
    identity: of.identity.toString(),
    recipient: of.party.recipient.toString(),
    recipient_hash: toHex(of.party.recipient.hash),
    sign_seed: toHex(seal.derive(of.secret, "sign")),
    verify_key: toHex(of.verifyKey),
    auth: toHex(of.authKey),
    wrap: toHex(of.wrapKey),
    card: toHex(of.cardKey),
    party: toHex(of.party.hash),
    words: of.party.words.join(" "),
  };
}

function channelChain(given) {
  const raws = given.records.map(utf8);
  return hashes(seal.verifyChannelChain(raws, { channel: unhex(given.channel), seen: seen(given) }));
}

function caseChain(given) {
  const raws = given.channel_records.map(utf8);
  const channelRecords = seal.verifyChannelChain(raws, { channel: seal.ChannelRecord.read(raws[0]).channel });
  const team = { channelRecords, case: unhex(given.case) };
  const talk = given.talk_records.map(utf8);
  const talkRecords = talk.length === 0 ? [] : seal.verifyCaseChain(talk, { ...team, scope: "talk" });
  const mailboxVerifyKey = given.mailbox_verify_key ? unhex(given.mailbox_verify_key) : undefined;
  const expected = { ...team, scope: given.scope, mailboxVerifyKey, talkRecords, seen: seen(given) };
  return hashes(seal.verifyCaseChain(given.records.map(utf8), expected));
}

async function grant(given) {
  const receiver = root(given.receiver_root);
  const sealed = "sealed" in given
    ? fromBase64(given.sealed)
    : await seal.sealBytes(utf8(given.plaintext), [receiver.party.recipient]);
  const opened = await seal.openGrant(sealed, receiver);
  const { asked } = given;
  seal.checkGrant(opened, {
    purpose: asked.purpose,
    channel: unhex(asked.channel),
    case: asked.case ? unhex(asked.case) : null,
    number: asked.number,
    recordHash: unhex(asked.record_hash),
    recipient: seal.Recipient.parse(asked.recipient),
  });
  return { root: toHex(opened.root.secret) };
}

async function message(given) {
  const holder = root(given.root);
  let sealed = "sealed" in given ? fromBase64(given.sealed) : undefined;
  if (sealed === undefined) {
    const text = utf8(`${given.line}\n${given.signature}\n${given.after}`);
    const padded = new Uint8Array(Math.max(given.size, text.length)).fill(0x0a);
    padded.set(text);
    sealed = await seal.sealBytes(padded, [holder.party.recipient]);
  }
  const { body, raw, hash } = await seal.openMessage(sealed, holder, casePlace(given));
  const found = { n: body.n, side: body.side, line: utf8Text(raw) };
  return "sealed" in given ? { ...found, hash: toHex(hash) } : found;
}

function messageChain({ messages }) {
  seal.checkChain(messages.map(({ line, hash }) => (
    { body: seal.Body.read(utf8(line)), hash: unhex(hash), raw: utf8(line) })));
  return {};
}

async function attachment(given) {
  const holder = root(given.root);
  const plain = seal.concat(unhex(given.content), new Uint8Array(given.padding), unhex(given.tail));
  const sealed = await seal.sealBytes(plain, [holder.party.recipient]);
  const head = given.item.head ?? (await seal.headHash(sealed.subarray(0, seal.HEAD_SIZE)));
  const item = new seal.FileItem({ ...given.item, head });
  item.check();
  const source = seal.streamOf(sealed.subarray(0, sealed.length - given.cut));
  return { content: toHex(await seal.readAll(await seal.openAttachment(source, holder.identity, item))) };
}

/** Writes again what was read. JavaScript moves keys such as "7" to the front of an object: here they go back. */
function readJson({ raw }) {
  const text = fromBase64(raw);
  const value = seal.strictJson.read(text);
  const spelled = utf8Text(text);
  const keys = Object.keys(value).sort((a, b) => spelled.indexOf(`"${a}":`) - spelled.indexOf(`"${b}":`));
  const entries = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`);
  return { again: toBase64(utf8(`{${entries.join()}}`)) };
}

function readNotebook({ json }) {
  const notebook = seal.Notebook.fromJson(utf8(json));
  if (utf8Text(notebook.toJson()) !== json) throw new Error("a notebook that is written in another way than it is read");
  return { talks: notebook.talks.length, last_n: notebook.lastN, opened: notebook.opened[0] };
}

export const OPERATIONS = {
  root: rootOperation,
  party_words: ({ party }) => (
    { words: seal.numberToWords(seal.toNumber(unhex(party).subarray(0, 13)) >> 1n, 8).join(" ") }),
  derive: ({ secret, labels }) => ({ keys: labels.map((label) => toHex(seal.derive(unhex(secret), label))) }),
  parse_recipient: ({ text }) => ({ hash: toHex(seal.Recipient.parse(text).hash) }),
  parse_identity: ({ text }) => ({ recipient_hash: toHex(seal.Identity.parse(text).recipient.hash) }),
  verify: (given) => seal.verify(unhex(given.verify_key), unhex(given.signature), unhex(given.data)) ?? {},
  sheet({ words }) {
    const found = seal.anchorRoot(words.split(" "));
    return { root: toHex(found.secret), words: seal.anchorWords(found).join(" ") };
  },
  fold_case_key: ({ text }) => ({ case_key: seal.foldCaseKey(text) }),
  fold_passphrase: ({ text }) => ({ folded: seal.foldPassphrase(text) }),
  async receipt({ case_key: caseKey, folded }) {
    const mailbox = await seal.mailboxRoot(caseKey, folded);
    return { locator: toHex(seal.locator(caseKey)), mailbox_root: toHex(mailbox.secret) };
  },
  sizes: ({ sizes }) => ({
    padme: sizes.map(seal.padme),
    message: sizes.map(seal.messageSize),
    attachment: sizes.map(seal.attachmentSize),
  }),
  read_json: readJson,
  async open_age({ file, identities, portal }) {
    const opened = await seal.openBytes(fromBase64(file), identities.map(seal.Identity.parse), { portal });
    return { plaintext: toBase64(opened) };
  },
  unwrap: (given) => ({ data: toHex(seal.unwrap(unhex(given.key), unhex(given.wrapped), unhex(given.place))) }),
  unwrap_case_root: (given) => (
    { root: toHex(seal.unwrapCaseRoot(root(given.holder), unhex(given.wrapped), casePlace(given)).secret) }),
  unwrap_card: (given) => ({ card: seal.unwrapCard(root(given.desk_root), unhex(given.wrapped), casePlace(given)) }),
  unwrap_notebook: (given) => (
    { json: utf8Text(seal.unwrapNotebook(root(given.mailbox_root), unhex(given.wrapped), casePlace(given))) }),
  unwrap_session: (given) => (
    { data: toHex(seal.unwrapSession(unhex(given.key), unhex(given.wrapped), { row: unhex(given.row) })) }),
  unwrap_officer(given) {
    const party = new seal.Party(seal.Recipient.parse(given.recipient), unhex(given.verify_key));
    const where = { officerId: unhex(given.officer_id), party };
    return { root: toHex(seal.unwrapOfficer(unhex(given.key), unhex(given.wrapped), where).secret) };
  },
  unwrap_pins(given) {
    const where = { officerId: unhex(given.officer_id) };
    return { pins: seal.unwrapPins(root(given.officer_root), unhex(given.wrapped), where) };
  },
  read_notebook: readNotebook,
  channel_chain: channelChain,
  case_chain: caseChain,
  grant,
  sign_message(given) {
    const where = { ...casePlace(given), recipient: seal.Recipient.parse(given.recipient) };
    return { signature: toHex(root(given.root).sign(seal.signingInput(utf8(given.line), where))) };
  },
  message,
  message_chain: messageChain,
  attachment,
};
