"""The migrations make exactly the tables the code expects, on both databases; a start with nothing to do
costs next to nothing (BUDGETS: gunicorn answers within a second).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from portal.store import migrate
from portal.store.database import Database
from portal.store.errors import StoreError
from portal.store.migrate import MAIN, MIGRATIONS, VOLATILE, Chain
from portal.store.migrations.runner import scripts

ROOT = Path(__file__).parent.parent.parent
CHAINS = [pytest.param(MAIN, id="main"), pytest.param(VOLATILE, id="volatile")]


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    database = Database(url)
    with database.connection() as connection:
        yield connection
    database.close()


def tables(url: str) -> list[str]:
    with opened(url) as connection:
        return sorted(inspect(connection).get_table_names())


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


# PostgreSQL writes a generated column's rule in words of its own, so its text can't be compared.
@pytest.mark.filterwarnings("ignore:Computed default on cases")
def test_the_migrations_make_the_tables_the_code_expects(main_url: str, volatile_url: str) -> None:
    migrate.upgrade(main_url, volatile_url)
    with opened(main_url) as connection:
        assert differences(connection, MAIN.metadata) == []


def test_the_migrations_make_the_volatile_tables_the_code_expects(sqlite_url: str, volatile_url: str) -> None:
    migrate.upgrade(sqlite_url, volatile_url)
    with opened(volatile_url) as connection:
        assert differences(connection, VOLATILE.metadata) == []


def test_the_comparison_finds_a_column_that_is_missing(sqlite_url: str, volatile_url: str) -> None:
    migrate.upgrade(sqlite_url, volatile_url)
    with opened(sqlite_url) as connection:
        connection.execute(text("ALTER TABLE keepers ADD COLUMN more INTEGER"))
        assert len(differences(connection, MAIN.metadata)) == 1


def test_sqlite_has_the_generated_columns_as_the_models_have_them(database: Database) -> None:
    with database.connection() as connection:
        columns = {column["name"]: column for column in inspect(connection).get_columns("cases")}
    assert columns["lane"]["computed"]["persisted"]
    assert columns["due_on"]["computed"]["persisted"]


@pytest.mark.parametrize("chain", CHAINS)
def test_the_revision_the_code_expects_is_the_last_one_there_is(chain: Chain) -> None:
    assert scripts(MIGRATIONS / chain.folder).get_heads() == [chain.head]


def test_a_new_instance_is_not_current_until_it_is_upgraded(main_url: str, volatile_url: str) -> None:
    assert not migrate.is_current(main_url, volatile_url)
    migrate.upgrade(main_url, volatile_url)
    assert migrate.is_current(main_url, volatile_url)


def test_an_upgrade_done_again_changes_nothing(main_url: str, volatile_url: str) -> None:
    migrate.upgrade(main_url, volatile_url)
    before = tables(main_url)
    migrate.upgrade(main_url, volatile_url)
    assert tables(main_url) == before


FAILS = f"""
from alembic import op
revision, down_revision, branch_labels, depends_on = "m9999", "{MAIN.head}", None, None
def upgrade() -> None:
    op.execute("CREATE TABLE half_way (id INTEGER)")
    op.execute("CREATE TABLE half_way (id INTEGER)")
"""


def test_an_upgrade_that_fails_half_way_leaves_the_database_as_it_was(
    main_url: str, volatile_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copied = tmp_path / "migrations" / "main"
    shutil.copytree(MIGRATIONS / "main", copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "m9999_fails.py").write_text(FAILS)
    monkeypatch.setattr(migrate, "MIGRATIONS", copied.parent)
    monkeypatch.setattr(migrate, "MAIN", replace(MAIN, head="m9999"))
    with pytest.raises(StoreError):
        migrate.upgrade(main_url, volatile_url)
    assert tables(main_url) == []


def test_four_processes_that_start_at_once_all_find_the_tables(main_url: str, volatile_url: str) -> None:
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                migrate.upgrade(main_url, volatile_url)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert migrate.is_current(main_url, volatile_url)


@pytest.mark.parametrize("idle", ["alembic", "psycopg", "sqlalchemy.dialects.postgresql"])
def test_a_start_on_sqlite_with_nothing_to_migrate_does_not_load(
    idle: str, sqlite_url: str, volatile_url: str
) -> None:
    migrate.upgrade(sqlite_url, volatile_url)
    start = (
        "import sys, portal; from portal.store import migrate; migrate.upgrade(*sys.argv[2:]);"
        "sys.exit(sys.argv[1] in sys.modules)"
    )
    command = [sys.executable, "-c", start, idle, sqlite_url, volatile_url]
    assert subprocess.run(command, check=False, cwd=ROOT).returncode == 0
