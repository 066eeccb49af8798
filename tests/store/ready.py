"""Databases with their tables and no rows, without migrating each: that takes longer than most tests.

One is migrated once in a run, of each kind; every other is its copy.
"""

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, delete, make_url, text

from portal.store import migrate
from portal.store.models import Base
from tests.store import postgres

PATTERN = "pattern"
SHARED = "shared"


def make_ready(database_url: str, volatile_url: str) -> None:
    """Both databases have the shape the code expects, as after migrate.upgrade."""
    main, volatile = (make_url(url).database for url in (database_url, volatile_url))
    for path, content in ((main, migrated_files()[0]), (volatile, migrated_files()[1])):
        file = Path(str(path))
        if file.is_file() and file.stat().st_size == 0:
            file.write_bytes(content)
    if not migrate.is_current(database_url, volatile_url):
        migrate.upgrade(database_url, volatile_url)


@cache
def migrated_files() -> tuple[bytes, bytes]:
    """The files of a main and a volatile SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        main, volatile = Path(folder, "main.sqlite"), Path(folder, "volatile.sqlite")
        migrate.upgrade(f"sqlite:///{main}", f"sqlite:///{volatile}")
        return main.read_bytes(), volatile.read_bytes()


@cache
def pattern(server_url: str) -> str:
    """The name of the PostgreSQL database that others are copied from; nobody stays connected to it."""
    url = postgres.create(server_url, PATTERN)
    with tempfile.TemporaryDirectory() as folder:
        migrate.upgrade(url, f"sqlite:///{folder}/volatile.sqlite")
    return PATTERN


def shared(server_url: str) -> str:
    """The URL of one PostgreSQL database for the whole run, emptied each time somebody asks for it."""
    url, connection = _shared(server_url)
    connection.execute(
        text("SET session_replication_role = replica")
    )  # in any order: no foreign key is checked
    connection.execute(text("DELETE FROM alembic_version"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": migrate.MAIN.head})
    for table in Base.metadata.sorted_tables:
        connection.execute(delete(table))  # few rows: TRUNCATE takes longer
    return url


@cache
def _shared(server_url: str) -> tuple[str, Connection]:
    url = postgres.create(server_url, SHARED, pattern(server_url))
    return url, create_engine(url, isolation_level="AUTOCOMMIT").connect()
