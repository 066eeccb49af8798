"""The desk's list: what is due first, then what is new, then the rest; a page at a time.

Every page costs the same, whether there are a thousand cases or a million: each band of the list is
one range of an index (`ix_cases_list`, `ix_cases_closed`), read from where the last page ended.
The statements are built once a process: building one takes longer than asking it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import cache
from typing import Any, Self

from sqlalchemy import Select, and_, bindparam, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.selectable import CompoundSelect

from portal.store.desk_queries import CardRow, cards_of
from portal.store.desk_reach import LOOKED_AT, Within, among
from portal.store.models import Card, Case, Message
from portal.store.models.cases import LANE_CLOSED, LANE_NEW, LANE_OPEN

PAGE_ROWS = 50
ID_BYTES = 16
YEARS = range(2000, 3000)
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
        """The cursor written as `text`, in the one spelling that it has. Raises ValueError for anything else.

        Days far from any of a case are none of ours: three more than the last that there is could not be counted.
        """
        as_of, band, key, case_id = text.split(".")
        found = cls(
            date.fromisoformat(as_of), Band(int(band)), date.fromisoformat(key), bytes.fromhex(case_id)
        )
        years = {found.as_of.year, found.key.year}
        if len(found.case_id) != ID_BYTES or not years <= set(YEARS) or str(found) != text:
            raise ValueError("no page ended there")
        return found


@dataclass(frozen=True)
class CaseRow:
    """A case as the list shows it. `card_number` is None until it was opened once.

    `talk_last_*` tell of the newest message between reporter and desk.
    """

    band: Band
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
    talk_last_n: int | None
    talk_last_side: str | None
    talk_last_day: date | None


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
    cursor: Cursor | None = None,
    rows: int = PAGE_ROWS,
    within: Within | None = None,
) -> Page:
    """The next `rows` cases of these channels, in two queries; in three and perhaps fewer cases with `within`."""
    as_of = cursor.as_of if cursor else today
    places, last = _shown(session, channel_ids, as_of, cursor, rows, within)
    shown = {place.case_id: place.band for place in places}
    found = {row[0]: row for row in session.execute(_details(), {"ids": list(shown)})} if shown else {}
    return Page(
        rows=tuple(CaseRow(band, *found[id_]) for id_, band in shown.items() if id_ in found),
        next=Cursor(as_of, last.band, last.key, last.case_id) if last else None,
    )


def page_cards(
    session: Session,
    channel_ids: Sequence[bytes],
    today: date,
    *,
    holders: Collection[bytes],
    cursor: Cursor | None = None,
    rows: int = PAGE_ROWS,
    within: Within | None = None,
) -> Sequence[CardRow]:
    """The cards of the rows that `page` gives, each with a wrap that one of `holders` opens; in two queries."""
    as_of = cursor.as_of if cursor else today
    places, _last = _shown(session, channel_ids, as_of, cursor, rows, within)
    return cards_of(session, [place.case_id for place in places], holders)


def _shown(
    session: Session,
    channel_ids: Sequence[bytes],
    as_of: date,
    cursor: Cursor | None,
    rows: int,
    within: Within | None,
) -> tuple[list[_Place], _Place | None]:
    """The places of a page, and the last that it has dealt with; None where nothing comes after it.

    With `within` a page looks at 1,000 cases and no further, so that it costs the same however many are out of reach:
    it may show fewer than `rows`, even none, and have a next one all the same.
    """
    if within is None:
        places = _places(session, channel_ids, as_of, cursor, rows + 1)
        return places[:rows], places[rows - 1] if len(places) > rows else None
    places = _places(session, channel_ids, as_of, cursor, LOOKED_AT + 1)
    looked = places[:LOOKED_AT]
    reached = among(session, [place.case_id for place in looked], within)
    mine = [place for place in looked if place.case_id in reached]
    if len(mine) > rows:
        return mine[:rows], mine[rows - 1]
    return mine, looked[-1] if len(places) > LOOKED_AT else None


def _places(
    session: Session, channel_ids: Sequence[bytes], as_of: date, cursor: Cursor | None, rows: int
) -> list[_Place]:
    """Where the next `rows` cases stand: at most that many from each band of each channel, then sorted."""
    if not channel_ids:
        return []
    given: dict[str, object] = {f"channel_{n}": channel_id for n, channel_id in enumerate(channel_ids)}
    given |= {"soon": as_of + timedelta(days=SOON_DAYS), "rows": rows}
    if cursor is not None:
        given |= {"key": cursor.key, "case_id": cursor.case_id}
    asked = _ranges(len(channel_ids), None if cursor is None else cursor.band)
    places = [_Place(Band(row[0]), row[1], row[2]) for row in session.execute(asked, given)]
    ordered: list[_Place] = []
    for band in Band:
        latest_first = band in (Band.NEW, Band.CLOSED)
        mine = [place for place in places if place.band is band]
        ordered += sorted(mine, key=lambda place: (place.key, place.case_id), reverse=latest_first)
    return ordered[:rows]


@cache
def _ranges(channels: int, after: Band | None) -> CompoundSelect[*tuple[Any, ...]]:
    """Band, key and id of the first rows of every band, of so many channels, from the band `after` on."""
    return union_all(
        *(
            select(part.subquery())
            for number in range(channels)
            for band in Band
            if after is None or band >= after
            for part in _parts(f"channel_{number}", band, cursor_here=band is after)
        )
    )


def _parts(channel: str, band: Band, *, cursor_here: bool) -> list[Part]:
    """The band of one channel as ranges of an index, so many `rows` of each."""
    soon = bindparam("soon", type_=Case.due_on.type)
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
        part = part.where(Case.channel_id == bindparam(channel, type_=Case.id.type), Case.lane == lane, rule)
        if cursor_here:
            here = tuple_(key, Case.id)
            there = tuple_(bindparam("key", type_=key.type), bindparam("case_id", type_=Case.id.type))
            part = part.where(here < there if latest_first else here > there)
        order = (key.desc(), Case.id.desc()) if latest_first else (key, Case.id)
        parts.append(part.order_by(*order).limit(bindparam("rows")))
    return parts


@cache
def _details() -> Part:
    """The columns of CaseRow after its band, in its order, of the cases with one of `ids`."""
    newest, any_message = aliased(Message), aliased(Message)
    last_n = (
        select(func.max(any_message.n))
        .where(any_message.case_id == Case.id, any_message.scope == "talk")
        .correlate(Case)
        .scalar_subquery()
    )
    return (
        select(
            Case.id, Case.channel_id, Case.reference, Case.stage, Case.received_on, Case.acknowledged_on,
            Case.due_on, Case.closed_on, Case.is_test, Card.number,
            newest.n, newest.side, newest.day,
        )
        .join(Card, Card.case_id == Case.id, isouter=True)
        .join(
            newest,
            and_(newest.case_id == Case.id, newest.scope == "talk", newest.n == last_n),
            isouter=True,
        )
        .where(Case.id.in_(bindparam("ids", expanding=True)))
    )  # fmt: skip
