"""The register: one line more, or the proof that no line was changed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain import register as rules
from portal.domain.errors import EntryRefused
from portal.domain.register import Facts, Kind, Line
from portal.store import register as store
from portal.store.models import RegisterEntry


@dataclass(frozen=True)
class Verified:
    """A register whose chain holds: how many entries, and the hash to write down elsewhere."""

    entries: int
    head: bytes


def append(
    session: Session,
    organisation_id: bytes,
    *,
    kind: Kind | str,
    day: date | None = None,
    at: datetime | None = None,
    case_id: bytes | None = None,
    running: bool = False,
    facts: Facts | None = None,
) -> RegisterEntry:
    """The entry just written, at the end of the organisation's chain.

    A reporter's acts (see `Kind.actor`) take `day`, all others `at` (kept to the minute, UTC).
    `running` draws the next running number of the year, race-free: until the caller's transaction ends
    nobody else can append. So call it late in a use case, and in a `Database.write()` session.
    Raises EntryRefused for an unknown kind or for facts that don't belong in the register.
    """
    try:
        known = Kind(kind)
    except ValueError:
        raise EntryRefused(f"no such kind of entry: {kind}") from None
    moment = rules.when(known, day=day, at=at)
    head = store.locked_head(session, organisation_id)
    year = moment.day.year
    number = store.next_running_number(session, organisation_id, year) if running else None
    body = rules.body_of(
        organisation_id=organisation_id,
        seq=head.seq + 1,
        running_number=number,
        kind=known,
        moment=moment,
        case_id=case_id,
        facts=facts or {},
    )
    line = Line(
        seq=head.seq + 1,
        year=year,
        running_number=number,
        kind=known.value,
        case_id=case_id,
        body=body,
        previous=head.hash,
        hash=rules.chain(head.hash, body),
    )
    return store.add_line(session, head, line)


def verify(session: Session, organisation_id: bytes) -> Verified:
    """How long the register is and where it ends, once every entry is proved to be as written.

    Raises RegisterBroken at the first entry that is changed, missing, moved or put in between.
    """
    seq, head = store.head(session, organisation_id)
    count = rules.verify(
        store.lines(session, organisation_id),
        organisation_id=organisation_id,
        head_seq=seq,
        head_hash=head,
    )
    return Verified(count, head)
