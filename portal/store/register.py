"""The register's queries: lock the head, draw a number, put a line down, read the lines in order."""

import json
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.register import GENESIS, Line
from portal.store.models import RegisterEntry, RegisterHead, RunningNumber

LINES_AT_ONCE = 500


def locked_head(session: Session, organisation_id: bytes) -> RegisterHead:
    """The head of the organisation's chain, locked until the transaction ends; made if missing.

    On PostgreSQL the row is locked (FOR UPDATE), on SQLite the whole database already is.
    """
    query = (
        select(RegisterHead)
        .where(RegisterHead.organisation_id == organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    head = session.scalars(query).one_or_none()
    if head is None:
        # Two first entries at once: the second insert does nothing, and its select then waits.
        first = _insert(session)(RegisterHead).values(organisation_id=organisation_id, seq=0, hash=GENESIS)
        session.execute(first.on_conflict_do_nothing())
        head = session.scalars(query).one()
    return head


def _insert(session: Session) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT; only the dialect in use is loaded."""
    return import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}").insert


def next_running_number(session: Session, organisation_id: bytes, year: int) -> int:
    """The next number of the year, from 1. Only while the head is locked: the lock is the head's."""
    row = session.get(RunningNumber, (organisation_id, year), populate_existing=True)
    if row is None:
        session.add(RunningNumber(organisation_id=organisation_id, year=year, last=1))
        return 1
    row.last += 1
    return row.last


def add_line(session: Session, head: RegisterHead, line: Line) -> RegisterEntry:
    """The stored entry; `head` then names it as the last."""
    entry = RegisterEntry(
        organisation_id=head.organisation_id,
        seq=line.seq,
        year=line.year,
        running_number=line.running_number,
        kind=line.kind,
        case_id=line.case_id,
        body=line.body,
        previous=line.previous,
        hash=line.hash,
    )
    session.add(entry)
    head.seq, head.hash = line.seq, line.hash
    session.flush()
    return entry


def lines(session: Session, organisation_id: bytes) -> Iterator[Line]:
    """Every entry in order, a few hundred in memory at a time."""
    query = (
        select(
            RegisterEntry.seq,
            RegisterEntry.year,
            RegisterEntry.running_number,
            RegisterEntry.kind,
            RegisterEntry.case_id,
            RegisterEntry.body,
            RegisterEntry.previous,
            RegisterEntry.hash,
        )
        .where(RegisterEntry.organisation_id == organisation_id)
        .order_by(RegisterEntry.seq)
        .limit(LINES_AT_ONCE)
    )
    # In steps and not by a cursor on the server: who finds a broken entry stops half way, and would
    # leave it open.
    step = session.execute(query).all()
    while step:
        for row in step:
            yield Line(*row)
        step = session.execute(query.where(RegisterEntry.seq > step[-1].seq)).all()


def head(session: Session, organisation_id: bytes) -> tuple[int, bytes]:
    """Where the chain is said to end: number and hash; 0 and zeros when nothing was written yet."""
    row = session.get(RegisterHead, organisation_id)
    return (row.seq, row.hash) if row else (0, GENESIS)


def newest_day(session: Session) -> date | None:
    """The UTC day of the newest entry, as its body tells it; None before the first, or where it can't be read."""
    body = session.scalars(
        select(RegisterEntry.body).order_by(RegisterEntry.year.desc(), RegisterEntry.seq.desc()).limit(1)
    ).first()
    if body is None:
        return None
    try:
        said = json.loads(body)
        return date.fromisoformat(str(said.get("day") or said["at"])[:10])
    except (ValueError, KeyError, AttributeError):
        return None
