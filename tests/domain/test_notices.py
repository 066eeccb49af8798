"""Rule: a notice comes before and on the day, and at a minute that tells nothing of when something came in.

Sources: REQUIREMENTS AC-06, AC-09; portal/domain/notices.py.
"""

from datetime import date, timedelta

import pytest

from portal.domain import notices

DUE = date(2026, 5, 20)
HOUR = 3600


@pytest.mark.parametrize(
    ("day", "told"),
    [(-3, False), (-2, True), (-1, False), (0, True), (1, True), (2, False)],
    ids=["three days before", "two before", "the eve", "the day", "missed", "long missed"],
)
def test_a_deadline_is_told_on_three_days(day: int, told: bool) -> None:  # noqa: FBT001 - a table
    today = DUE + timedelta(days=day)
    assert notices.is_told(DUE, today - timedelta(days=1), today) is told


def test_a_day_is_told_once() -> None:
    assert not notices.is_told(DUE, DUE, DUE)


def test_a_pause_loses_no_reminder() -> None:
    assert notices.is_told(DUE, DUE - timedelta(days=1), DUE + timedelta(days=5))
    assert not notices.is_told(DUE, DUE + timedelta(days=1), DUE + timedelta(days=9))


@pytest.mark.parametrize("second", [0, 1, 1799, 3599])
def test_whatever_the_second_the_mail_goes_in_the_next_window(second: int) -> None:
    begin = 500_000 * HOUR
    moments = {notices.send_at(begin + second, 60, minute) for minute in range(60)}
    assert moments == {begin + HOUR + minute * 60 for minute in range(60)}


def test_a_window_of_nothing_is_a_minute() -> None:
    assert notices.send_at(120, 0, 7) == 180


def test_each_failure_waits_twice_as_long_and_the_last_one_most_of_a_day() -> None:
    waits = [notices.retry_after_seconds(tries) for tries in range(1, notices.MOST_TRIES)]
    assert waits[:3] == [300, 600, 1200]
    assert 18 * HOUR < sum(waits) < 24 * HOUR
