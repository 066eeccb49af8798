"""What the desk's use cases may answer instead of their result.

ServiceError (services/errors.py)
├─ Refused
│  ├─ Malformed        what the browser sealed or signed is not what the format allows
│  ├─ TooLarge         a sealed message or file is over its limit
│  ├─ StepRefused      the table of stages has no such step
│  ├─ FilesUnknown     a file that the message lists was not uploaded in this session for this case
│  ├─ NotATest         only test reports can be erased from their own page
│  ├─ Held             the case is kept for a legal reason
│  └─ HoldMalformed    a hold without a reason, or without a day to look at it again
└─ Changed             it is no longer as it was when the page was read; read it again
   ├─ AlreadyOpened    a colleague opened the case a moment earlier
   ├─ OlderKey         the case has to be moved to the channel's newest key before anybody writes in it
   └─ DayChanged       midnight has passed: the dates in the text are no longer the case's
"""

from portal.services.errors import Refused, ServiceError


class Malformed(Refused):
    """A record, grant, wrap, card or sealed file that the format does not allow, or not in this case."""

    code = "malformed"


class TooLarge(Refused):
    """A sealed message or file over its limit."""

    code = "too_large"


class StepRefused(Refused):
    """The case can't go from its stage to the one asked for (domain/case.py holds the table)."""

    code = "step_refused"


class FilesUnknown(Refused):
    """A listed file was never uploaded, belongs to another case, or to another session."""

    code = "files_unknown"


class NotATest(Refused):
    """A report that is no test can't be erased as one."""

    code = "not_a_test"


class Held(Refused):
    """The case is under a legal hold: nobody erases it before somebody has ended that."""

    code = "held"


class HoldMalformed(Refused):
    """The reason is empty or too long, or the day is not within a year from tomorrow."""

    code = "hold_malformed"


class Changed(ServiceError):
    """Somebody else was quicker; nothing was stored. The page reads again and shows what is new."""

    code = "changed"


class AlreadyOpened(Changed):
    """The case has its first desk record already."""

    code = "already_opened"


class OlderKey(Changed):
    """The case is under an older epoch: its next record comes before the next message."""

    code = "older_key"


class DayChanged(Changed):
    """The due date in the text is not the one that this day gives."""

    code = "day_changed"
