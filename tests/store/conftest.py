"""Databases for the tests of the store: each test that asks for `database` runs on SQLite and PostgreSQL."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from portal.store import migrate
from portal.store.database import Database
from tests.store import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server for the whole run; where there is none, the test is skipped, but never in CI."""
    binaries = postgres.programs()
    with ExitStack() as stack:
        if binaries is None:
            if os.environ.get("CI") == "true":
                pytest.fail("PostgreSQL is not installed, and in CI nothing may be left out")
            pytest.skip("PostgreSQL is not installed")
        yield stack.enter_context(postgres.server(binaries))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A main database's URL; no file is there yet."""
    return f"sqlite:///{tmp_path / 'main.sqlite'}"


@pytest.fixture
def volatile_url(tmp_path: Path) -> str:
    """A volatile database's URL; no file is there yet."""
    return f"sqlite:///{tmp_path / 'volatile' / 'volatile.sqlite'}"


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of a new, empty PostgreSQL database."""
    name = f"t{secrets.token_hex(8)}"
    engine = create_engine(postgres_server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgres_server.format(name=name)


@pytest.fixture(params=["sqlite", "postgresql"])
def main_url(request: pytest.FixtureRequest) -> str:
    """An empty main database, once on each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def database(main_url: str, volatile_url: str) -> Iterator[Database]:
    """A migrated main database, once on each kind."""
    migrate.upgrade(main_url, volatile_url)
    made = Database(main_url)
    yield made
    made.close()
