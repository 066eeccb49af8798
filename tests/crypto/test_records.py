"""Only signed records say whom to seal to and who may read; a chain is whole or refused (SPEC 7, 8)."""

import pytest

from crypto.errors import (
    CryptoError,
    RecordMalformed,
    RecordNotAllowed,
    RecordOutOfOrder,
    RecordSignatureWrong,
)
from crypto.records import (
    NO_HASH,
    CaseRecord,
    ChannelRecord,
    check_reader,
    verify_case_chain,
    verify_channel_chain,
)
from tests.crypto.cast import CASE, CHANNEL, case_record, channel_record, member, officer_id, root

FIRST = channel_record()
SECOND = channel_record(FIRST, epoch=1, team=("Anna", "Carl"))
TALK = case_record(FIRST)
TALK_1 = case_record(SECOND, TALK, signer="Anna", talk=TALK)
DESK = case_record(FIRST, scope="desk", signer="Bent", talk=TALK)


def channel(*records: ChannelRecord, seen: tuple[int, bytes] | None = None) -> tuple[ChannelRecord, ...]:
    return verify_channel_chain([record.raw for record in records], channel=CHANNEL, seen=seen)


def talk(*records: CaseRecord, seen: tuple[int, bytes] | None = None) -> tuple[CaseRecord, ...]:
    return verify_case_chain(
        [record.raw for record in records],
        channel_records=(FIRST, SECOND),
        case=CASE,
        scope="talk",
        mailbox_verify_key=root("mailbox").verify_key,
        seen=seen,
    )


def desk(*records: CaseRecord) -> tuple[CaseRecord, ...]:
    return verify_case_chain(
        [record.raw for record in records],
        channel_records=(FIRST, SECOND),
        case=CASE,
        scope="desk",
        talk_records=(TALK, TALK_1),
    )


def test_true_chains_are_returned_as_they_were_written() -> None:
    assert channel(FIRST, SECOND, seen=(0, FIRST.hash)) == (FIRST, SECOND)
    assert talk(TALK, TALK_1, seen=(1, TALK_1.hash)) == (TALK, TALK_1)
    assert desk(DESK) == (DESK,)


def test_the_anchor_hands_over_to_the_next_anchor_by_its_own_signature() -> None:
    handed_over = channel_record(FIRST, anchor="new anchor", signer="anchor")
    after = channel_record(handed_over, anchor="new anchor")
    assert channel(FIRST, handed_over, after)[2].anchor_verify_key == root("new anchor").verify_key
    with pytest.raises(RecordSignatureWrong):
        channel(FIRST, channel_record(FIRST, anchor="new anchor"))


@pytest.mark.parametrize(
    ("records", "error"),
    [
        pytest.param((), RecordOutOfOrder, id="no records at all"),
        pytest.param((SECOND,), RecordOutOfOrder, id="the first is missing"),
        pytest.param((FIRST, FIRST), RecordOutOfOrder, id="one stands twice"),
        pytest.param((FIRST, channel_record(FIRST, previous=NO_HASH)), RecordOutOfOrder, id="another past"),
        pytest.param((FIRST, channel_record(FIRST, number=2)), RecordOutOfOrder, id="a number left out"),
        pytest.param((channel_record(epoch=1),), RecordOutOfOrder, id="the first epoch is not 0"),
        pytest.param((FIRST, channel_record(FIRST, epoch=2)), RecordOutOfOrder, id="an epoch left out"),
        pytest.param(
            (FIRST, channel_record(FIRST, recipient=root("thief").party.recipient)),
            RecordOutOfOrder,
            id="a new recipient in the old epoch",
        ),
        pytest.param(
            (FIRST, channel_record(FIRST, epoch=1, recipient=FIRST.recipient)),
            RecordOutOfOrder,
            id="a new epoch with the old recipient",
        ),
        pytest.param((FIRST, channel_record(FIRST, signer="thief")), RecordSignatureWrong, id="a thief's"),
        pytest.param((channel_record(channel=bytes(16)),), RecordNotAllowed, id="another channel's"),
    ],
)
def test_a_false_channel_chain_is_refused(
    records: tuple[ChannelRecord, ...], error: type[CryptoError]
) -> None:
    with pytest.raises(error):
        channel(*records)


def test_a_chain_that_was_taken_back_in_time_is_refused() -> None:
    with pytest.raises(RecordOutOfOrder):
        channel(FIRST, seen=(1, SECOND.hash))
    with pytest.raises(RecordOutOfOrder):
        channel(FIRST, channel_record(FIRST, epoch=1, team=("Anna",)), seen=(1, SECOND.hash))
    with pytest.raises(RecordOutOfOrder):
        talk(TALK, seen=(1, TALK_1.hash))


OFFICERS_ONLY = case_record(FIRST, readers=(("officer", officer_id("Anna")), ("mailbox", None)))


@pytest.mark.parametrize(
    ("records", "error"),
    [
        pytest.param((case_record(FIRST, signer="thief"),), RecordNotAllowed, id="0 not by the mailbox"),
        pytest.param((TALK_1,), RecordOutOfOrder, id="the first is missing"),
        pytest.param((TALK, TALK), RecordOutOfOrder, id="one stands twice"),
        pytest.param((case_record(FIRST, talk=TALK),), RecordNotAllowed, id="0 names a talk record"),
        pytest.param(
            (TALK, case_record(SECOND, TALK, signer="Anna")), RecordNotAllowed, id="1 names no talk record 0"
        ),
        pytest.param(
            (TALK, case_record(SECOND, TALK, signer="thief", talk=TALK)), RecordNotAllowed, id="no member"
        ),
        pytest.param(
            (TALK, case_record(SECOND, TALK, signer="Carl", talk=TALK)),
            RecordNotAllowed,
            id="a member who joined after the epoch that held it",
        ),
        pytest.param(
            (TALK, case_record(SECOND, TALK, signer="Bent", talk=TALK)),
            RecordNotAllowed,
            id="a member who has left",
        ),
        pytest.param(
            (OFFICERS_ONLY, case_record(FIRST, OFFICERS_ONLY, signer="Bent", talk=OFFICERS_ONLY)),
            RecordNotAllowed,
            id="a member who was left out",
        ),
        pytest.param(
            (TALK, TALK_1, case_record(FIRST, TALK_1, signer="Anna", talk=TALK)),
            RecordOutOfOrder,
            id="an older channel record than before",
        ),
        pytest.param(
            (case_record(FIRST, readers=(("channel", 1),)),), RecordNotAllowed, id="another epoch reads"
        ),
        pytest.param(
            (case_record(FIRST, readers=(("officer", officer_id("Carl")),)),),
            RecordNotAllowed,
            id="an officer reads who is no member",
        ),
        pytest.param(
            (case_record(FIRST, channel_record=bytes(32)),), RecordNotAllowed, id="unknown channel record"
        ),
        pytest.param((case_record(FIRST, case=bytes(16)),), RecordNotAllowed, id="another case's"),
        pytest.param((DESK,), RecordNotAllowed, id="another scope's"),
    ],
)
def test_a_false_talk_chain_is_refused(records: tuple[CaseRecord, ...], error: type[CryptoError]) -> None:
    with pytest.raises(error):
        talk(*records)


def test_a_named_officer_may_sign_the_next_record() -> None:
    after = case_record(FIRST, OFFICERS_ONLY, signer="Anna", talk=OFFICERS_ONLY)
    assert talk(OFFICERS_ONLY, after)[1] == after


def test_a_desk_record_hangs_on_its_talk() -> None:
    for wrong in (
        case_record(FIRST, scope="desk", signer="Bent", talk=TALK_1),
        case_record(FIRST, scope="desk", signer="mailbox", talk=TALK),
    ):
        with pytest.raises(RecordNotAllowed):
            desk(wrong)
    with pytest.raises(RecordNotAllowed):
        verify_case_chain([DESK.raw], channel_records=(FIRST,), case=CASE, scope="desk")
    with pytest.raises(RecordNotAllowed):
        verify_case_chain([DESK.raw], channel_records=(), case=CASE, scope="desk", talk_records=(TALK,))


def test_a_signature_over_another_record_is_refused() -> None:
    raw = TALK.signed_part + TALK_1.raw[len(TALK_1.signed_part) :]
    with pytest.raises(RecordSignatureWrong):
        talk(CaseRecord.read(raw))


def spoil(raw: bytes, old: bytes, new: bytes) -> bytes:
    assert old in raw
    return raw.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b" record v1\n", b" record v2\n", id="another version"),
        pytest.param(b"number 0", b"number 00", id="a leading zero"),
        pytest.param(b"number 0", b"number 4294967296", id="a number over 32 bits"),
        pytest.param(b"number 0\n", b"number 0 \n", id="a space at the end"),
        pytest.param(b"number 0\n", b"number 0\r\n", id="a carriage return"),
        pytest.param(b"number 0\n", b"", id="a line missing"),
        pytest.param(b"number 0\n", b"number 0\nnumber 0\n", id="a line twice"),
        pytest.param(b"number 0\n", b"number 0\nflag 1\n", id="an unknown line"),
        pytest.param(CHANNEL.hex().encode(), CHANNEL.hex().upper().encode(), id="upper-case hex"),
        pytest.param(CHANNEL.hex().encode(), CHANNEL.hex()[2:].encode(), id="a short id"),
        pytest.param(b"age1pq1", b"age1pq1q", id="a damaged recipient"),
        pytest.param(b"signature ", b"signature  ", id="two spaces"),
    ],
)
def test_another_spelling_of_a_record_is_refused(old: bytes, new: bytes) -> None:
    for form, record in ((ChannelRecord, FIRST), (CaseRecord, TALK)):
        with pytest.raises(RecordMalformed):
            form.read(spoil(record.raw, old, new))
        with pytest.raises(RecordMalformed):
            form.read(record.raw[:-1])
        with pytest.raises(RecordMalformed):
            form.read(record.raw + b"\n")
        with pytest.raises(RecordMalformed):
            form.read(b"\xef\xbb\xbf" + record.raw)


def test_members_and_readers_stand_in_order_and_once() -> None:
    lines = FIRST.raw.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(b"member "))
    swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
    twice = [*lines[: at + 1], lines[at], *lines[at + 1 :]]
    none = [*lines[:at], *lines[at + 2 :]]
    for wrong in (swapped, twice, none):
        with pytest.raises(RecordMalformed):
            ChannelRecord.read(b"".join(wrong))
    reader = b"reader channel 0\nreader mailbox\n"
    for other in (
        b"reader mailbox\nreader channel 0\n",
        b"reader mailbox\nreader mailbox\n",
        b"",
        b"reader all\n",
    ):
        with pytest.raises(RecordMalformed):
            CaseRecord.read(spoil(TALK.raw, reader, other))


def test_the_reporter_is_never_a_reader_of_the_desk() -> None:
    with pytest.raises(RecordMalformed):
        CaseRecord.read(spoil(DESK.raw, b"reader channel 0\n", b"reader channel 0\nreader mailbox\n"))


def test_a_day_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(RecordMalformed):
        ChannelRecord.read(spoil(FIRST.raw, b"day 2026-03-02", b"day 2026-02-30"))


def test_the_writer_of_a_desk_message_is_a_member_and_a_reader() -> None:
    found = check_reader(
        TALK, root("Bent").verify_key, channel_record=FIRST.hash, channel_records=(FIRST, SECOND)
    )
    assert found == member("Bent")
    with pytest.raises(RecordNotAllowed):
        check_reader(
            TALK, root("Bent").verify_key, channel_record=SECOND.hash, channel_records=(FIRST, SECOND)
        )


def test_a_recipient_belongs_to_its_hash() -> None:
    assert FIRST.anchor_party(root("anchor").party.recipient) == root("anchor").party
    assert member("Anna").party(root("Anna").party.recipient) == root("Anna").party
    with pytest.raises(RecordNotAllowed):
        FIRST.anchor_party(root("thief").party.recipient)
