"""Rule: a portal moves from SQLite to PostgreSQL with every row, compared on both sides, or not at all.

Source: "A team can rely on it", section 4. Run on PostgreSQL; where there is none, skipped (never in CI).
"""

from collections.abc import Iterator
from dataclasses import replace
from socket import create_server

import pytest
from sqlalchemy import select, text

from portal import create_app
from portal.services import moving
from portal.services.backup_format import BackupError, NotEmpty, StillRunning
from portal.services.parts import Parts
from portal.services.register_end import end_of
from portal.settings import load_secrets
from portal.store import copying, migrate, models
from portal.store.database import Database
from portal.web.parts import EXTENSION
from tests.builders import Portal, Reporter, Team
from tests.journeys.server import free_port
from tests.services.backups import made, new_instance, put_back


@pytest.fixture
def parts(portal: Portal) -> Parts:
    """The parts of a stopped portal: nothing answers on its port."""
    return replace(portal.parts, settings=replace(portal.parts.settings, port=free_port()))


@pytest.fixture
def reporters(portal: Portal, team: Team) -> list[Reporter]:
    """Three reports, one with a file, one with an answer."""
    made = [portal.report(team, "One."), portal.report(team, "Two.", files={"a.txt": b"a"})]
    made.append(portal.report(team, "Blåbær, naïve, 你好 \U0001f512"))
    made[0].answers("And another thing.")
    return made


@pytest.fixture
def moved(parts: Parts, reporters: list[Reporter], postgres_url: str) -> Iterator[Parts]:
    """The same portal on PostgreSQL, after the command and a change of the setting."""
    assert reporters
    moving.move(parts, postgres_url)
    settings = replace(parts.settings, database_url=postgres_url)
    found: Parts = create_app(settings, clock=parts.clock).extensions[EXTENSION]
    yield found
    found.database.close()
    found.volatile.close()


def test_every_receipt_opens_its_report_in_the_new_database(moved: Parts, reporters: list[Reporter]) -> None:
    said = [[message.text for message in replace(one, parts=moved).reads().messages] for one in reporters]
    assert said == [["One.", "And another thing."], ["Two."], ["Blåbær, naïve, 你好 \U0001f512"]]


def test_every_table_has_the_same_rows(moved: Parts, parts: Parts) -> None:
    with parts.database.read() as old, moved.database.read() as new:
        for table in copying.tables():
            assert copying.content(old, table) == copying.content(new, table), table.name
        assert old.scalars(select(models.Case.due_on)).all() == new.scalars(select(models.Case.due_on)).all()


def test_the_register_ends_in_the_same_head_and_goes_on_from_there(
    moved: Parts, portal: Portal, team: Team
) -> None:
    before = end_of(portal.parts)
    assert end_of(moved) == before
    there = Portal.__new__(Portal)
    there.__dict__.update(portal.__dict__, parts=moved)
    there.report(team, "The first one there.")
    assert end_of(moved).entries == before.entries + 1
    assert not end_of(moved).problem


def test_the_new_database_has_the_schema_that_the_portal_expects(moved: Parts) -> None:
    assert migrate.is_current(moved.settings.database_url, moved.settings.volatile_url)


def test_the_old_database_is_left_as_it_was(
    parts: Parts, reporters: list[Reporter], postgres_url: str
) -> None:
    before = end_of(parts)
    moving.move(parts, postgres_url)
    assert end_of(parts) == before
    assert reporters[1].reads().messages[0].text == "Two."


def test_it_says_how_many_rows_each_table_has(
    parts: Parts, reporters: list[Reporter], postgres_url: str
) -> None:
    done = moving.move(parts, postgres_url)
    assert done.rows["cases"] == len(reporters)
    assert done.rows["messages"] == 4
    assert done.register == end_of(parts)


def test_a_database_that_holds_anything_is_not_moved_to(parts: Parts, postgres_url: str) -> None:
    moving.move(parts, postgres_url)
    with pytest.raises(NotEmpty):
        moving.move(parts, postgres_url)


def test_a_database_is_not_moved_onto_itself(parts: Parts) -> None:
    with pytest.raises(NotEmpty):
        moving.move(parts, parts.settings.database_url)


def test_a_running_portal_is_not_moved(parts: Parts, postgres_url: str) -> None:
    with create_server(("127.0.0.1", parts.settings.port)), pytest.raises(StillRunning):
        moving.move(parts, postgres_url)


def test_a_database_of_an_older_version_is_not_moved(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        new_instance(tmp_path_factory.mktemp("never started")) as parts,
        pytest.raises(BackupError, match="migrate"),
    ):
        moving.move(parts, postgres_url)


CHANGES_ON_THE_WAY = """
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.sealed = 'x'; RETURN NEW; END $$;
CREATE TRIGGER change BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION change();
"""


def test_a_copy_that_differs_in_one_column_is_not_kept(
    parts: Parts, reporters: list[Reporter], postgres_url: str
) -> None:
    assert reporters
    migrate.upgrade_main(postgres_url)
    target = Database(postgres_url)
    with target.connection() as connection:
        connection.execute(text(CHANGES_ON_THE_WAY))
    with pytest.raises(copying.CopyDiffers, match="messages"):
        moving.move(parts, postgres_url)
    with target.read() as session:
        assert copying.is_empty(session)
    target.close()


# Backups do not care which kind it is


def test_a_backup_of_postgresql_is_restored_into_sqlite(
    moved: Parts, reporters: list[Reporter], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with new_instance(tmp_path_factory.mktemp("sqlite")) as empty:
        assert put_back(empty, made(moved)).cases == len(reporters)
        assert said_in(empty, reporters[1]) == ["Two."]
        assert end_of(empty) == end_of(moved)


def test_a_backup_of_sqlite_is_restored_into_postgresql(
    parts: Parts, reporters: list[Reporter], tmp_path_factory: pytest.TempPathFactory, postgres_url: str
) -> None:
    with new_instance(tmp_path_factory.mktemp("postgresql"), database_url=postgres_url) as empty:
        assert put_back(empty, made(parts)).cases == len(reporters)
        assert said_in(empty, reporters[1]) == ["Two."]
        assert end_of(empty) == end_of(parts)


def said_in(parts: Parts, reporter: Reporter) -> list[str]:
    """What the reporter reads there, once the key files that lie there now are loaded."""
    again = replace(parts, secrets=load_secrets(parts.settings.instance))
    return [message.text for message in replace(reporter, parts=again).reads().messages]
