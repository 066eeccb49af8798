"""Rule: a closed case is erased when its channel's days are over, by two rounds on two days, and by no wrong clock.

Sources: Directive (EU) 2019/1937, Art. 18(1); REQUIREMENTS RD-01, RD-02; portal/domain/retention.py.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from portal.domain.register import Kind
from portal.services import erasing, holds, register, retention, stages
from portal.services.desk_errors import Changed, HoldMalformed, Malformed
from portal.services.errors import NotFound
from portal.store import models
from tests.builders import DAY_ONE, Portal, Reporter, SetClock, Staff, Team
from tests.officer_hand import Hand, hand

OVER = 91


@pytest.fixture
def closed(portal: Portal, ida: Staff, at_work: Hand, reporter: Reporter) -> Reporter:
    """A reporter whose case was closed on the first day."""
    at_work.acknowledges()
    stages.change(portal.parts, ida.id, reporter.case_id, seen="acknowledged", to="closed")
    return reporter


def move(portal: Portal, **by: int) -> None:
    """The clock goes on."""
    assert isinstance(portal.clock, SetClock)
    portal.clock.move(**by)


def is_there(portal: Portal, reporter: Reporter) -> bool:
    with portal.parts.database.read() as session:
        return session.get(models.Case, reporter.case_id) is not None


def kinds(portal: Portal, reporter: Reporter) -> list[str]:
    with portal.parts.database.read() as session:
        query = session.query(models.RegisterEntry).filter_by(case_id=reporter.case_id)
        return [entry.kind for entry in query.order_by(models.RegisterEntry.seq)]


def test_ninety_days_are_kept_and_the_second_day_after_them_erases(portal: Portal, closed: Reporter) -> None:
    move(portal, days=90)
    assert retention.erase_over(portal.parts) == 0
    move(portal, days=1)
    assert retention.erase_over(portal.parts) == 0
    assert retention.erase_over(portal.parts) == 0, "twice on one day is one day"
    assert is_there(portal, closed)
    move(portal, days=1)
    assert retention.erase_over(portal.parts) == 1
    assert not is_there(portal, closed)
    assert kinds(portal, closed)[-1] == Kind.CASE_ERASED
    assert kinds(portal, closed)[0] == Kind.REPORT_RECEIVED
    assert portal.parts.erase_keys.destroyed() == {closed.case_id}
    move(portal, days=1)
    assert retention.erase_over(portal.parts) == 0


def test_the_registers_chain_holds_after_it(portal: Portal, closed: Reporter) -> None:
    for days in (OVER, 1):
        move(portal, days=days)
        retention.erase_over(portal.parts)
    assert not is_there(portal, closed)
    with portal.parts.database.read() as session:
        assert register.verify(session, portal.organisation_id).entries >= 4


def test_a_case_that_is_open_stays_for_ever(portal: Portal, at_work: Hand, reporter: Reporter) -> None:
    assert at_work
    for _ in range(3):
        move(portal, days=400)
        assert retention.erase_over(portal.parts) == 0
    assert is_there(portal, reporter)


def test_taking_it_up_again_takes_the_mark_away(portal: Portal, ida: Staff, closed: Reporter) -> None:
    move(portal, days=OVER)
    retention.erase_over(portal.parts)
    stages.change(portal.parts, ida.id, closed.case_id, seen="closed", to="in_progress")
    move(portal, days=1)
    assert retention.erase_over(portal.parts) == 0
    stages.change(portal.parts, ida.id, closed.case_id, seen="in_progress", to="closed")
    move(portal, days=OVER)
    assert retention.erase_over(portal.parts) == 0, "it has to be found over on two days again"
    move(portal, days=1)
    assert retention.erase_over(portal.parts) == 1


def test_a_held_case_stays_until_the_hold_is_ended(portal: Portal, ida: Staff, closed: Reporter) -> None:
    review = portal.today + timedelta(days=100)
    holds.keep(portal.parts, ida.id, closed.case_id, reason="A claim is in court", review_on=review)
    for _ in range(3):
        move(portal, days=OVER)
        assert retention.erase_over(portal.parts) == 0
    kept = holds.kept(portal.parts, ida.id, closed.reference)
    assert kept.review_is_due
    holds.end(portal.parts, ida.id, closed.case_id)
    for expected in (0, 1):
        assert retention.erase_over(portal.parts) == expected
        move(portal, days=1)


def test_a_hold_that_comes_on_the_last_evening_keeps_it(portal: Portal, ida: Staff, closed: Reporter) -> None:
    move(portal, days=OVER)
    retention.erase_over(portal.parts)
    review = portal.today + timedelta(days=30)
    holds.keep(portal.parts, ida.id, closed.case_id, reason="A claim", review_on=review)
    move(portal, days=1)
    assert retention.erase_over(portal.parts) == 0
    assert is_there(portal, closed)


def test_a_clock_set_back_erases_nothing_and_waits_until_the_register_is_past(
    portal: Portal, ida: Staff, at_work: Hand, closed: Reporter
) -> None:
    assert at_work
    move(portal, days=OVER)
    retention.erase_over(portal.parts)
    move(portal, days=5)
    at_work.read()  # an entry of this day
    for _ in range(4):
        move(portal, days=-1)
        assert retention.erase_over(portal.parts) == 0, "the register ends in the future"
    assert is_there(portal, closed)
    move(portal, days=4)
    assert retention.erase_over(portal.parts) == 0
    move(portal, days=1)
    assert retention.erase_over(portal.parts) == 1
    assert ida


def test_a_clock_set_forward_by_mistake_erases_nothing_if_it_is_set_right_that_day(
    portal: Portal, closed: Reporter
) -> None:
    move(portal, days=365)
    assert retention.erase_over(portal.parts) == 0
    move(portal, days=-365)
    assert retention.erase_over(portal.parts) == 0
    with portal.parts.database.read() as session:
        assert session.query(models.ErasureMark).count() == 0
    move(portal, days=365)
    assert retention.erase_over(portal.parts) == 0, "the mark of the mistake counts for nothing"
    assert is_there(portal, closed)


def test_a_kill_between_two_cases_leaves_whole_cases(
    portal: Portal, ida: Staff, team: Team, closed: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = portal.report(team, "Another one.")
    other_hand = hand(portal, ida, team, second)
    other_hand.opens()
    other_hand.acknowledges()
    stages.change(portal.parts, ida.id, second.case_id, seen="acknowledged", to="closed")
    move(portal, days=OVER)
    retention.erase_over(portal.parts)
    move(portal, days=1)
    done: list[object] = []

    def killed_at_the_second(*arguments: Any) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(erase_closed(*arguments))

    erase_closed = erasing.erase_closed
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "erase_closed", killed_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            retention.erase_over(portal.parts)
    assert sorted(is_there(portal, one) for one in (closed, second)) == [False, True]
    assert retention.erase_over(portal.parts) == 1
    for one in (closed, second):
        assert not is_there(portal, one)
        assert kinds(portal, one).count(Kind.CASE_ERASED) == 1


def test_each_channel_has_its_own_days_and_the_register_says_who_set_them(
    portal: Portal, team: Team, closed: Reporter
) -> None:
    boss = portal.staff("Olaf", administrator=True)
    retention.set_days(portal.parts, boss.id, team.id, 10)
    move(portal, days=11)
    for expected in (0, 1):
        assert retention.erase_over(portal.parts) == expected
        move(portal, days=1)
    assert not is_there(portal, closed)
    with portal.parts.database.read() as session:
        (entry,) = session.query(models.RegisterEntry).filter_by(kind=Kind.CHANNEL_CHANGED)
    assert b'"retention_days":10,"retention_days_before":90' in entry.body


@pytest.mark.parametrize("days", [0, -1, 3651], ids=["none", "negative", "over ten years"])
def test_days_that_can_not_be_are_refused(portal: Portal, team: Team, days: int) -> None:
    boss = portal.staff("Olaf", administrator=True)
    with pytest.raises(Malformed):
        retention.set_days(portal.parts, boss.id, team.id, days)


def test_only_an_administrator_sets_them(portal: Portal, ida: Staff, team: Team) -> None:
    with pytest.raises(NotFound):
        retention.set_days(portal.parts, ida.id, team.id, 10)
    with pytest.raises(NotFound):
        retention.channels(portal.parts, ida.id)


@pytest.mark.parametrize(
    ("reason", "after"),
    [("", 10), (" \n", 10), ("x" * 201, 10), ("A claim", 0), ("A claim", 367)],
    ids=["no reason", "blank", "too long", "today", "over a year"],
)
def test_a_hold_needs_a_reason_and_a_day(
    portal: Portal, ida: Staff, reporter: Reporter, reason: str, after: int
) -> None:
    review = portal.today + timedelta(days=after)
    with pytest.raises(HoldMalformed):
        holds.keep(portal.parts, ida.id, reporter.case_id, reason=reason, review_on=review)


def test_a_hold_and_its_end_are_in_the_register(portal: Portal, ida: Staff, reporter: Reporter) -> None:
    holds.keep(portal.parts, ida.id, reporter.case_id, reason=" A  claim ", review_on=date(2026, 6, 1))
    holds.end(portal.parts, ida.id, reporter.case_id)
    with pytest.raises(Changed):
        holds.end(portal.parts, ida.id, reporter.case_id)
    assert kinds(portal, reporter)[-2:] == [Kind.HOLD_SET, Kind.HOLD_ENDED]
    with portal.parts.database.read() as session:
        (entry,) = session.query(models.RegisterEntry).filter_by(kind=Kind.HOLD_SET)
    assert b'"reason":"A claim"' in entry.body
    assert b'"review_on":"2026-06-01"' in entry.body


def test_nobody_holds_a_case_out_of_reach(portal: Portal, reporter: Reporter) -> None:
    stranger = portal.staff("Olaf")
    portal.team(stranger, name="Complaints")
    for act in (
        lambda: holds.keep(
            portal.parts,
            stranger.id,
            reporter.case_id,
            reason="x",
            review_on=DAY_ONE.date() + timedelta(days=2),
        ),
        lambda: holds.end(portal.parts, stranger.id, reporter.case_id),
        lambda: holds.kept(portal.parts, stranger.id, reporter.reference),
    ):
        with pytest.raises(NotFound):
            act()
