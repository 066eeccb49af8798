"""Closed cases go when their channel's days are over; the portal does it by itself, twice sure of the day.

The rule about clocks stands in domain/retention.py: nothing is erased while the register ends in the future, nor on
the first day on which a case is found over. Register: `case-erased`; `channel-changed` when the days change.
"""

import json
from datetime import date

from sqlalchemy.orm import Session

from portal.domain import retention as rules
from portal.domain.access import Person, Right, may
from portal.domain.register import Kind
from portal.services import erasing, register
from portal.services.desk_errors import Malformed
from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.store import desk_queries, models
from portal.store import register as register_rows
from portal.store import retention as rows


def erase_over(parts: Parts) -> int:
    """How many cases were erased now, since both this day and an earlier one found them over.

    Each in a transaction of its own, so that a kill leaves whole cases. Those found over for the first time are
    marked; a mark of a case that was taken up again, held, or marked on a day yet to come, goes.
    """
    today = parts.clock.today()
    with parts.database.read() as session:
        over = _over(session, today)
        marks = {case_id: mark.seen_on for case_id, mark in rows.marks(session).items()}
    _mark(parts, over, marks, today)
    ready = [case_id for case_id in over if rules.two_days_agree(marks.get(case_id), today)]
    erased = sum(_erase_one(parts, case_id, today) for case_id in ready)
    if erased:
        erasing.finish(parts)
    return erased


def set_days(parts: Parts, administrator_id: bytes, channel_id: bytes, days: int) -> None:
    """Closed cases of the channel are kept for `days` from now on, also those closed already.

    Raises Malformed for a number that can't be, NotFound. Register: `channel-changed`, with both numbers.
    """
    if not rules.SHORTEST_DAYS <= days <= rules.LONGEST_DAYS:
        raise Malformed
    with parts.database.write() as session:
        officer = _administrator(session, administrator_id)
        channel = session.get(models.Channel, channel_id)
        if channel is None or channel.organisation_id != officer.organisation_id:
            raise NotFound
        before, channel.retention_days = channel.retention_days, days
        if before != days:
            facts = {"officer": officer.id.hex(), "channel": channel.id.hex()}
            register.append(
                session,
                officer.organisation_id,
                kind=Kind.CHANNEL_CHANGED,
                at=parts.clock.now(),
                facts={**facts, "retention_days_before": before, "retention_days": days},
            )


def channels(parts: Parts, administrator_id: bytes) -> tuple[models.Channel, ...]:
    """The organisation's channels, for the page that sets their days. Raises NotFound."""
    with parts.database.read() as session:
        officer = _administrator(session, administrator_id)
        return tuple(rows.channels(session, officer.organisation_id))


def _administrator(session: Session, officer_id: bytes) -> models.Officer:
    officer = desk_queries.officer(session, officer_id)
    if officer is None or not may(
        Person(officer.id, officer.active, officer.is_officer, officer.is_administrator),
        Right.ARRANGE_CHANNELS,
    ):
        raise NotFound
    return officer


def _over(session: Session, today: date) -> list[bytes]:
    """The ids of all cases that are over today, of organisations whose register knows no later day."""
    found: list[bytes] = []
    for organisation in rows.organisations(session):
        if not rules.may_trust_clock(today, _newest_entry_on(session, organisation.id)):
            continue
        for channel in rows.channels(session, organisation.id):
            found += rows.closed_before(
                session, channel.id, rules.closed_before(today, channel.retention_days)
            )
    return found


def _newest_entry_on(session: Session, organisation_id: bytes) -> date | None:
    seq, _hash = register_rows.head(session, organisation_id)
    entry = session.get(models.RegisterEntry, (organisation_id, seq))
    if entry is None:
        return None
    said = json.loads(entry.body)
    return date.fromisoformat(said.get("day") or said["at"][:10])


def _mark(parts: Parts, over: list[bytes], marks: dict[bytes, date], today: date) -> None:
    """Every case that is over has a mark of the first day that said so, and no other case has one."""
    stale = [case_id for case_id, seen_on in marks.items() if case_id not in set(over) or seen_on > today]
    fresh = [case_id for case_id in over if case_id not in marks or marks[case_id] > today]
    if not stale and not fresh:
        return
    with parts.database.write() as session:
        known = rows.marks(session)
        for case_id in stale:
            if case_id in known:
                session.delete(known[case_id])
        session.flush()
        there = {case.id for case in rows.among(session, fresh)}
        session.add_all(models.ErasureMark(case_id=case_id, seen_on=today) for case_id in there)


def _erase_one(parts: Parts, case_id: bytes, today: date) -> bool:
    """Whether the case was still closed, over and not held when its turn came."""
    with parts.database.write() as session:
        case = desk_queries.case(session, case_id, to_change=True)
        if case is None or rows.hold(session, case_id) is not None:
            return False
        days = session.get_one(models.Channel, case.channel_id).retention_days
        if not rules.is_over(case.closed_on, days, today):
            return False
        erasing.erase_closed(parts, session, case, days)
    return True
