"""Queries on who is to be written to, and of what."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from portal.store.models import Case, Hold, MailResult, NoticeAddress, Officer, RegisterEntry
from portal.store.models.cases import LANE_NEW, LANE_OPEN

LOOKED_AT_ONCE = 500
DUE_AT_ONCE = 100


def address(session: Session, officer_id: bytes) -> NoticeAddress | None:
    """Where the officer wants notices, or None."""
    return session.get(NoticeAddress, officer_id)


def count(session: Session) -> int:
    """How many people want notices."""
    return session.scalar(select(func.count()).select_from(NoticeAddress)) or 0


def at_work(session: Session) -> Sequence[NoticeAddress]:
    """The addresses of officers in office."""
    query = select(NoticeAddress).join(Officer, Officer.id == NoticeAddress.officer_id)
    return session.scalars(query.where(Officer.active, Officer.is_officer)).all()


def waiting(session: Session, now: int) -> Sequence[NoticeAddress]:
    """The addresses whose notice's time has come, of officers in office, locked until the transaction ends."""
    query = select(NoticeAddress).join(Officer, Officer.id == NoticeAddress.officer_id)
    query = query.where(Officer.active, Officer.is_officer, NoticeAddress.send_at <= now)
    return session.scalars(query.with_for_update(of=NoticeAddress, skip_locked=True)).all()


def cases_with_entries(
    session: Session, organisation_id: bytes, after: int, kinds: Collection[str]
) -> set[bytes]:
    """The cases of which the register says one of `kinds` after entry `after`; at most 500 entries are looked at."""
    query = (
        select(RegisterEntry.case_id)
        .where(
            RegisterEntry.organisation_id == organisation_id,
            RegisterEntry.seq > after,
            RegisterEntry.kind.in_(kinds),
            RegisterEntry.case_id.is_not(None),
        )
        .order_by(RegisterEntry.seq.desc())
        .limit(LOOKED_AT_ONCE)
    )
    return {case_id for case_id in session.scalars(query) if case_id is not None}


def due_between(
    session: Session, channel_ids: Collection[bytes], first: date, last: date
) -> Iterator[tuple[bytes, date]]:
    """Open cases of these channels with their deadline, if it lies between the two days.

    They come in steps of 100: who asks whether there is one does not fetch thousands.
    """
    query = (
        select(Case.due_on, Case.id)
        .where(Case.due_on >= first, Case.due_on <= last)
        .order_by(Case.due_on, Case.id)
        .limit(DUE_AT_ONCE)
    )
    for channel_id in channel_ids:
        for lane in (LANE_NEW, LANE_OPEN):
            mine = query.where(Case.channel_id == channel_id, Case.lane == lane)
            step = session.execute(mine).all()
            while step:
                yield from ((case_id, due_on) for due_on, case_id in step if due_on is not None)
                after = tuple_(literal(step[-1][0]), literal(step[-1][1], Case.id.type))
                step = session.execute(mine.where(tuple_(Case.due_on, Case.id) > after)).all()


def holds_to_review(session: Session, channel_ids: Collection[bytes], after: date, today: date) -> set[bytes]:
    """The held cases of these channels that are to be looked at again on a day after `after`, up to `today`."""
    # Not a join: without figures on the tables SQLite would begin it with all cases of the channels.
    mine = select(Case.id).where(Case.id == Hold.case_id, Case.channel_id.in_(channel_ids)).exists()
    query = select(Hold.case_id).where(Hold.review_on > after, Hold.review_on <= today, mine)
    return set(session.scalars(query))


def result(session: Session, name: str) -> MailResult | None:
    """How the last mail of this kind went ("notice" or "test"), or None before there was one."""
    return session.get(MailResult, name)


def put_result(session: Session, name: str, at: int, failure: str | None) -> None:
    """It went so at `at` (Unix seconds); `failure` is None when it was sent."""
    found = session.get(MailResult, name, with_for_update=True)
    if found is None:
        found = MailResult(name=name, at=at)
        session.add(found)
    found.at, found.failure = at // 60 * 60, failure
    found.failures = 0 if failure is None else found.failures + 1
