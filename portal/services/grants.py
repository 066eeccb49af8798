"""The first opening of a case: the desk root is made in an officer's browser and granted to the same readers.

The server never sees the root. It checks what it can: that the record is signed by this officer, follows from
the talk's, names the same readers and never the reporter, and that each reader gets exactly one grant.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crypto.errors import RecordError
from crypto.records import CaseRecord, Reader, verify_case_chain
from crypto.wrap import CARD_SIZE, CASE_ROOT_SIZE, Scope
from portal.services.desk_errors import AlreadyOpened, Malformed
from portal.services.sealed_shapes import check_grant
from portal.services.team import Desk, TeamChannel, party_of, talk_chain
from portal.store import cases, desk_queries, models

CARD_BYTES, WRAP_BYTES, HASH_BYTES = CARD_SIZE, CASE_ROOT_SIZE, 32


@dataclass(frozen=True)
class NewGrant:
    """The desk root sealed to one reader; `receiver` is the reader's party."""

    receiver: bytes
    sealed: bytes


@dataclass(frozen=True)
class NewWrap:
    """A case root under one holder's `wrap` key: 72 bytes."""

    scope: Scope
    number: int
    holder: bytes
    wrapped: bytes


@dataclass(frozen=True)
class Opening:
    """What an officer's browser sends when it opens a case for the first time."""

    record: bytes
    grants: tuple[NewGrant, ...]
    wraps: tuple[NewWrap, ...]
    card: bytes


def store_opening(session: Session, desk: Desk, case: models.Case, opening: Opening) -> None:
    """Desk record 0, its grants, the wraps and the card, all in the caller's transaction.

    Raises AlreadyOpened, or Malformed for anything that a reader's browser would refuse later.
    """
    if cases.records(session, case.id, "desk"):
        raise AlreadyOpened
    channel = desk.channels[case.channel_id]
    talk = talk_chain(session, channel, case.id)
    record = _first_record(opening.record, desk, channel, case.id, talk)
    _check_receivers(session, channel, record, opening.grants)
    if len(opening.card) != CARD_SIZE:
        raise Malformed
    session.add(models.CaseRecord(case_id=case.id, scope="desk", number=0, raw=record.raw, hash=record.hash))
    session.add_all(_grant_row(case, grant) for grant in opening.grants)
    store_wraps(session, desk, case, opening.wraps)
    cases.put_card(session, case.id, 0, opening.card)


def store_wraps(session: Session, desk: Desk, case: models.Case, wraps: Sequence[NewWrap]) -> None:
    """Roots kept under a root that this officer holds, so that nobody needs the grant again.

    Raises Malformed for a holder that is not the officer or an epoch of the team, or for a number that no
    record has. What is inside can't be checked here; a reader who can't open it goes back to the grant.
    """
    session.flush()
    counts = {scope: len(cases.records(session, case.id, scope)) for scope in ("talk", "desk")}
    for new in wraps:
        fits = new.holder in desk.holders and len(new.wrapped) == CASE_ROOT_SIZE
        if not fits or not 0 <= new.number < counts[new.scope]:
            raise Malformed
        row = models.Wrap(
            case_id=case.id, scope=new.scope, number=new.number, holder=new.holder, wrapped=new.wrapped
        )
        cases.put_wrap(session, row)


def _first_record(
    raw: bytes, desk: Desk, channel: TeamChannel, case_id: bytes, talk: tuple[CaseRecord, ...]
) -> CaseRecord:
    try:
        (record,) = verify_case_chain(
            [raw], channel_records=channel.records, case=case_id, scope="desk", talk_records=talk
        )
    except RecordError as error:
        raise Malformed from error
    own = record.signer == desk.verify_key and record.channel_record == channel.newest.hash
    if not own or set(record.readers) != _same_readers(talk[-1], channel):
        raise Malformed
    return record


def _same_readers(talk: CaseRecord, channel: TeamChannel) -> set[Reader]:
    """The readers of the newest talk record, in the newest epoch, and without the reporter."""
    newest: Reader = ("channel", channel.newest.epoch)
    return {newest if reader[0] == "channel" else reader for reader in talk.readers if reader[0] != "mailbox"}


def _check_receivers(
    session: Session, channel: TeamChannel, record: CaseRecord, grants: Sequence[NewGrant]
) -> None:
    expected = sorted(_receiver(session, channel, reader) for reader in record.readers)
    if sorted(grant.receiver for grant in grants) != expected:
        raise Malformed
    for grant in grants:
        check_grant(grant.sealed)


def _receiver(session: Session, channel: TeamChannel, reader: Reader) -> bytes:
    kind, value = reader
    if kind == "channel" and isinstance(value, int):
        return channel.parties[value]
    if kind == "officer" and isinstance(value, bytes):
        officer = desk_queries.officer(session, value)
        if officer is not None:
            return party_of(officer)
    raise Malformed


def _grant_row(case: models.Case, grant: NewGrant) -> models.Grant:
    return models.Grant(
        id=secrets.token_bytes(16),
        purpose="desk",
        channel_id=case.channel_id,
        case_id=case.id,
        number=0,
        receiver=grant.receiver,
        sealed=grant.sealed,
    )
