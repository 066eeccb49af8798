"""What Python seals, signs and spells, the browser's side opens, verifies and spells alike, and the other way (SPEC 1).

Ed25519 and our spellings leave no choice, so records, grants, bodies and notebooks must come out byte for byte
equal; what has random numbers in it is opened on the other side.
"""

import hashlib
import random
from typing import Any

import pytest

from crypto import errors, sheet, strict_json, wrap
from crypto.agefile import open_bytes, seal_bytes
from crypto.attachment import AttachmentSealer, open_attachment
from crypto.body import Body, FileItem
from crypto.grant import open_grant, seal_grant
from crypto.keys import Identity, Recipient, Root
from crypto.message import open_message, seal_message
from crypto.notebook import Notebook, NotebookTalk
from crypto.records import CaseRecord, ChannelRecord, Reader
from tests.crypto.cast import (
    CASE,
    CHANNEL,
    DAY,
    body,
    case_record,
    channel_record,
    officer_id,
    root,
    sent,
    talk_grant,
)
from tests.crypto.javascript import Refused, ask, outcomes

TALK = root("talk 0")
TALK_TEXT = str(TALK.party.recipient)
PLACE = {"case": CASE.hex(), "scope": "talk"}


def _attachment(content: bytes) -> tuple[bytes, FileItem]:
    sealer = AttachmentSealer(TALK.party.recipient)
    sealed = sealer.update(content) + b"".join(sealer.finish())
    return sealed, FileItem("11" * 16, "a", "text/plain", sealer.size, sealer.sha256.hex(), sealer.head.hex())


def _channel_fields(record: ChannelRecord) -> dict[str, Any]:
    return {
        "channel": record.channel.hex(),
        "number": record.number,
        "previous": record.previous.hex(),
        "anchorVerifyKey": record.anchor_verify_key.hex(),
        "anchorRecipientHash": record.anchor_recipient_hash.hex(),
        "epoch": record.epoch,
        "recipient": str(record.recipient),
        # The other order: who signs puts members in order.
        "members": [
            [m.officer_id.hex(), m.verify_key.hex(), m.recipient_hash.hex()] for m in reversed(record.members)
        ],
        "day": record.day.isoformat(),
    }


def _reader(reader: Reader) -> list[Any]:
    kind, value = reader
    return [kind, value.hex() if isinstance(value, bytes) else value]


def _case_fields(record: CaseRecord) -> dict[str, Any]:
    return {
        "channel": record.channel.hex(),
        "case": record.case.hex(),
        "scope": record.scope,
        "number": record.number,
        "previous": record.previous.hex(),
        "channelRecord": record.channel_record.hex(),
        "talk": record.talk.hex(),
        "recipient": str(record.recipient),
        "readers": [_reader(reader) for reader in reversed(record.readers)],
    }


@pytest.mark.parametrize(
    "secret", [bytes(range(32)), bytes(32), b"\xff" * 32], ids=["counted", "zeros", "ones"]
)
def test_both_sides_derive_the_same_from_a_root(secret: bytes) -> None:
    party = Root(secret).party
    assert ask("party", secret=secret.hex()) == {
        "recipient": str(party.recipient),
        "identity": str(Root(secret).identity),
        "verifyKey": party.verify_key.hex(),
        "hash": party.hash.hex(),
        "words": list(party.words),
        "wrapKey": Root(secret).wrap_key.hex(),
        "cardKey": Root(secret).card_key.hex(),
    }
    words = list(sheet.anchor_words(Root(secret)))
    assert ask("sheet", secret=secret.hex()) == words
    assert ask("readSheet", words=words) == secret.hex()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_an_age_file_of_either_side_opens_on_the_other_and_in_typage_itself(size: int) -> None:
    data = random.Random(size).randbytes(size)  # noqa: S311 - test data
    identity = TALK.identity
    python_file = seal_bytes(data, [TALK.party.recipient])
    given = {"sealed": python_file.hex(), "identities": [str(identity)]}
    here, typage = outcomes([{"do": "openBytes", "portal": True, **given}, {"do": "typageOpen", **given}])
    assert here == typage == data.hex()
    for name in ("sealBytes", "typageSeal"):
        sealed = bytes.fromhex(ask(name, data=data.hex(), recipients=[TALK_TEXT]))
        assert open_bytes(sealed, [identity], portal=True) == data


def test_a_file_to_two_recipients_is_for_the_command_line_and_refused_by_the_portal_on_both_sides() -> None:
    other = root("other")
    sealed = seal_bytes(b"to two", [TALK.party.recipient, other.party.recipient])
    given = {"sealed": sealed.hex(), "identities": [str(other.identity)]}
    assert bytes.fromhex(ask("openBytes", portal=False, **given)) == b"to two"
    with pytest.raises(Refused, match="HeaderMalformed"):
        ask("openBytes", portal=True, **given)
    with pytest.raises(errors.HeaderMalformed):
        open_bytes(sealed, [other.identity], portal=True)


def test_every_damaged_byte_of_a_header_gets_the_same_class_of_error_on_both_sides() -> None:
    sealed = seal_bytes(b"text", [TALK.party.recipient])
    places = [*range(45), *range(1530, len(sealed))]
    damaged = [sealed[:at] + bytes([sealed[at] ^ 0x01]) + sealed[at + 1 :] for at in places]
    damaged += [sealed[:at] for at in (0, 10, 30, 1500, 1600, 1627, 1640, 1643, 1650, len(sealed) - 1)]
    damaged.append(sealed + b"\0")
    given = [{"do": "openBytes", "sealed": raw.hex(), "identities": [str(TALK.identity)]} for raw in damaged]
    for raw, outcome in zip(damaged, outcomes(given), strict=True):
        with pytest.raises(errors.AgeError) as refused:
            open_bytes(raw, [TALK.identity])
        assert isinstance(outcome, Refused)
        assert outcome.name == type(refused.value).__name__, raw[:60]


def test_a_channel_record_comes_out_byte_for_byte_equal_and_its_chain_verifies() -> None:
    first = channel_record()
    second = channel_record(first, epoch=1, team=("Anna",))
    for record in (first, second):
        made = ask("channelRecord", signer=root("anchor").secret.hex(), fields=_channel_fields(record))
        assert made == {"raw": record.raw.hex(), "hash": record.hash.hex()}
    chain = ask("channelChain", raws=[first.raw.hex(), second.raw.hex()], channel=CHANNEL.hex())
    assert chain == [first.hash.hex(), second.hash.hex()]


def test_case_records_come_out_byte_for_byte_equal_and_their_chains_verify() -> None:
    channel = channel_record()
    talk = case_record(channel)
    desk = case_record(channel, signer="Anna", scope="desk", talk=talk)
    left_out = case_record(
        channel,
        talk,
        signer="Anna",
        talk=talk,
        readers=(("officer", officer_id("Anna")), ("mailbox", None)),
    )
    for record, signer in ((talk, "mailbox"), (desk, "Anna"), (left_out, "Anna")):
        made = ask("caseRecord", signer=root(signer).secret.hex(), fields=_case_fields(record))
        assert made == {"raw": record.raw.hex(), "hash": record.hash.hex()}
    given = {"channelRaws": [channel.raw.hex()], "channel": CHANNEL.hex(), "case": CASE.hex()}
    mailbox = root("mailbox").verify_key.hex()
    talks = [talk.raw.hex(), left_out.raw.hex()]
    assert ask("caseChain", raws=talks, talkRaws=[], scope="talk", mailbox=mailbox, **given) == [
        talk.hash.hex(),
        left_out.hash.hex(),
    ]
    assert ask("caseChain", raws=[desk.raw.hex()], talkRaws=talks, scope="desk", mailbox=None, **given)


def test_a_grant_of_either_side_opens_on_the_other() -> None:
    grant = talk_grant(case_record(channel_record()))
    receiver = root("epoch 0")
    sealed = seal_grant(grant, receiver.party.recipient)
    assert ask("openGrant", sealed=sealed.hex(), receiver=receiver.secret.hex()) == grant.raw.hex()
    back = bytes.fromhex(ask("sealGrant", raw=grant.raw.hex(), to=str(receiver.party.recipient)))
    assert open_grant(back, receiver) == grant


def test_a_message_of_either_side_opens_on_the_other_with_the_same_signed_line() -> None:
    item = FileItem("11" * 16, "Faktura 7.pdf", "application/pdf", 5, "22" * 32, "33" * 32)
    written = body(text='Blåbær "\\/\u2028\n\t\x7f 🫐', files=(item,))
    message = sent(written)
    opened = ask("openMessage", sealed=message.sealed.hex(), secret=TALK.secret.hex(), where=PLACE)
    assert opened == {"raw": written.write().hex(), "hash": message.opened.hash.hex()}
    signer = root("mailbox").secret.hex()
    back = ask("sealMessage", body=written.write().hex(), signer=signer, where=PLACE, to=TALK_TEXT)
    assert open_message(bytes.fromhex(back), TALK, case=CASE, scope="talk").body == written


def test_a_message_for_another_case_scope_or_key_is_refused_in_the_browser() -> None:
    sealed = sent(body()).sealed.hex()
    for where in ({**PLACE, "case": "00" * 16}, {**PLACE, "scope": "desk"}):
        with pytest.raises(Refused, match="MessageSignatureWrong"):
            ask("openMessage", sealed=sealed, secret=TALK.secret.hex(), where=where)
    forged = seal_message(
        body(), root("mailbox"), case=CASE, scope="talk", recipient=root("x").party.recipient
    )
    plain = open_bytes(forged, [root("x").identity])
    moved = seal_bytes(plain, [TALK.party.recipient])
    with pytest.raises(Refused, match="MessageSignatureWrong"):
        ask("openMessage", sealed=moved.hex(), secret=TALK.secret.hex(), where=PLACE)


@pytest.mark.parametrize("size", [0, 1, 65_536, 100_000, 300_000])
def test_an_attachment_of_either_side_opens_on_the_other(size: int) -> None:
    content = random.Random(size).randbytes(size)  # noqa: S311 - test data
    sealed, item = _attachment(content)
    given = {"secret": TALK.secret.hex(), "item": item.to_object()}
    assert bytes.fromhex(ask("openAttachment", sealed=sealed.hex(), **given)) == content
    made = ask("sealAttachment", content=content.hex(), to=TALK_TEXT)
    back = bytes.fromhex(made.pop("sealed"))
    assert made.pop("sealedSize") == len(back) == len(sealed)
    described = FileItem("11" * 16, "a", "text/plain", **made)
    assert described.sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(open_attachment([back], TALK.identity, described)) == content


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: raw[:-1], id="one byte short"),
        pytest.param(lambda raw: raw + b"\0", id="one byte long"),
        pytest.param(lambda raw: raw[:5_000] + b"\0" + raw[5_001:], id="a byte changed"),
        pytest.param(lambda _: _attachment(b"x" * 70_000)[0], id="another sealing of the same content"),
        pytest.param(lambda raw: raw[:1_000], id="cut in the header"),
    ],
)
def test_a_damaged_or_swapped_attachment_is_refused_in_the_browser(damage: Any) -> None:
    sealed, item = _attachment(b"x" * 70_000)
    with pytest.raises(Refused, match="AttachmentDamaged"):
        ask("openAttachment", sealed=damage(sealed).hex(), secret=TALK.secret.hex(), item=item.to_object())


@pytest.mark.parametrize(
    "changes",
    [{"size": 69_999}, {"size": 70_001}, {"sha256": "00" * 32}, {"head": "00" * 32}],
    ids=["smaller", "larger", "another hash", "another head"],
)
def test_an_attachment_that_the_message_describes_otherwise_is_refused_in_the_browser(
    changes: dict[str, Any],
) -> None:
    sealed, item = _attachment(b"x" * 70_000)
    with pytest.raises(Refused, match="AttachmentDamaged"):
        ask(
            "openAttachment",
            sealed=sealed.hex(),
            secret=TALK.secret.hex(),
            item={**item.to_object(), **changes},
        )


def test_every_wrap_of_either_side_opens_on_the_other_and_nowhere_else() -> None:
    holder, inner, key = root("epoch 0"), root("talk 0"), b"k" * 32
    officer = officer_id("Anna")
    card = {"v": 1, "title": "Mangler i regnskabet æøå", "category": "FRAUD"}
    place = {"case": CASE, "number": 3}
    spelled = {"case": CASE.hex(), "number": 3}
    text = strict_json.write(card)
    ours = {
        "case": wrap.wrap_case_root(holder, inner, scope="talk", **place),  # type: ignore[arg-type]
        "card": wrap.wrap_card(holder, card, **place),  # type: ignore[arg-type]
        "notebook": wrap.wrap_notebook(holder, b"notes", case=CASE),
        "session": wrap.wrap_session(key, b"root", row=b"r" * 32),
        "officer": wrap.wrap_officer(key, inner, officer_id=officer),
        "pins": wrap.wrap_pins(holder, card, officer_id=officer),
    }
    id_place = {"officerId": officer.hex()}
    given: dict[str, dict[str, Any]] = {
        "case": {"key": holder.secret, "data": inner.secret, "where": {**spelled, "scope": "talk"}},
        "card": {"key": holder.secret, "card": card, "where": spelled},
        "notebook": {"key": holder.secret, "data": b"notes", "where": {"case": CASE.hex()}},
        "session": {"key": key, "data": b"root", "where": {"row": (b"r" * 32).hex()}},
        "officer": {"key": key, "data": inner.secret, "where": {**id_place, "root": inner.secret.hex()}},
        "pins": {"key": holder.secret, "card": card, "where": id_place},
    }
    theirs: dict[str, bytes] = {}
    for kind, arguments in given.items():
        plain = {
            name: value.hex() if isinstance(value, bytes) else value for name, value in arguments.items()
        }
        opened = ask("unwrap", kind=kind, wrapped=ours[kind].hex(), **plain)
        assert bytes.fromhex(opened) == arguments.get("data", text), kind
        with pytest.raises(Refused, match="WrapDamaged"):
            ask("unwrap", kind=kind, wrapped=(ours[kind][:-1] + bytes([ours[kind][-1] ^ 1])).hex(), **plain)
        other = "session" if kind == "notebook" else "notebook"
        with pytest.raises(Refused, match="WrapDamaged"):
            ask("unwrap", kind=other, wrapped=ours[kind].hex(), **{**plain, "where": given[other]["where"]})
        theirs[kind] = bytes.fromhex(ask("wrap", kind=kind, **plain))
        assert len(theirs[kind]) == len(ours[kind])
    assert wrap.unwrap_case_root(holder, theirs["case"], scope="talk", **place) == inner  # type: ignore[arg-type]
    assert wrap.unwrap_card(holder, theirs["card"], **place) == card  # type: ignore[arg-type]
    assert wrap.unwrap_notebook(holder, theirs["notebook"], case=CASE) == b"notes"
    assert wrap.unwrap_session(key, theirs["session"], row=b"r" * 32) == b"root"
    assert wrap.unwrap_officer(key, theirs["officer"], officer_id=officer, party=inner.party) == inner
    assert wrap.unwrap_pins(holder, theirs["pins"], officer_id=officer) == card


def test_a_notebook_comes_out_byte_for_byte_equal() -> None:
    record = channel_record()
    notebook = Notebook(
        case=CASE,
        channel=CHANNEL,
        anchor=root("anchor").party.hash,
        channel_record=(0, record.hash),
        talks=(NotebookTalk(0, TALK.secret, case_record(record).hash),),
        last_n=4,
        last_hash=b"h" * 32,
        opened=(3, DAY),
    )
    assert ask("readNotebook", raw=notebook.to_json().hex()) == notebook.to_json().hex()
    with pytest.raises(Refused, match="JsonMalformed"):
        ask("readNotebook", raw=notebook.to_json().replace(b'"count":3', b'"count":-3').hex())


def test_an_identity_and_a_recipient_are_read_in_one_spelling_only() -> None:
    identity, recipient = str(TALK.identity), TALK_TEXT
    identities = [
        identity,
        identity.lower(),
        identity[:-1],
        identity[:-1] + "B",
        identity + "Q",
        recipient,
        "",
    ]
    recipients = [
        recipient,
        recipient.upper(),
        recipient[:-1],
        "age1" + recipient[7:],
        identity,
        "",
        "age1pq1",
    ]
    spelled = outcomes([{"do": "parseIdentity", "text": text} for text in identities])
    for text, outcome in zip(identities, spelled, strict=True):
        _same_reading(outcome, Identity.parse, text)
    read = outcomes([{"do": "parseRecipient", "text": text} for text in recipients])
    for text, outcome in zip(recipients, read, strict=True):
        _same_reading(outcome, lambda given: Recipient.parse(given).raw.hex(), text)


def _same_reading(outcome: Any, read: Any, text: str) -> None:
    if isinstance(outcome, Refused):
        with pytest.raises(errors.CryptoError) as refused:
            read(text)
        assert outcome.name == type(refused.value).__name__, text
    else:
        assert outcome == str(read(text)), text


def test_a_body_is_read_or_refused_alike_whatever_is_changed_in_it() -> None:
    line = body(files=(FileItem("11" * 16, "a", "b", 5, "22" * 32, "33" * 32),)).write()
    dice = random.Random(6)  # noqa: S311 - the same changes each time
    changed = [line, body(1, b"p" * 32, signer="Anna").write()]
    for _ in range(400):
        at, length = dice.randrange(len(line)), dice.choice((0, 1, 1, 2, 9))
        put = dice.choice(
            (b"", b"0", b"1", b'"', b",", b" ", b"null", b"1.0", b"\\u0041", "é".encode(), b"\xff")
        )
        changed.append(line[:at] + put + line[at + length :])
    read = outcomes([{"do": "readBody", "raw": raw.hex()} for raw in changed])
    refused = 0
    for raw, outcome in zip(changed, read, strict=True):
        try:
            assert outcome == Body.read(raw).write().hex(), raw
        except errors.MessageMalformed:
            assert isinstance(outcome, Refused), raw
            assert outcome.name == "MessageMalformed", raw
            refused += 1
    assert 100 < refused < len(changed)
