"""When an acknowledgement and feedback are due, in whole UTC days.

The lengths are Directive (EU) 2019/1937, Art. 9(1)(b) and (f): seven days, three months.
The counting is Regulation (EEC, Euratom) No 1182/71, Art. 3: the day of the event is not counted; a
period ends with the last hour of its last day; a period in months ends on the same date of the last
month, or on that month's last day where it has no such date. A due date is therefore the last day on
which the duty can still be met.

Art. 3(4) would move an end on a Saturday, Sunday or holiday to the next working day. We don't: which
days are holidays differs, and the earlier day is right everywhere.
"""

from calendar import monthrange
from datetime import date, timedelta

MONTHS_A_YEAR = 12


def add_months(start: date, months: int) -> date:
    """The same date `months` calendar months later, or the last day of a month that lacks it."""
    count = start.year * MONTHS_A_YEAR + (start.month - 1) + months
    year, month = count // MONTHS_A_YEAR, count % MONTHS_A_YEAR + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def acknowledge_due(received_on: date, days: int) -> date:
    """The last day to acknowledge: `days` after the day of receipt, which is not counted."""
    return received_on + timedelta(days=days)


def feedback_due(received_on: date, acknowledged_on: date | None, days: int, months: int) -> date:
    """The last day for feedback: `months` after the acknowledgement, or after day `days` if none was sent.

    An acknowledgement later than day `days` moves nothing: by then the months had begun to run, and
    being late must not buy time.
    """
    last = acknowledge_due(received_on, days)
    start = last if acknowledged_on is None else min(acknowledged_on, last)
    return add_months(start, months)
