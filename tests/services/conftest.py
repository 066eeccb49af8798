"""A portal with one officer, one team and one report, for the rules of the use cases.

Every rule whose test asks for `portal` or `parts` is held to SQLite and to PostgreSQL.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.services.parts import Parts
from tests.builders import Portal, Reporter, SetClock, Staff, Team, closed_after, joined
from tests.officer_hand import Hand, hand
from tests.store.databases import (
    database,
    kind,
    on_database,
    postgres_programs,
    postgres_server,
    postgres_url,
    sqlite_url,
)

__all__ = [
    "database",
    "kind",
    "on_database",
    "postgres_programs",
    "postgres_server",
    "postgres_url",
    "sqlite_url",
]


@pytest.fixture
def parts(tmp_path: Path, clock: SetClock, on_database: dict[str, str]) -> Iterator[Parts]:
    """A portal that nobody has set up."""
    with closed_after(joined(tmp_path, clock, **on_database)) as made:
        yield made


@pytest.fixture
def portal(tmp_path: Path, clock: SetClock, on_database: dict[str, str]) -> Iterator[Portal]:
    """A fresh portal with an organisation and nobody in it."""
    made = Portal(tmp_path, clock, **on_database)
    yield made
    made.close()


@pytest.fixture
def ida(portal: Portal) -> Staff:
    """The officer."""
    return portal.staff("Ida", "Head of compliance")


@pytest.fixture
def team(portal: Portal, ida: Staff) -> Team:
    """The channel that Ida is on."""
    return portal.team(ida)


@pytest.fixture
def reporter(portal: Portal, team: Team) -> Reporter:
    """Who has reported to it."""
    return portal.report(team)


@pytest.fixture
def at_work(portal: Portal, ida: Staff, team: Team, reporter: Reporter) -> Hand:
    """Ida with the case opened."""
    ida_at_work = hand(portal, ida, team, reporter)
    ida_at_work.opens()
    return ida_at_work
