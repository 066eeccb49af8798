"""The main database moved to another: from SQLite to PostgreSQL, every row, compared, the old one left untouched."""

from contextlib import closing
from dataclasses import dataclass

from portal.services.backup_format import BackupError, NotEmpty
from portal.services.backup_room import refuse_while_running
from portal.services.parts import Parts
from portal.services.register_end import RegisterEnd, register_end
from portal.store import copying, migrate
from portal.store.database import Database

KINDS = ("postgresql+psycopg://", "sqlite:///")


@dataclass(frozen=True)
class Moved:
    """How many rows each table has in both, and where the register ends in both."""

    rows: dict[str, int]
    register: RegisterEnd


def move(parts: Parts, url: str) -> Moved:
    """What is now in the empty database at `url` too; the settings then have to name it.

    Every table is counted and digested on both sides inside the transaction, and the register's chain is proved again
    where it arrived. Raises BackupError, StoreError; then nothing was moved.
    """
    if not url.startswith(KINDS):
        raise BackupError(f"not a database to move to; give a URL that begins with {KINDS[0]}")
    refuse_while_running(parts.settings)
    if migrate.revision_of(parts.database) != migrate.MAIN.head:
        raise BackupError("the database is not of this version: run `flask --app wsgi migrate` first")
    with closing(Database(url)) as target:
        if target.url == parts.database.url:
            raise NotEmpty("this is the database that the portal uses already")
        migrate.upgrade_main(url)
        with target.read() as session:
            if not copying.is_empty(session):
                raise NotEmpty("the database to move to holds data already")
        with parts.database.read() as session:
            before = register_end(session)
        rows = copying.copy_rows(parts.database, target)
        with target.read() as session:
            after = register_end(session)
    if before != after:
        raise BackupError("the register ends elsewhere in the copy: do not use it")
    return Moved(rows, after)
