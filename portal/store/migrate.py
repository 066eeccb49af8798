"""The databases brought to the shape the code expects; a cheap look whether they already are.

Two chains of Alembic migrations, `migrations/main` and `migrations/volatile`, each with its own
`alembic_version` table in its own database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, inspect, text

from portal.store.database import Database
from portal.store.errors import StoreError
from portal.store.models import Base, VolatileBase

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_NUMBER = 7_011_937
"""PostgreSQL's advisory lock that lets one process migrate at a time."""


@dataclass(frozen=True)
class Chain:
    """One database's migrations: their folder, the revision the code expects, and the tables."""

    folder: str
    head: str
    metadata: MetaData


MAIN = Chain("main", "m0005", Base.metadata)
VOLATILE = Chain("volatile", "v0002", VolatileBase.metadata)


def is_current(database_url: str, volatile_url: str) -> bool:
    """Whether both databases have the shape the code expects. Two look-ups, no Alembic loaded."""
    for chain, database in _opened(database_url, volatile_url):
        with database.read() as session:
            if _revision(session.connection()) != chain.head:
                return False
    return True


def upgrade(database_url: str, volatile_url: str) -> None:
    """Both databases have the shape the code expects; nothing happens where they already had.

    Each database is migrated in one transaction, one process at a time. Raises StoreError, also for a database of a
    newer version.
    """
    for chain, database in _opened(database_url, volatile_url):
        _upgrade(chain, database)


def upgrade_main(database_url: str) -> None:
    """The same for a main database alone: a copy, or the one to move to. Raises StoreError."""
    with _closing(database_url, durable=True) as database:
        _upgrade(MAIN, database)


def revision_of(database: Database) -> str | None:
    """How far `database` has been migrated; None for one without any table of ours."""
    with database.read() as session:
        return _revision(session.connection())


def knows(revision: str, chain: Chain = MAIN) -> bool:
    """Whether this version can bring a database of `revision` up to date: a newer one it can't."""
    from portal.store.migrations.runner import scripts  # noqa: PLC0415 - loads Alembic, see _upgrade

    return revision in {script.revision for script in scripts(MIGRATIONS / chain.folder).walk_revisions()}


def _upgrade(chain: Chain, database: Database) -> None:
    with database.connection() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})"))
        revision = _revision(connection)
        if revision != chain.head:
            if revision is not None and not knows(revision, chain):
                raise StoreError(
                    f"the {chain.folder} database is of a newer version ({revision}) than this program: "
                    "check that version out, or restore the backup from before (docs/operations.md, section 8)"
                )
            # Loading Alembic takes longer than all else in a start that has nothing to migrate.
            from portal.store.migrations.runner import run  # noqa: PLC0415

            run(connection, MIGRATIONS / chain.folder, chain.metadata)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if revision is None else str(revision)


@contextmanager
def _closing(url: str, *, durable: bool) -> Iterator[Database]:
    database = Database(url, durable=durable)
    try:
        yield database
    finally:
        database.close()


def _opened(database_url: str, volatile_url: str) -> Iterator[tuple[Chain, Database]]:
    with _closing(database_url, durable=True) as main:
        yield MAIN, main
    with _closing(volatile_url, durable=False) as volatile:
        yield VOLATILE, volatile
