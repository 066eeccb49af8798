"""How long a closed case is kept, and when the portal may erase one by itself, in whole UTC days.

Directive (EU) 2019/1937, Art. 18(1): records are kept no longer than is necessary and proportionate; GDPR,
Art. 5(1)(e). How long that is each organisation decides for each of its channels.

**A wrong clock must not erase.** Nothing can be got back, and the portal has no other clock than the machine's. So:

- Set back: a case is not over yet by that clock, and nothing happens. The register then ends in the future, and
  until the clock has caught up with it nothing is erased at all, since either the clock is wrong now or it was when
  the entry was written.
- Set forward: the first run that finds a case over only remembers the day. It is erased by a run on a later day that
  finds it over too. Whoever sees the mistake has until the next midnight of that clock; a day remembered that is now
  in the future counts for nothing.
"""

from datetime import date, timedelta

SHORTEST_DAYS, LONGEST_DAYS = 1, 3650
LONGEST_HOLD_DAYS = 366
"""A legal hold names a day to look at it again, at most a year away. It ends when somebody ends it."""


def open_until(closed_on: date, days: int) -> date:
    """The last day on which a case closed on `closed_on` can be opened: `days` after it, which is not counted."""
    return closed_on + timedelta(days=days)


def closed_before(today: date, days: int) -> date:
    """Cases closed before this day are over today: the turned-round `is_over`, for a query."""
    return today - timedelta(days=days)


def is_over(closed_on: date | None, days: int, today: date) -> bool:
    """Whether a case has been kept long enough. One that is not closed never is."""
    return closed_on is not None and today > open_until(closed_on, days)


def may_trust_clock(today: date, newest_entry_on: date | None) -> bool:
    """Whether `today` can be today: the register has no entry from a later day. Fails closed."""
    return newest_entry_on is None or newest_entry_on <= today


def two_days_agree(first_seen_on: date | None, today: date) -> bool:
    """Whether a case found over today was found over on an earlier day too."""
    return first_seen_on is not None and first_seen_on < today


def is_review_day(day: date, today: date) -> bool:
    """Whether a hold set today may name `day` as the day to look at it again."""
    return today < day <= today + timedelta(days=LONGEST_HOLD_DAYS)
