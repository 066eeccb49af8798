"""Chains of signed records: each names the one before, and only some may sign the next.

SPEC sections 7 and 8. Everything here fails closed: a chain is returned whole and verified, or an error
says what is wrong with its first wrong record. A chain that is true but shorter than one already seen
is told apart by `seen`, so that a server can't take a person back in time.
"""

from collections.abc import Sequence

from crypto.case_record import CaseRecord, Reader
from crypto.channel_record import ChannelRecord, Member
from crypto.errors import RecordNotAllowed, RecordOutOfOrder
from crypto.lines import NO_HASH
from crypto.wrap import Scope

__all__ = [
    "NO_HASH",
    "CaseRecord",
    "ChannelRecord",
    "Member",
    "Reader",
    "check_reader",
    "verify_case_chain",
    "verify_channel_chain",
]

Seen = tuple[int, bytes]
"""Number and hash of the newest record that somebody has verified before."""


def _check_place(
    record: ChannelRecord | CaseRecord, before: ChannelRecord | CaseRecord | None, number: int
) -> None:
    previous = before.hash if before else NO_HASH
    if record.number != number or record.previous != previous:
        raise RecordOutOfOrder(f"record {number} is missing, or does not follow the one before")


def _check_seen(records: Sequence[ChannelRecord | CaseRecord], seen: Seen | None) -> None:
    if not records:
        raise RecordOutOfOrder("no records")
    if seen is None:
        return
    number, known = seen
    if number >= len(records) or records[number].hash != known:
        raise RecordOutOfOrder(f"another record {number}, or fewer records, than were seen before")


def _check_epoch(record: ChannelRecord, before: ChannelRecord | None) -> None:
    if before is None:
        follows = record.epoch == 0
    elif record.recipient == before.recipient:
        follows = record.epoch == before.epoch
    else:
        follows = record.epoch == before.epoch + 1
    if not follows:
        raise RecordOutOfOrder("the epoch goes up by one with a new recipient, and only then")


def verify_channel_chain(
    raws: Sequence[bytes], *, channel: bytes, seen: Seen | None = None
) -> tuple[ChannelRecord, ...]:
    """The channel's records, oldest first, from number 0 without a gap, each signed as it must be.

    Record 0 is signed by the anchor it names, every other by the anchor of the one before. Whose anchor
    record 0 names is for the caller to compare (the 8 words, a pin, `seen`). Raises RecordMalformed,
    RecordNotAllowed (another channel), RecordOutOfOrder, RecordSignatureWrong.
    """
    records: list[ChannelRecord] = []
    for number, raw in enumerate(raws):
        record = ChannelRecord.read(raw)
        before = records[-1] if records else None
        if record.channel != channel:
            raise RecordNotAllowed("a record of another channel")
        _check_place(record, before, number)
        _check_epoch(record, before)
        record.verify((before or record).anchor_verify_key)
        records.append(record)
    _check_seen(records, seen)
    return tuple(records)


def _named(record_hash: bytes, channel_records: Sequence[ChannelRecord]) -> ChannelRecord:
    for record in channel_records:
        if record.hash == record_hash:
            return record
    raise RecordNotAllowed("it names a channel record that is not in the chain")


def check_reader(
    case_record: CaseRecord,
    verify_key: bytes,
    *,
    channel_record: bytes,
    channel_records: Sequence[ChannelRecord],
) -> Member:
    """The member who owns `verify_key`, if a member of the channel and a reader of the case.

    Member: in the record whose hash is `channel_record`. Reader: named by id in `case_record`, or on the
    team in an epoch named there. Raises RecordNotAllowed. It is the check for the signer of a record
    and of a desk-side message alike.
    """
    member = _named(channel_record, channel_records).member_of_key(verify_key)
    if ("officer", member.officer_id) in case_record.readers:
        return member
    for record in channel_records:
        if ("channel", record.epoch) in case_record.readers and member in record.members:
            return member
    raise RecordNotAllowed("the signer is not a reader of the case")


def _check_readers(record: CaseRecord, named: ChannelRecord) -> None:
    ids = {member.officer_id for member in named.members}
    for kind, value in record.readers:
        if kind == "channel" and value != named.epoch:
            raise RecordNotAllowed("a reader of another epoch than that of the channel record named")
        if kind == "officer" and value not in ids:
            raise RecordNotAllowed("a reader who is no member of the channel")


def _check_signer(
    record: CaseRecord,
    before: Sequence[CaseRecord],
    mailbox_verify_key: bytes | None,
    channel_records: Sequence[ChannelRecord],
) -> None:
    if record.scope == "talk" and record.number == 0:
        if mailbox_verify_key is not None and record.signer != mailbox_verify_key:
            raise RecordNotAllowed("talk record 0 is not signed by the mailbox")
        return
    for earlier in before:
        try:
            check_reader(
                earlier,
                record.signer,
                channel_record=record.channel_record,
                channel_records=channel_records,
            )
        except RecordNotAllowed:
            continue
        return
    raise RecordNotAllowed("the signer is not a member who was a reader before")


def _check_binding(
    record: CaseRecord, before: CaseRecord | None, talk: bytes, channel_records: Sequence[ChannelRecord]
) -> None:
    if record.talk != talk:
        raise RecordNotAllowed("it names another talk record 0")
    named = _named(record.channel_record, channel_records)
    if before and named.number < _named(before.channel_record, channel_records).number:
        raise RecordOutOfOrder("it names an older channel record than the one before")
    _check_readers(record, named)


def verify_case_chain(
    raws: Sequence[bytes],
    *,
    channel_records: Sequence[ChannelRecord],
    case: bytes,
    scope: Scope,
    mailbox_verify_key: bytes | None = None,
    talk_records: Sequence[CaseRecord] = (),
    seen: Seen | None = None,
) -> tuple[CaseRecord, ...]:
    """The records of one scope of a case, oldest first, each in its place and signed by somebody who may.

    `channel_records` and, for the desk, `talk_records` are verified chains. Without `mailbox_verify_key`
    the signer of talk record 0 is taken as it stands: the caller compares it with message 0's key.
    The signer of desk record 0 was a reader of some talk record; of every other, of the one before.
    Raises RecordMalformed, RecordNotAllowed, RecordOutOfOrder, RecordSignatureWrong.
    """
    if not channel_records:
        raise RecordNotAllowed("without the channel's records no case record is allowed")
    records: list[CaseRecord] = []
    for number, raw in enumerate(raws):
        record = CaseRecord.read(raw)
        if (record.channel, record.case, record.scope) != (channel_records[0].channel, case, scope):
            raise RecordNotAllowed("a record of another channel, case or scope")
        _check_place(record, records[-1] if records else None, number)
        firsts = records if scope == "talk" else talk_records
        talk = firsts[0].hash if firsts else NO_HASH
        _check_binding(record, records[-1] if records else None, talk, channel_records)
        _check_signer(record, records[-1:] or talk_records, mailbox_verify_key, channel_records)
        record.verify()
        records.append(record)
    _check_seen(records, seen)
    return tuple(records)
