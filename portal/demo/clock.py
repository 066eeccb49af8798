"""A clock that others set: a demonstration has a past, and tests have no patience."""

from datetime import datetime, timedelta

from portal.services.parts import Clock


class SetClock(Clock):
    """A clock that stands still at `at` (aware, UTC) until somebody moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment that was set."""
        return self.at

    def move(self, **by: int) -> None:
        """Later by this much, in timedelta's words."""
        self.at += timedelta(**by)
