"""The desk's list: what the server may know of each case, and the sealed cards that the browser opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.services.team import Desk, TeamChannel, desk_of
from portal.store import desk_list, desk_queries
from portal.store.desk_list import CaseRow, Cursor
from portal.store.desk_queries import CardRow, Counts
from portal.store.desk_reach import Within

CARDS_AT_ONCE = 2_000


@dataclass(frozen=True)
class ListPage:
    """One page of the list. `next` is what the next page is asked for with, None on the last."""

    today: date
    rows: tuple[CaseRow, ...]
    counts: Counts
    next: str | None
    channels: Mapping[bytes, TeamChannel]


def page(parts: Parts, officer_id: bytes, after: str | None) -> ListPage:
    """The next 50 cases of the officer's list: due first, then new, then the rest.

    Raises NotFound for an `after` that no page gave.
    """
    cursor = _cursor(after)
    with parts.database.read() as session:
        desk = desk_of(session, officer_id)
        today = parts.clock.today()
        channel_ids = tuple(desk.channels)
        within = _within(desk)
        found = desk_list.page(session, channel_ids, today, cursor=cursor, within=within)
        return ListPage(
            today=today,
            rows=found.rows,
            counts=desk_queries.counts(session, channel_ids, today, within=within),
            next=None if found.next is None else str(found.next),
            channels=desk.channels,
        )


def page_cards(parts: Parts, officer_id: bytes, after: str | None) -> Sequence[CardRow]:
    """The cards of the rows that `page` gives, as far as the officer can open them.

    Raises NotFound for an `after` that no page gave.
    """
    cursor = _cursor(after)
    with parts.database.read() as session:
        desk = desk_of(session, officer_id)
        today = parts.clock.today()
        return desk_list.page_cards(
            session,
            tuple(desk.channels),
            today,
            holders=desk.holders,
            cursor=cursor,
            within=_within(desk),
        )


def cards(parts: Parts, officer_id: bytes, after: tuple[bytes, bytes] | None) -> Sequence[CardRow]:
    """The next 2,000 cards that the officer can open, for the browser's search.

    In the order of (case, holder), after the pair `after`: random ids, so the order tells nothing.
    """
    with parts.database.read() as session:
        desk = desk_of(session, officer_id)
        return desk_queries.cards(
            session,
            tuple(desk.channels),
            desk.holders,
            after=after,
            limit=CARDS_AT_ONCE,
            within=_within(desk),
        )


def _within(desk: Desk) -> Within | None:
    """What keeps the list to cases that team.py finds in reach; None where every epoch was granted, as to most."""
    partly = {one.id for one in desk.channels.values() if not one.epochs.issuperset(one.parties)}
    return Within(partly, desk.holders) if partly else None


def _cursor(after: str | None) -> Cursor | None:
    if after is None:
        return None
    try:
        return Cursor.parse(after)
    except ValueError as error:
        raise NotFound from error
