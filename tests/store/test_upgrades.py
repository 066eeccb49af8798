"""Rule: a database of every earlier version is brought up to date with all that was in it, on both databases.

Source: "A team can rely on it", section 5. The rows are those of a real portal; a migration added later is tried by
this test without a change to it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.services import register
from portal.store import channels, migrate
from portal.store.database import Database
from tests.builders import Portal
from tests.officer_hand import hand
from tests.store.older import contents, is_at, make_older, revisions, tables

EARLIER = revisions()[:-1]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of a portal with two officers, two reports, an answer, and a case that was opened."""
    portal = Portal(tmp_path_factory.mktemp("portal"))
    ida = portal.staff("Ida")
    team = portal.team(ida, portal.staff("Bo"))
    reporter = portal.report(team, "One.", files={"a.txt": b"a"}, name="Kim")
    portal.report(team, "Two.")
    reporter.answers("And more.")
    hand(portal, ida, team, reporter).opens()
    raw = Database(portal.parts.settings.database_url)
    yield raw
    raw.close()
    portal.close()


def test_there_is_an_earlier_version_to_come_from() -> None:
    assert EARLIER


@pytest.mark.parametrize("revision", EARLIER)
def test_a_database_of_an_earlier_version_keeps_every_row_and_column(
    revision: str, source: Database, main_url: str, volatile_url: str, tmp_path: Path
) -> None:
    make_older(main_url, revision, source, tmp_path / "migrations")
    assert is_at(main_url, revision)
    older = Database(main_url)
    with older.connection() as connection:
        before = {table.name: (table, contents(connection, table)) for table in tables(connection)}
    older.close()
    assert "cases" not in before or len(before["cases"][1]) == 2
    migrate.upgrade(main_url, volatile_url)
    assert migrate.is_current(main_url, volatile_url)
    newer = Database(main_url)
    with newer.connection() as connection:
        for name, (table, rows) in before.items():
            assert contents(connection, table) == rows, name
    with newer.read() as session:
        organisation = channels.organisation(session)
        assert organisation
        assert register.verify(session, organisation.id).entries > 0
    newer.close()
