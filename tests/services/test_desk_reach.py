"""Rule: the list, its counts and its cards know of a case only whom the case itself is shown to.

Of a channel's epochs an officer reaches those that a keeper granted; everything else does not exist for him
(services/team.py; Directive (EU) 2019/1937, Art. 16; REQUIREMENTS RO-02, CO-03).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from portal.services import casework, desk_list
from portal.services.errors import NotFound
from portal.store.desk_queries import Counts
from tests.builders import Portal, Reporter, Staff, Team
from tests.officer_hand import hand


@pytest.fixture
def young(portal: Portal, ida: Staff, team: Team, reporter: Reporter) -> Reporter:
    """Who has reported under the channel's second key; `reporter` under its first."""
    assert reporter
    portal.sign_record(team, ida, new_epoch=True)
    return portal.report(team, "Young.")


@pytest.fixture
def newcomer(portal: Portal, ida: Staff, team: Team, young: Reporter) -> Staff:
    """Somebody who was granted the second key alone."""
    assert young
    bo = portal.staff("Bo")
    portal.join(team, bo, ida)
    return bo


def listed(portal: Portal, officer: Staff) -> set[str]:
    return {row.reference for row in desk_list.page(portal.parts, officer.id, None).rows}


def shown(portal: Portal, officer: Staff, *reporters: Reporter) -> set[str]:
    """The references of those cases whose own page opens."""
    found = set()
    for one in reporters:
        try:
            found.add(casework.summary(portal.parts, officer.id, one.reference).case.reference)
        except NotFound:
            continue
    return found


def test_the_list_shows_the_cases_whose_pages_open_and_no_other(
    portal: Portal, ida: Staff, newcomer: Staff, reporter: Reporter, young: Reporter
) -> None:
    assert listed(portal, newcomer) == shown(portal, newcomer, reporter, young) == {young.reference}
    assert listed(portal, ida) == {reporter.reference, young.reference}


def test_a_channel_of_which_every_epoch_is_held_is_listed_whole_beside_one_that_is_not(
    portal: Portal, newcomer: Staff, reporter: Reporter, young: Reporter
) -> None:
    other = portal.report(portal.team(newcomer, name="Complaints"), "Beside.")
    expected = {young.reference, other.reference}
    assert listed(portal, newcomer) == shown(portal, newcomer, reporter, young, other) == expected


def test_the_head_counts_those_cases_alone(
    portal: Portal, ida: Staff, newcomer: Staff, reporter: Reporter
) -> None:
    assert reporter
    assert desk_list.page(portal.parts, newcomer.id, None).counts == Counts(0, 1, 1)
    assert desk_list.page(portal.parts, ida.id, None).counts == Counts(0, 2, 2)


def test_the_cards_are_those_of_the_same_cases(
    portal: Portal, ida: Staff, team: Team, newcomer: Staff, reporter: Reporter, young: Reporter
) -> None:
    for one in (reporter, young):
        ida_at_work = hand(portal, ida, team, one)
        ida_at_work.opens()
    for cards in (
        desk_list.page_cards(portal.parts, newcomer.id, None),
        desk_list.cards(portal.parts, newcomer.id, None),
    ):
        assert [card.reference for card in cards] == [young.reference]


def test_who_has_no_epoch_at_all_sees_an_empty_list(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter
) -> None:
    assert reporter
    bo = portal.staff("Bo")
    portal.sign_record(team, ida, bo)
    page = desk_list.page(portal.parts, bo.id, None)
    assert (page.rows, page.counts, page.next) == ((), Counts(0, 0, 0), None)


@contextmanager
def asked_of(portal: Portal) -> Iterator[list[str]]:
    """Every statement that readers of the database send meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    with portal.parts.database.read() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_for_who_holds_every_epoch_no_case_is_asked_for_its_readers(
    portal: Portal, ida: Staff, newcomer: Staff
) -> None:
    with asked_of(portal) as asked:
        desk_list.page(portal.parts, ida.id, None)
    assert asked
    assert not [one for one in asked if "cases" in one and "grants" in one]
    with asked_of(portal) as asked:
        desk_list.page(portal.parts, newcomer.id, None)
    assert [one for one in asked if "cases" in one and "grants" in one]
