/**
 * Runs what a Python test asks of js/seal/: a line of JSON { do, ...arguments } on standard input, a line { value } or
 * { failed: class name, message } on standard output. Bytes are hex on both sides.
 */
import { createInterface } from "node:readline";
import * as seal from "../../../portal/static/js/seal/index.js";
import { Decrypter, Encrypter } from "../../../portal/static/vendor/seal.js";

const { toHex } = seal;
const hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const root = (text) => new seal.Root(hex(text));
const recipient = (text) => seal.Recipient.parse(text);
const plainRecord = (record) => ({ raw: toHex(record.raw), hash: toHex(record.hash) });
const readers = (list) => list.map(([kind, value]) => [kind, typeof value === "string" ? hex(value) : value]);
const place = (given) => ({ ...given, case: hex(given.case) });

function channelFields(given) {
  return {
    ...given,
    channel: hex(given.channel),
    previous: hex(given.previous),
    anchorVerifyKey: hex(given.anchorVerifyKey),
    anchorRecipientHash: hex(given.anchorRecipientHash),
    recipient: recipient(given.recipient),
    members: given.members.map(([id, key, hash]) => new seal.Member(hex(id), hex(key), hex(hash))),
  };
}

function caseFields(given) {
  return {
    ...given,
    channel: hex(given.channel),
    case: hex(given.case),
    previous: hex(given.previous),
    channelRecord: hex(given.channelRecord),
    talk: hex(given.talk),
    recipient: recipient(given.recipient),
    readers: readers(given.readers),
  };
}

const WRAPS = {
  case: {
    wrap: ({ key, data, where }) => seal.wrapCaseRoot(root(key), root(data), place(where)),
    unwrap: ({ key, wrapped, where }) => seal.unwrapCaseRoot(root(key), hex(wrapped), place(where)).secret,
  },
  card: {
    wrap: ({ key, card, where }) => seal.wrapCard(root(key), card, place(where)),
    unwrap: ({ key, wrapped, where }) => seal.strictJson.write(seal.unwrapCard(root(key), hex(wrapped), place(where))),
  },
  notebook: {
    wrap: ({ key, data, where }) => seal.wrapNotebook(root(key), hex(data), place(where)),
    unwrap: ({ key, wrapped, where }) => seal.unwrapNotebook(root(key), hex(wrapped), place(where)),
  },
  session: {
    wrap: ({ key, data, where }) => seal.wrapSession(hex(key), hex(data), { row: hex(where.row) }),
    unwrap: ({ key, wrapped, where }) => seal.unwrapSession(hex(key), hex(wrapped), { row: hex(where.row) }),
  },
  officer: {
    wrap: ({ key, data, where }) => seal.wrapOfficer(hex(key), root(data), { officerId: hex(where.officerId) }),
    unwrap: ({ key, wrapped, where }) =>
      seal.unwrapOfficer(hex(key), hex(wrapped), { officerId: hex(where.officerId), party: root(where.root).party }).secret,
  },
  pins: {
    wrap: ({ key, card, where }) => seal.wrapPins(root(key), card, { officerId: hex(where.officerId) }),
    unwrap: ({ key, wrapped, where }) =>
      seal.strictJson.write(seal.unwrapPins(root(key), hex(wrapped), { officerId: hex(where.officerId) })),
  },
};

const OPERATIONS = {
  party({ secret }) {
    const { party, wrapKey, cardKey, identity } = root(secret);
    return {
      recipient: party.recipient.toString(),
      identity: identity.toString(),
      verifyKey: toHex(party.verifyKey),
      hash: toHex(party.hash),
      words: party.words,
      wrapKey: toHex(wrapKey),
      cardKey: toHex(cardKey),
    };
  },
  sheet: ({ secret }) => seal.anchorWords(root(secret)),
  readSheet: ({ words }) => toHex(seal.anchorRoot(words).secret),
  sizes: ({ sizes }) => sizes.map((size) => [seal.padme(size), seal.messageSize(size), seal.attachmentSize(size)]),
  foldCaseKey: ({ text }) => seal.foldCaseKey(text),
  foldPassphrase: ({ text }) => seal.foldPassphrase(text),
  locator: ({ caseKey }) => toHex(seal.locator(caseKey)),
  mailboxRoot: async ({ caseKey, passphrase }) => toHex((await seal.mailboxRoot(caseKey, passphrase)).secret),
  async officerKeys({ password, salt, kdf }) {
    return seal.officerKeys(await seal.stretchPassword(password, hex(salt), kdf)).map(toHex);
  },
  readJson: ({ raw }) => seal.strictJson.read(hex(raw)),
  parseRecipient: ({ text }) => toHex(recipient(text).raw),
  parseIdentity: ({ text }) => seal.Identity.parse(text).toString(),
  verify: ({ key, signature, data }) => seal.verify(hex(key), hex(signature), hex(data)) ?? true,
  sealBytes: async ({ data, recipients }) => toHex(await seal.sealBytes(hex(data), recipients.map(recipient))),
  async openBytes({ sealed, identities, portal }) {
    return toHex(await seal.openBytes(hex(sealed), identities.map(seal.Identity.parse), { portal }));
  },
  async typageSeal({ data, recipients }) {
    const encrypter = new Encrypter();
    recipients.forEach((one) => encrypter.addRecipient(one));
    return toHex(await encrypter.encrypt(hex(data)));
  },
  async typageOpen({ sealed, identities }) {
    const decrypter = new Decrypter();
    identities.forEach((one) => decrypter.addIdentity(one));
    return toHex(await decrypter.decrypt(hex(sealed)));
  },
  channelRecord: ({ signer, fields }) => plainRecord(seal.ChannelRecord.sign(root(signer), channelFields(fields))),
  channelChain: ({ raws, channel }) =>
    seal.verifyChannelChain(raws.map(hex), { channel: hex(channel) }).map(({ hash }) => toHex(hash)),
  caseRecord: ({ signer, fields }) => plainRecord(seal.CaseRecord.sign(root(signer), caseFields(fields))),
  caseChain({ raws, channelRaws, talkRaws, channel, scope, mailbox, ...given }) {
    const channelRecords = seal.verifyChannelChain(channelRaws.map(hex), { channel: hex(channel) });
    const talkRecords = talkRaws.map((raw) => seal.CaseRecord.read(hex(raw)));
    const mailboxVerifyKey = mailbox === null ? undefined : hex(mailbox);
    const expected = { channelRecords, case: hex(given.case), scope, mailboxVerifyKey, talkRecords };
    return seal.verifyCaseChain(raws.map(hex), expected).map(({ hash }) => toHex(hash));
  },
  async sealGrant({ raw, to }) {
    return toHex(await seal.sealGrant(seal.Grant.read(hex(raw)), recipient(to)));
  },
  openGrant: async ({ sealed, receiver }) => toHex((await seal.openGrant(hex(sealed), root(receiver))).raw),
  readGrant: ({ raw }) => toHex(seal.Grant.read(hex(raw)).raw),
  wrap: ({ kind, ...given }) => toHex(WRAPS[kind].wrap(given)),
  unwrap: ({ kind, ...given }) => toHex(WRAPS[kind].unwrap(given)),
  fitCard: ({ title, category }) => toHex(seal.strictJson.write(seal.fitCard(title, category))),
  readBody: ({ raw }) => toHex(seal.Body.read(hex(raw)).write()),
  async sealMessage({ body, signer, where, to }) {
    const written = seal.Body.read(hex(body));
    return toHex(await seal.sealMessage(written, root(signer), { ...place(where), recipient: recipient(to) }));
  },
  async openMessage({ sealed, secret, where }) {
    const { raw, hash } = await seal.openMessage(hex(sealed), root(secret), place(where));
    return { raw: toHex(raw), hash: toHex(hash) };
  },
  readNotebook: ({ raw }) => toHex(seal.Notebook.fromJson(hex(raw)).toJson()),
  async sealAttachment({ content, to }) {
    const { stream, described } = await seal.sealAttachment(seal.streamOf(hex(content)), recipient(to));
    const sealed = await seal.readAll(stream);
    return { sealed: toHex(sealed), ...(await described) };
  },
  async openAttachment({ sealed, secret, item }) {
    return toHex(await seal.readAll(await seal.openAttachment(seal.streamOf(hex(sealed)), root(secret).identity, item)));
  },
};

async function run({ do: name, ...given }) {
  try {
    return { value: await OPERATIONS[name](given) };
  } catch (error) {
    return { failed: error.name, message: error.message, word: error.word };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
}
