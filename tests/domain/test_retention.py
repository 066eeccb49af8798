"""Rule: a closed case is kept for its channel's days and not longer, and a wrong clock erases nothing.

Directive (EU) 2019/1937, Art. 18(1); GDPR, Art. 5(1)(e); REQUIREMENTS RD-01.
"""

from datetime import date, timedelta

import pytest

from portal.domain import retention

CLOSED = date(2026, 3, 2)
LAST = date(2026, 5, 31)


def test_ninety_days_after_closing_is_the_last_day_on_which_it_opens() -> None:
    assert retention.open_until(CLOSED, 90) == LAST
    assert not retention.is_over(CLOSED, 90, LAST)
    assert retention.is_over(CLOSED, 90, LAST + timedelta(days=1))


def test_a_case_that_is_not_closed_is_never_over() -> None:
    assert not retention.is_over(None, 1, date(2099, 1, 1))


@pytest.mark.parametrize("days", [1, 90, 3650])
@pytest.mark.parametrize("late", [-1, 0, 1, 2])
def test_the_query_finds_exactly_those_that_are_over(days: int, late: int) -> None:
    today = retention.open_until(CLOSED, days) + timedelta(days=late)
    assert (retention.closed_before(today, days) > CLOSED) is retention.is_over(CLOSED, days, today)


@pytest.mark.parametrize(
    ("newest", "trusted"),
    [(None, True), (CLOSED, True), (CLOSED - timedelta(days=400), True), (CLOSED + timedelta(days=1), False)],
    ids=["an empty register", "written today", "long ago", "written tomorrow"],
)
def test_a_clock_that_is_behind_the_register_is_not_believed(
    newest: date | None,
    trusted: bool,  # noqa: FBT001 - a table
) -> None:
    assert retention.may_trust_clock(CLOSED, newest) is trusted


@pytest.mark.parametrize(
    ("seen", "agree"),
    [
        (None, False),
        (CLOSED, False),
        (CLOSED - timedelta(days=1), True),
        (CLOSED + timedelta(days=365), False),
    ],
    ids=["never seen over", "seen today", "seen yesterday", "seen in a year that was a mistake"],
)
def test_only_a_day_before_this_one_confirms_it(
    seen: date | None,
    agree: bool,  # noqa: FBT001 - a table
) -> None:
    assert retention.two_days_agree(seen, CLOSED) is agree


def test_a_hold_is_looked_at_again_within_a_year() -> None:
    assert not retention.is_review_day(CLOSED, CLOSED)
    assert retention.is_review_day(CLOSED + timedelta(days=1), CLOSED)
    assert retention.is_review_day(CLOSED + timedelta(days=366), CLOSED)
    assert not retention.is_review_day(CLOSED + timedelta(days=367), CLOSED)
