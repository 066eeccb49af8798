"""The desk shows what is due first, then what is new, then the rest, closed cases last; pages of 50 that
neither repeat nor leave out a case, and cost the same however many cases there are (BUDGETS).
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from portal.domain.case import Stage
from portal.store import desk_queries, migrate
from portal.store.database import Database
from portal.store.desk_list import PAGE_ROWS, Band, CaseRow, Cursor, page, page_cards
from portal.store.desk_queries import Counts, counts
from portal.store.models import Case
from tests.store import rows
from tests.store.rows import TODAY, Place

HOLDER, OTHER_HOLDER = b"h" * 32, b"o" * 32


@pytest.fixture
def where(database: Database) -> Place:
    return rows.place(database)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def new(where: Place, days: int) -> Case:
    """A case received `days` ago that nobody has acknowledged."""
    return rows.case(where, received_on=ago(days))


def taken_up(where: Place, days: int, stage: Stage = Stage.IN_PROGRESS) -> Case:
    return rows.case(where, received_on=ago(days), acknowledged_on=ago(days), stage=stage.value)


def closed(where: Place, days: int) -> Case:
    return rows.case(where, received_on=ago(300), stage="closed", closed_on=ago(days))


def store(database: Database, *cases: Case) -> None:
    with database.write() as session:
        session.add_all(cases)


def pages(
    database: Database, channels: list[bytes], *, rows: int = PAGE_ROWS
) -> Iterator[tuple[CaseRow, ...]]:
    cursor = None
    while True:
        with database.read() as session:
            found = page(session, channels, TODAY, cursor=cursor, rows=rows)
        yield found.rows
        if found.next is None:
            return
        cursor = Cursor.parse(str(found.next))


def listed(database: Database, where: Place) -> list[CaseRow]:
    return [row for shown in pages(database, [where.channel_id]) for row in shown]


def test_what_is_due_comes_first_then_what_is_new_then_the_rest(database: Database, where: Place) -> None:
    in_order = [
        taken_up(where, 120),
        new(where, 20),
        new(where, 5),
        new(where, 0),
        new(where, 2),
        taken_up(where, 60, Stage.ACKNOWLEDGED),
        taken_up(where, 10),
        closed(where, 1),
        closed(where, 50),
    ]
    store(database, *sorted(in_order, key=lambda case: case.id))
    shown = listed(database, where)
    assert [row.id for row in shown] == [case.id for case in in_order]
    assert [row.band for row in shown] == [
        *[Band.DUE] * 3,
        *[Band.NEW] * 2,
        *[Band.OPEN] * 2,
        *[Band.CLOSED] * 2,
    ]


@pytest.mark.parametrize(("days_left", "band"), [(-1, Band.DUE), (0, Band.DUE), (3, Band.DUE), (4, Band.NEW)])
def test_a_case_is_due_from_three_days_before_its_deadline(
    database: Database, where: Place, days_left: int, band: Band
) -> None:
    store(database, new(where, 7 - days_left))
    assert listed(database, where)[0].band is band


def test_a_page_has_fifty_cases_and_the_last_one_has_the_rest(database: Database, where: Place) -> None:
    store(database, *[new(where, number % 9) for number in range(120)])
    sizes = [len(shown) for shown in pages(database, [where.channel_id])]
    assert sizes == [PAGE_ROWS, PAGE_ROWS, 20]


def test_a_list_that_ends_with_a_full_page_offers_no_further_one(database: Database, where: Place) -> None:
    store(database, *[new(where, 1) for _ in range(PAGE_ROWS)])
    assert [len(shown) for shown in pages(database, [where.channel_id])] == [PAGE_ROWS]


Make = Callable[[Place, int], Case]
MAKES: list[Make] = [new, taken_up, closed]
KINDS = st.lists(st.tuples(st.sampled_from(MAKES), st.integers(0, 130)), max_size=40)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KINDS, st.integers(1, 7))
def test_no_case_is_left_out_or_shown_twice_whatever_the_pages(
    database: Database, kinds: list[tuple[Make, int]], page_rows: int
) -> None:
    place = rows.place(database)
    made = [make(place, days) for make, days in kinds]
    store(database, *made)
    shown = [row for one in pages(database, [place.channel_id], rows=page_rows) for row in one]
    assert sorted(row.id for row in shown) == sorted(case.id for case in made)
    assert [row.band for row in shown] == sorted(row.band for row in shown if row.band is not None)


def test_cases_of_several_channels_are_one_list(database: Database, where: Place) -> None:
    second = rows.channel(where.organisation_id)
    with database.write() as session:
        session.add(second)
    there = Place(where.organisation_id, second.id)
    in_order = [new(where, 30), new(there, 29), new(where, 28), taken_up(there, 5)]
    store(database, *in_order)
    shown = [row for one in pages(database, [where.channel_id, second.id], rows=2) for row in one]
    assert [row.id for row in shown] == [case.id for case in in_order]


def test_a_channel_that_is_not_asked_for_is_not_listed(database: Database, where: Place) -> None:
    elsewhere = rows.place(database)
    store(database, new(where, 1), new(elsewhere, 1))
    assert len(listed(database, where)) == 1
    with database.read() as session:
        assert page(session, [], TODAY).rows == ()
        assert [row.channel_id for row in page(session, [where.channel_id], TODAY).rows] == [where.channel_id]


def opened(database: Database, where: Place, days: int, *wraps: tuple[bytes, int]) -> Case:
    """A case with its card, and a wrap of each (holder, number)."""
    case = new(where, days)
    with database.write() as session:
        session.add_all([case, rows.card(case.id)])
        session.add_all(rows.wrap(case.id, holder, number=number) for holder, number in wraps)
    return case


def test_a_page_s_cards_come_with_the_wraps_of_who_asks(database: Database, where: Place) -> None:
    case = opened(database, where, 1, (HOLDER, 0), (OTHER_HOLDER, 0))
    with database.write() as session:
        session.add(rows.wrap(case.id, HOLDER, scope="talk"))
    with database.read() as session:
        (card,) = page_cards(session, [where.channel_id], TODAY, holders=[HOLDER])
    assert (card.case_id, card.number, card.holder) == (case.id, 0, HOLDER)
    assert (len(card.card), len(card.wrapped)) == (256, 72)


def test_a_card_comes_with_the_root_it_lies_under_alone(database: Database, where: Place) -> None:
    opened(database, where, 1, (HOLDER, 1), (HOLDER, 0))
    with database.read() as session:
        cards = page_cards(session, [where.channel_id], TODAY, holders=[HOLDER])
    assert [card.number for card in cards] == [0]


def test_the_cards_of_a_page_are_those_of_its_rows(database: Database, where: Place) -> None:
    for days in range(9):
        opened(database, where, days, (HOLDER, 0))
    channels = [where.channel_id]
    with database.read() as session:
        first = page(session, channels, TODAY, rows=4)
        for cursor in (None, first.next):
            shown = page(session, channels, TODAY, cursor=cursor, rows=4).rows
            cards = page_cards(session, channels, TODAY, holders=[HOLDER], cursor=cursor, rows=4)
            assert {card.case_id for card in cards} == {row.id for row in shown}


def test_a_case_nobody_has_opened_is_listed_and_has_no_card(database: Database, where: Place) -> None:
    store(database, new(where, 1))
    with database.read() as session:
        (row,) = page(session, [where.channel_id], TODAY).rows
        assert not page_cards(session, [where.channel_id], TODAY, holders=[HOLDER])
    assert (row.card_number, row.talk_last_n) == (None, None)


def test_a_row_tells_who_wrote_last_to_whom(database: Database, where: Place) -> None:
    case = new(where, 1)
    with database.write() as session:
        session.add_all(
            [
                case,
                rows.message(case.id, 0, day=ago(1)),
                rows.message(case.id, 1, side="desk", day=ago(0)),
                rows.message(case.id, 7, scope="desk", side="desk"),
            ]
        )
    (row,) = listed(database, where)
    assert (row.talk_last_n, row.talk_last_side, row.talk_last_day) == (1, "desk", TODAY)


@pytest.mark.parametrize(
    "text_of_cursor",
    [
        "",
        "x",
        "2026-05-04.0.2026-05-04",
        "2026-05-04.9.2026-05-04." + "00" * 16,
        "2026-05-04.0.2026-05-04.00",
        "9999-12-31.0.2026-05-04." + "00" * 16,
        "2026-05-04.0.0001-01-01." + "00" * 16,
        "2026-05-04.0.yesterday.00",
        "a.b.c.d",
    ],
)
def test_a_cursor_that_was_tampered_with_is_a_value_error(text_of_cursor: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is the contract
        Cursor.parse(text_of_cursor)


def test_a_page_takes_two_queries(database: Database, where: Place) -> None:
    store(database, *[new(where, number % 9) for number in range(60)])
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    with database.read() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        page(session, [where.channel_id], TODAY)
    assert len(asked) == 2


def test_the_head_counts_what_is_late_what_is_soon_and_what_nobody_opened(
    database: Database, where: Place
) -> None:
    second = rows.channel(where.organisation_id)
    with database.write() as session:
        session.add(second)
    there = Place(where.organisation_id, second.id)
    opened(database, where, 10, (HOLDER, 0))
    store(database, new(where, 20), new(there, 1), new(there, 0), taken_up(where, 92), taken_up(there, 10))
    store(database, closed(where, 200), new(rows.place(database), 30))
    with database.read() as session:
        assert counts(session, [where.channel_id, second.id], TODAY) == Counts(2, 3, 3)
        assert counts(session, [second.id], TODAY) == Counts(0, 2, 2)
        assert counts(session, [], TODAY) == Counts(0, 0, 0)


def test_what_nobody_opened_is_looked_for_among_the_latest(
    database: Database, where: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_queries, "LOOKED_AT", 2)
    monkeypatch.setattr(desk_queries, "_counts", desk_queries._counts.__wrapped__)  # noqa: SLF001 - built with 1,000
    store(database, *[new(where, days) for days in (1, 2, 3)])
    opened(database, where, 0, (HOLDER, 0))
    with database.read() as session:
        assert counts(session, [where.channel_id], TODAY).unopened == 1


@pytest.fixture
def sqlite_database(sqlite_url: str, volatile_url: str) -> Iterator[Database]:
    migrate.upgrade(sqlite_url, volatile_url)
    made = Database(sqlite_url)
    yield made
    made.close()


@pytest.mark.parametrize("band", [None, *Band], ids=lambda band: f"after {band.name}" if band else "first")
def test_every_part_of_the_list_is_a_range_of_an_index(sqlite_database: Database, band: Band | None) -> None:
    """A scan or a sort of all cases would make each page slower with every report."""
    where = rows.place(sqlite_database)
    cursor = None if band is None else Cursor(TODAY, band, TODAY, bytes(16))
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_c: object, _k: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        asked.append((statement, parameters))

    with sqlite_database.read() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        page(session, [where.channel_id], TODAY, cursor=cursor)
        statement, parameters = asked[0]
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    searches = [step for step in plan if step.startswith("SEARCH cases USING")]
    assert searches
    assert all("INDEX ix_cases_" in step and "(channel_id=? AND lane=?" in step for step in searches)
    assert not [step for step in plan if "SCAN cases" in step or "TEMP B-TREE" in step]
