"""Databases for tests: whoever asks for `database` or `main_url` runs on SQLite and on PostgreSQL."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from portal.store import migrate
from portal.store.database import Database
from tests.store import postgres


@pytest.fixture
def postgres_server() -> str:
    """The URL of a server for the whole run; where there is none, the test is skipped, but never in CI."""
    binaries = postgres.programs()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed, and in CI nothing may be left out")
        pytest.skip("PostgreSQL is not installed")
    return postgres.server(binaries)


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


@pytest.fixture(params=["sqlite", "postgresql"])
def main_url(request: pytest.FixtureRequest) -> str:
    """An empty main database, once on each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A main database with its tables and no rows, once on each kind."""
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_url")
        (tmp_path / "main.sqlite").write_bytes(_migrated_file())
    else:
        url = _migrated(request.getfixturevalue("postgres_server"))
        postgres.empty(url)
    made = Database(url)
    yield made
    made.close()


@cache
def _migrated(server_url: str) -> str:
    """One PostgreSQL database for the whole run: making and migrating one takes longer than most tests."""
    url = postgres.create(server_url, "shared")
    with tempfile.TemporaryDirectory() as folder:
        migrate.upgrade(url, f"sqlite:///{folder}/volatile.sqlite")
    return url


@cache
def _migrated_file() -> bytes:
    """A SQLite file with the tables and no rows: copied, since migrating takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        migrate.upgrade(f"sqlite:///{folder}/main.sqlite", f"sqlite:///{folder}/volatile.sqlite")
        return Path(folder, "main.sqlite").read_bytes()
