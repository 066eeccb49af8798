"""Cases under a channel's newest epoch: after somebody has left, each gets roots that the leaver never had.

A member's browser makes the next talk record and, where the case was opened, the next desk record, and grants
both roots to the newest epoch, the talk's to the reporter's mailbox as well. What was said before stays under
the older roots, and is read with them. Closed cases follow when they are reopened (PROTOCOL 2), or as soon as
one person is left who can sign for them: afterwards nobody could (docs/decisions/0009).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crypto.errors import RecordError
from crypto.records import CaseRecord, Reader, verify_case_chain
from crypto.wrap import CARD_SIZE, Scope
from portal.domain.register import Kind
from portal.services import older_keys
from portal.services.desk_errors import Changed, Malformed
from portal.services.desk_register import note
from portal.services.grants import NewGrant, NewWrap, store_wraps
from portal.services.parts import Parts
from portal.services.sealed_shapes import check_grant
from portal.services.team import Desk, TeamChannel, case_in_reach, desk_of
from portal.store import cases, models, rerooting
from portal.store.errors import Conflict


@dataclass(frozen=True)
class NewRoots:
    """What a member's browser made for one case: a record for each scope, and who was granted its root.

    `desk`, its grants and `card` (256 bytes) are empty for a case that nobody has opened yet.
    """

    talk: bytes
    talk_grants: tuple[NewGrant, ...]
    desk: bytes
    desk_grants: tuple[NewGrant, ...]
    wraps: tuple[NewWrap, ...]
    card: bytes


def waiting(parts: Parts, officer_id: bytes) -> tuple[bytes, ...]:
    """The cases to be moved by this officer, open ones first. Raises NotFound.

    They are the open ones that are still under an older epoch and that the officer may sign for, and the closed
    ones that nobody else may sign for any more.
    """
    with parts.database.read() as session:
        desk = desk_of(session, officer_id)
        found: list[bytes] = []
        for channel in desk.channels.values():
            older = channel.epochs & older_keys.served(channel.records, desk.officer_id, desk.verify_key)
            parties = [channel.parties[epoch] for epoch in older - {channel.newest.epoch}]
            found.extend(rerooting.open_under(session, channel.id, parties) if parties else ())
            found.extend(_closed(session, desk, channel))
    return tuple(found)


def reroot(parts: Parts, officer_id: bytes, case_id: bytes, new: NewRoots) -> None:
    """The case is sealed to new roots from now on.

    Raises Changed where a colleague was quicker or the epoch has moved on, Malformed, NotFound. Register:
    `case-record-signed`.
    """
    try:
        with parts.database.write() as session:
            desk = desk_of(session, officer_id)
            case = case_in_reach(session, desk, case_id, to_change=True)
            talk = _next(session, desk, case, "talk", new.talk, ())
            _store(
                session, case, talk[-1], new.talk_grants, _receivers(desk, case, talk[-1], new.talk_grants)
            )
            if bool(new.desk) != bool(cases.records(session, case.id, "desk")):
                raise Changed
            if new.desk:
                _reroot_desk(session, desk, case, talk, new)
            store_wraps(session, desk, case, new.wraps)
            note(parts, session, desk, case, Kind.CASE_RECORD_SIGNED, number=talk[-1].number)
    except Conflict as error:
        raise Changed from error


def _closed(session: Session, desk: Desk, channel: TeamChannel) -> Sequence[bytes]:
    """The closed cases of the channel that nobody but this officer can sign for."""
    alone = older_keys.alone_in(session, channel.records, channel.id).get(desk.officer_id)
    if not alone:
        return ()
    return rerooting.closed_under(session, channel.id, [channel.parties[epoch] for epoch in alone])


def _reroot_desk(
    session: Session, desk: Desk, case: models.Case, talk: tuple[CaseRecord, ...], new: NewRoots
) -> None:
    record = _next(session, desk, case, "desk", new.desk, talk)[-1]
    if len(new.card) != CARD_SIZE:
        raise Malformed
    _store(session, case, record, new.desk_grants, _receivers(desk, case, record, new.desk_grants))
    cases.put_card(session, case.id, record.number, new.card)


def _next(
    session: Session,
    desk: Desk,
    case: models.Case,
    scope: Scope,
    raw: bytes,
    talk: tuple[CaseRecord, ...],
) -> tuple[CaseRecord, ...]:
    """The verified chain with the next record, which names the same readers in the newest epoch."""
    channel = desk.channels[case.channel_id]
    before = [row.raw for row in cases.records(session, case.id, scope)]
    try:
        if CaseRecord.read(raw).number < len(before):
            raise Changed
        chain = verify_case_chain(
            [*before, raw], channel_records=channel.records, case=case.id, scope=scope, talk_records=talk
        )
    except RecordError as error:
        raise Malformed from error
    record, older = chain[-1], chain[-2]
    if record.channel_record != channel.newest.hash:
        raise Changed
    if record.signer != desk.verify_key or set(record.readers) != _moved(older, channel):
        raise Malformed
    if record.recipient == older.recipient:
        raise Malformed
    return chain


def _moved(older: CaseRecord, channel: TeamChannel) -> set[Reader]:
    """The readers of the record before, in the newest epoch; the mailbox stays one."""
    newest: Reader = ("channel", channel.newest.epoch)
    return {newest if reader[0] == "channel" else reader for reader in older.readers}


def _receivers(
    desk: Desk, case: models.Case, record: CaseRecord, grants: tuple[NewGrant, ...]
) -> tuple[bytes, ...]:
    """Whom the root goes to: the newest epoch, and the mailbox, whose party the server does not know.

    Raises Malformed for a case with other readers: leaving somebody out makes its own records.
    """
    channel = desk.channels[case.channel_id]
    epoch = channel.parties[channel.newest.epoch]
    kinds = sorted(kind for kind, _value in record.readers)
    if kinds not in (["channel"], ["channel", "mailbox"]) or len(grants) != len(kinds):
        raise Malformed
    receivers = tuple(grant.receiver for grant in grants)
    if receivers.count(epoch) != 1 or len(set(receivers)) != len(receivers):
        raise Malformed
    return receivers


def _store(
    session: Session,
    case: models.Case,
    record: CaseRecord,
    grants: tuple[NewGrant, ...],
    receivers: tuple[bytes, ...],
) -> None:
    row = models.CaseRecord(
        case_id=case.id, scope=record.scope, number=record.number, raw=record.raw, hash=record.hash
    )
    session.add(row)
    for grant, receiver in zip(grants, receivers, strict=True):
        check_grant(grant.sealed)
        session.add(
            models.Grant(
                id=secrets.token_bytes(16),
                purpose=record.scope,
                channel_id=case.channel_id,
                case_id=case.id,
                number=record.number,
                receiver=receiver,
                sealed=grant.sealed,
            )
        )
