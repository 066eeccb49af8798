"""A portal with people in it, truly sealed: organisation, staff, channels with their keys, and reports.

Nothing is faked: a report comes in through services/intake.py, and what the staff's browsers would do is done
with crypto/ (portal/demo/people.py; the officer's half of a case is in portal/demo/officer_hand.py). Only
sign-in is skipped unless a password is given, because stretching one takes a second.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from flask import Flask

from portal import application, join
from portal.demo import clock as clocks
from portal.demo.people import PeopledPortal, Staff, Team, stretch
from portal.demo.reporter_hand import Reporter, fill
from portal.services.parts import Clock, Parts
from portal.settings import load
from portal.store import models
from tests.store.ready import make_ready

__all__ = [
    "DAY_ONE", "PASSWORD", "Portal", "Reporter", "SetClock", "Staff", "Team", "closed_after", "fill", "joined",
    "stretch",
]  # fmt: skip

DAY_ONE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "anvil bucket copper dahlia ember fathom"


class SetClock(clocks.SetClock):
    """A clock that stands still at DAY_ONE until a test moves it."""

    def __init__(self, at: datetime = DAY_ONE) -> None:
        super().__init__(at)


def joined(folder: Path, clock: Clock | None = None, **settings: str) -> Parts:
    """The parts of a portal in `folder`, its tables made and nothing set up."""
    given = {"min_free_bytes": "0", **settings}
    environment = {f"PORTAL_{name.upper()}": value for name, value in given.items()}
    chosen = load(environment, instance=folder)
    parts = join(chosen, clock or SetClock())
    make_ready(chosen.database_url, chosen.volatile_url)
    return parts


@contextmanager
def closed_after(parts: Parts) -> Iterator[Parts]:
    """`parts`, of which no connection is left open."""
    yield parts
    parts.database.close()
    parts.volatile.close()


class Portal(PeopledPortal):
    """A fresh portal in `folder`: an organisation, and methods that add what a test needs."""

    def __init__(self, folder: Path, clock: Clock | None = None, **settings: str) -> None:
        super().__init__(joined(folder, clock, **settings), secrets.token_bytes(16))
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

    @cached_property
    def app(self) -> Flask:
        """The application that answers for it; made when a test asks for it, since most rules need none."""
        return application(self.parts)

    def close(self) -> None:
        """No connection is left open."""
        self.parts.database.close()
        self.parts.volatile.close()

    def administrator(self, name: str = "Dina Friis", role: str = "Head of IT") -> Staff:
        """A new administrator who handles no case."""
        made = self.staff(name, role, administrator=True)
        with self.parts.database.write() as session:
            session.get_one(models.Officer, made.id).is_officer = False
        return made

    def case(self, reporter: Reporter) -> models.Case:
        """The stored case as it is now."""
        with self.parts.database.read() as session:
            return session.get_one(models.Case, reporter.case_id)
