"""The desk's list: what is due first, then what is new, then the rest; a page at a time.

Every page costs the same, whether there are a thousand cases or a million: each band of the list is
one range of an index (`ix_cases_list`, `ix_cases_closed`), read from where the last page ended.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from typing import Any, Self

from sqlalchemy import Select, and_, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from portal.store.erase_layer import opened
from portal.store.models import Card, Case, Message, Wrap
from portal.store.models.cases import LANE_CLOSED, LANE_NEW, LANE_OPEN

PAGE_ROWS = 50
SOON_DAYS = 3
"""A deadline that is so many days away, or passed, puts a case on top of the list."""


Part = Select[*tuple[Any, ...]]


class Band(IntEnum):
    """The parts of the list, in their order.

    DUE and OPEN go by the deadline, earliest first; NEW and CLOSED have the latest first.
    """

    DUE = 0
    NEW = 1
    OPEN = 2
    CLOSED = 3


@dataclass(frozen=True)
class Cursor:
    """Where a page ended. `as_of` is the day the first page was made, so that no row changes its band."""

    as_of: date
    band: Band
    key: date
    case_id: bytes

    def __str__(self) -> str:
        return f"{self.as_of.isoformat()}.{self.band.value}.{self.key.isoformat()}.{self.case_id.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The cursor written as `text`. Raises ValueError for anything else."""
        as_of, band, key, case_id = text.split(".")
        return cls(
            date.fromisoformat(as_of), Band(int(band)), date.fromisoformat(key), bytes.fromhex(case_id)
        )


@dataclass(frozen=True)
class WrapView:
    """A root of the case as one holder can open it: 72 bytes."""

    scope: str
    number: int
    holder: bytes
    wrapped: bytes


@dataclass(frozen=True)
class CaseRow:
    """A case as the list shows it. `card` (256 bytes) and `card_number` are None until it was opened once.

    `talk_last_*` tell of the newest message between reporter and desk.
    """

    id: bytes
    channel_id: bytes
    reference: str
    stage: str
    received_on: date
    acknowledged_on: date | None
    due_on: date | None
    closed_on: date | None
    is_test: bool
    card_number: int | None
    card: bytes | None
    talk_last_n: int | None
    talk_last_side: str | None
    talk_last_day: date | None
    band: Band | None = None
    wraps: tuple[WrapView, ...] = ()


@dataclass(frozen=True)
class Page:
    """At most 50 rows, and where the next page begins; None after the last."""

    rows: tuple[CaseRow, ...]
    next: Cursor | None


@dataclass(frozen=True)
class _Place:
    band: Band
    key: date
    case_id: bytes


def page(
    session: Session,
    channel_ids: Sequence[bytes],
    today: date,
    *,
    holders: Collection[bytes] = (),
    cursor: Cursor | None = None,
    rows: int = PAGE_ROWS,
) -> Page:
    """The next `rows` cases of these channels, in two queries.

    `holders` are the parties whose wraps of the desk root come along.
    """
    as_of = cursor.as_of if cursor else today
    places = _places(session, channel_ids, as_of, cursor, rows + 1)
    shown = places[:rows]
    found = _details(session, [place.case_id for place in shown], holders)
    last = shown[-1] if len(places) > rows else None
    return Page(
        rows=tuple(
            replace(found[place.case_id], band=place.band) for place in shown if place.case_id in found
        ),
        next=Cursor(as_of, last.band, last.key, last.case_id) if last else None,
    )


def _places(
    session: Session, channel_ids: Sequence[bytes], as_of: date, cursor: Cursor | None, rows: int
) -> list[_Place]:
    """Where the next `rows` cases stand: at most that many from each band of each channel, then sorted."""
    soon = as_of + timedelta(days=SOON_DAYS)
    parts = [
        select(part.subquery())
        for channel_id in channel_ids
        for band in Band
        if cursor is None or band >= cursor.band
        for part in _parts(channel_id, band, soon, cursor, rows)
    ]
    if not parts:
        return []
    places = [_Place(Band(row[0]), row[1], row[2]) for row in session.execute(union_all(*parts))]
    ordered: list[_Place] = []
    for band in Band:
        latest_first = band in (Band.NEW, Band.CLOSED)
        mine = [place for place in places if place.band is band]
        ordered += sorted(mine, key=lambda place: (place.key, place.case_id), reverse=latest_first)
    return ordered[:rows]


def _parts(
    channel_id: bytes, band: Band, soon: date, cursor: Cursor | None, rows: int
) -> list[Select[*tuple[Any, ...]]]:
    """The band of one channel as ranges of an index, `rows` of each."""
    match band:
        case Band.DUE:
            ranges = [(LANE_NEW, Case.due_on <= soon), (LANE_OPEN, Case.due_on <= soon)]
        case Band.NEW:
            ranges = [(LANE_NEW, Case.due_on > soon)]
        case Band.OPEN:
            ranges = [(LANE_OPEN, Case.due_on > soon)]
        case Band.CLOSED:
            ranges = [(LANE_CLOSED, Case.closed_on.is_not(None))]
    key = Case.closed_on if band is Band.CLOSED else Case.due_on
    latest_first = band in (Band.NEW, Band.CLOSED)
    parts: list[Part] = []
    for lane, rule in ranges:
        part = select(literal(band.value).label("band"), key.label("key"), Case.id)
        part = part.where(Case.channel_id == channel_id, Case.lane == lane, rule)
        if cursor is not None and cursor.band is band:
            here = tuple_(key, Case.id)
            there = tuple_(literal(cursor.key), literal(cursor.case_id, Case.id.type))
            part = part.where(here < there if latest_first else here > there)
        order = (key.desc(), Case.id.desc()) if latest_first else (key, Case.id)
        parts.append(part.order_by(*order).limit(rows))
    return parts


def _details(session: Session, ids: Sequence[bytes], holders: Collection[bytes]) -> dict[bytes, CaseRow]:
    """The rows of these cases by id, with card, newest message and wraps."""
    if not ids:
        return {}
    newest, any_message = aliased(Message), aliased(Message)
    last_n = (
        select(func.max(any_message.n))
        .where(any_message.case_id == Case.id, any_message.scope == "talk")
        .correlate(Case)
        .scalar_subquery()
    )
    query = (
        select(
            Case.id, Case.channel_id, Case.reference, Case.stage, Case.received_on, Case.acknowledged_on,
            Case.due_on, Case.closed_on, Case.is_test, Card.number, Card.sealed,
            newest.n, newest.side, newest.day,
            Wrap.scope, Wrap.number, Wrap.holder, Wrap.wrapped,
        )
        .join(Card, Card.case_id == Case.id, isouter=True)
        .join(
            newest,
            and_(newest.case_id == Case.id, newest.scope == "talk", newest.n == last_n),
            isouter=True,
        )
        .join(
            Wrap,
            and_(Wrap.case_id == Case.id, Wrap.scope == "desk", Wrap.holder.in_(holders)),
            isouter=True,
        )
        .where(Case.id.in_(ids))
        .order_by(Case.id, Wrap.number)
    )  # fmt: skip
    found: dict[bytes, CaseRow] = {}
    for row in session.execute(query):
        _add(session, found, tuple(row))
    return found


def _add(session: Session, found: dict[bytes, CaseRow], row: Sequence[Any]) -> None:
    """One joined row: a case, and one of its wraps if it has any."""
    case = found.get(row[0]) or CaseRow(*row[:14])
    if row[14] is not None:
        scope, number, holder, wrapped = row[14:]
        wrap = WrapView(scope, number, holder, opened(session, "wrap", case.id, wrapped))
        case = replace(case, wraps=(*case.wraps, wrap))
    found[case.id] = case
