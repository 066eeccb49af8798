"""When an officer is written to, and at which minute: never so that the time tells when something came in.

REQUIREMENTS AC-06 (before and on the due date), AC-09 (a notice carries nothing of a case).

**The minute.** Time is cut into windows of the same length. What is new in one window is told at a random minute of the
next: whoever sees the mail learns no more than the window, however long he watches. One mail a window and officer.
"""

from datetime import date, timedelta

BEFORE_DAYS = 2
MINUTE = 60
FIRST_WAIT_SECONDS = 5 * MINUTE
MOST_TRIES = 9
"""After the last one, most of a day has passed: the next notice begins anew."""


def reminder_days(due_on: date) -> tuple[date, date, date]:
    """The days on which a deadline is told: two days before, on the day, and the day after it was missed."""
    return due_on - timedelta(days=BEFORE_DAYS), due_on, due_on + timedelta(days=1)


def is_told(due_on: date, after: date, today: date) -> bool:
    """Whether a reminder for `due_on` falls on a day later than `after`, up to `today`: one is not lost by a pause."""
    return any(after < day <= today for day in reminder_days(due_on))


def next_window(now: int, window_minutes: int) -> int:
    """When the next window begins, in Unix seconds; `now` too."""
    length = max(window_minutes, 1) * MINUTE
    return (now // length + 1) * length


def send_at(now: int, window_minutes: int, random_minute: int) -> int:
    """The moment to send what was noticed at `now` (Unix seconds): `random_minute` of the next window."""
    return next_window(now, window_minutes) + random_minute % max(window_minutes, 1) * MINUTE


def retry_after_seconds(tries: int) -> int:
    """How long to wait after so many failures: five minutes, and each time twice as long."""
    return FIRST_WAIT_SECONDS * (1 << max(tries - 1, 0))
