"""Seven days to acknowledge, three months to give feedback (Directive (EU) 2019/1937, Art. 9(1)(b), (f)),
counted as Regulation (EEC, Euratom) No 1182/71, Art. 3 counts.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.deadlines import acknowledge_due, add_months, feedback_due

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2200, 1, 1))


def test_the_day_of_receipt_is_not_counted() -> None:
    """Art. 3(1): the day during which the event occurs does not fall within the period."""
    assert acknowledge_due(date(2026, 5, 4), 7) == date(2026, 5, 11)


def test_a_week_runs_on_over_the_end_of_a_month_and_a_year() -> None:
    assert acknowledge_due(date(2026, 12, 28), 7) == date(2027, 1, 4)


def test_a_week_that_ends_on_a_sunday_ends_on_that_sunday() -> None:
    """Art. 3(4) would allow the Monday; the earlier day is right in every country."""
    assert acknowledge_due(date(2026, 5, 3), 7) == date(2026, 5, 10)
    assert date(2026, 5, 10).isoweekday() == 7


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(date(2026, 1, 15), date(2026, 4, 15), id="falls on the same date"),
        pytest.param(date(2026, 11, 30), date(2027, 2, 28), id="30 November, no 30 February"),
        pytest.param(date(2027, 11, 30), date(2028, 2, 29), id="30 November before a leap year"),
        pytest.param(date(2026, 11, 29), date(2027, 2, 28), id="29 November, common year"),
        pytest.param(date(2027, 11, 29), date(2028, 2, 29), id="29 November, leap year"),
        pytest.param(date(2026, 3, 31), date(2026, 6, 30), id="31 March, June has 30 days"),
        pytest.param(date(2026, 10, 15), date(2027, 1, 15), id="over the turn of the year"),
        pytest.param(date(2026, 2, 28), date(2026, 5, 28), id="a last day stays a date, not a last day"),
        pytest.param(date(2026, 1, 24), date(2026, 4, 24), id="over the change to summer time"),
    ],
)
def test_three_months_end_on_the_same_date_or_the_months_last_day(start: date, end: date) -> None:
    """Art. 3(2)(c): the same date; where it does not occur in the last month, that month's last day."""
    assert add_months(start, 3) == end


def test_feedback_counts_from_the_acknowledgement() -> None:
    assert feedback_due(date(2026, 5, 1), date(2026, 5, 4), 7, 3) == date(2026, 8, 4)


def test_feedback_counts_from_the_seventh_day_where_nothing_was_acknowledged() -> None:
    assert feedback_due(date(2026, 5, 1), None, 7, 3) == date(2026, 8, 8)


def test_an_acknowledgement_on_the_last_day_changes_nothing() -> None:
    assert feedback_due(date(2026, 5, 1), date(2026, 5, 8), 7, 3) == date(2026, 8, 8)


def test_a_late_acknowledgement_does_not_buy_time() -> None:
    assert feedback_due(date(2026, 5, 1), date(2026, 7, 1), 7, 3) == date(2026, 8, 8)


def test_a_channel_with_other_lengths_keeps_its_own() -> None:
    assert feedback_due(date(2026, 5, 1), None, 14, 1) == date(2026, 6, 15)


@given(DAYS, st.integers(1, 24))
def test_months_never_end_later_than_the_same_date(start: date, months: int) -> None:
    end = add_months(start, months)
    assert end.day <= start.day
    assert (end.year - start.year) * 12 + end.month - start.month == months


@given(DAYS, st.integers(0, 200))
def test_being_slower_never_makes_feedback_due_later_than_silence_does(received: date, late: int) -> None:
    acknowledged = received + timedelta(days=late)
    assert feedback_due(received, acknowledged, 7, 3) <= feedback_due(received, None, 7, 3)
