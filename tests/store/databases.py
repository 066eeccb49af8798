"""Databases for tests: whoever asks for `database` or `main_url` runs on SQLite and on PostgreSQL."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.store.database import Database
from tests.left_out import left_out
from tests.store import postgres, ready

KINDS = ("sqlite", "postgresql")
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""For a rule about SQLite's own files: PostgreSQL keeps no file of ours that it could be broken by."""


@pytest.fixture
def postgres_programs() -> Path:
    """Where PostgreSQL's programs are; where there are none, the test is skipped, but never in CI."""
    binaries = postgres.programs()
    if binaries is None:
        left_out("PostgreSQL is not installed")
    return binaries


@pytest.fixture
def postgres_server(postgres_programs: Path) -> str:
    """The URL of a server for the whole run."""
    return postgres.server(postgres_programs)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A main database's URL; no file is there yet."""
    return f"sqlite:///{tmp_path / 'main.sqlite'}"


@pytest.fixture
def volatile_url(tmp_path: Path) -> str:
    """A volatile database's URL; no file is there yet."""
    return f"sqlite:///{tmp_path / 'volatile' / 'volatile.sqlite'}"


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database."""
    name = f"t{secrets.token_hex(8)}"
    yield postgres.create(postgres_server, name)
    postgres.drop(postgres_server, name)


@pytest.fixture
def ready_postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of the test's own, with its tables and no rows."""
    name = f"t{secrets.token_hex(8)}"
    yield postgres.create(postgres_server, name, ready.pattern(postgres_server))
    postgres.drop(postgres_server, name)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """A kind of database: whoever asks for it, by whatever way, runs once on each."""
    return str(request.param)


@pytest.fixture
def main_url(kind: str, request: pytest.FixtureRequest) -> str:
    """An empty main database, once on each kind."""
    return str(request.getfixturevalue(f"{'sqlite' if kind == 'sqlite' else 'postgres'}_url"))


@pytest.fixture
def on_database(kind: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings (tests/builders.py) that put a portal on SQLite, then on PostgreSQL, with no rows in it.

    For one portal at a time: the PostgreSQL database is the same in all tests.
    """
    if kind == "sqlite":
        return {}
    return {"database_url": ready.shared(request.getfixturevalue("postgres_server"))}


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A main database with its tables and no rows, once on each kind."""
    if kind == "sqlite":
        url = request.getfixturevalue("sqlite_url")
        (tmp_path / "main.sqlite").write_bytes(ready.migrated_files()[0])
    else:
        url = ready.shared(request.getfixturevalue("postgres_server"))
    made = Database(url)
    yield made
    made.close()
