"""A portal with people in it, truly sealed: organisation, staff, channels with their keys, and reports.

Nothing is faked: a report comes in through services/intake.py, and what the staff's browsers would do is done
with crypto/ (portal/demo/people.py; the officer's half of a case is in portal/demo/officer_hand.py). Only
sign-in is skipped unless a password is given, because stretching one takes a second.
"""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from portal import create_app
from portal.demo import clock as clocks
from portal.demo.people import PeopledPortal, Staff, Team, stretch
from portal.demo.reporter_hand import Reporter, fill
from portal.services.parts import Clock
from portal.settings import load
from portal.store import migrate, models
from portal.web.parts import EXTENSION

__all__ = ["DAY_ONE", "PASSWORD", "Portal", "Reporter", "SetClock", "Staff", "Team", "fill", "stretch"]

DAY_ONE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "anvil bucket copper dahlia ember fathom"


class SetClock(clocks.SetClock):
    """A clock that stands still at DAY_ONE until a test moves it."""

    def __init__(self, at: datetime = DAY_ONE) -> None:
        super().__init__(at)


class Portal(PeopledPortal):
    """A fresh portal in `folder`: an organisation, and methods that add what a test needs."""

    def __init__(self, folder: Path, clock: Clock | None = None, **settings: str) -> None:
        environment = {f"PORTAL_{name.upper()}": value for name, value in settings.items()}
        chosen = load({"PORTAL_MIN_FREE_BYTES": "0", **environment}, instance=folder)
        self.app = create_app(chosen, clock=clock or SetClock())
        migrate.upgrade(chosen.database_url, chosen.volatile_url)
        super().__init__(self.app.extensions[EXTENSION], secrets.token_bytes(16))
        self.add(
            models.Organisation(
                id=self.organisation_id,
                name="Havblik Care",
                languages="en,da,nl,nb",
                default_language="en",
                country="DK",
                created_on=self.today,
            )
        )

    def close(self) -> None:
        """No connection is left open."""
        self.parts.database.close()
        self.parts.volatile.close()

    def case(self, reporter: Reporter) -> models.Case:
        """The stored case as it is now."""
        with self.parts.database.read() as session:
            return session.get_one(models.Case, reporter.case_id)
