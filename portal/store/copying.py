"""A whole main database, copied: to the other kind row by row, or a SQLite file page by page.

Both read one moment of the source while others go on writing to it.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from sqlite3 import connect
from typing import Any

from sqlalchemy import Column, Table, func, insert, select
from sqlalchemy.orm import Session

from portal.store.database import Database
from portal.store.errors import StorageFull, StoreError
from portal.store.models import Base

ROWS_AT_ONCE = 100
DIGESTS = 2**256
MOST_NAMED = 5
OF_THE_WORKER = frozenset({"leases", "mail_results"})
"""What the worker notes for itself: it belongs to a running portal and to no copy."""


class CopyDiffers(StoreError):
    """What was read back from the copy is not what was read from the source; nothing of it was kept."""


@dataclass(frozen=True)
class Content:
    """How many rows a table has, and a digest over all of them in whatever order."""

    rows: int = 0
    digest: int = 0

    def and_also(self, rows: Sequence[Sequence[Any]]) -> "Content":
        """The content with these rows added."""
        added = sum(int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest()) for row in rows)
        return Content(self.rows + len(rows), (self.digest + added) % DIGESTS)


def copy_rows(source: Database, target: Database, *, but: Collection[str] = ()) -> dict[str, int]:
    """How many rows of each table were copied from `source` into `target`, in one transaction.

    Both have the schema of this version, and `target` no rows; the tables named in `but` are left out. Every table is
    read back and compared before the transaction ends. Raises CopyDiffers, StoreError; then `target` is as it was.
    """
    counts: dict[str, int] = {}
    with source.read() as reading, target.write() as writing:
        for table in tables():
            if table.name in but:
                continue
            names = [column.name for column in _columns(table)]
            read = Content()
            for rows in _parts(reading, table):
                read = read.and_also(rows)
                writing.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
            if read != content(writing, table):
                raise CopyDiffers(f"{table.name} is not the same after copying")
            counts[table.name] = read.rows
    return counts


def is_empty(session: Session) -> bool:
    """Whether no table has a row."""
    return not any(session.scalar(select(func.count()).select_from(table)) for table in tables())


def tables() -> list[Table]:
    """Every table that a copy takes along, those that others point at first."""
    return [table for table in Base.metadata.sorted_tables if table.name not in OF_THE_WORKER]


def content(session: Session, table: Table) -> Content:
    """The rows of `table`, counted and digested, in constant memory."""
    found = Content()
    for rows in _parts(session, table):
        found = found.and_also(rows)
    return found


def copy_sqlite(source: Database, path: Path) -> None:
    """One moment of the SQLite database `source`, in the file at `path`, which is there, empty and private.

    SQLite's online backup: writers go on meanwhile, and what they commit is not in the copy.
    """
    with source.read() as session:
        raw = session.connection().connection.driver_connection
        if not isinstance(raw, SqliteConnection):
            raise StoreError("not a SQLite database")
        target = connect(path)
        try:
            raw.backup(target)
            # One file, without a log beside it: what is hashed is what is there.
            target.execute("PRAGMA journal_mode = DELETE").fetchall()
        except SqliteError as error:
            kind = StorageFull if error.sqlite_errorname == "SQLITE_FULL" else StoreError
            raise kind(f"the copy could not be made: {error.sqlite_errorname}") from None
        finally:
            target.close()


def problems_of(path: Path) -> list[str]:
    """What SQLite itself finds wrong with the file at `path`: broken pages, rows that point nowhere."""
    raw = connect(path)
    try:
        broken = [str(row[0]) for row in raw.execute("PRAGMA quick_check(5)") if row[0] != "ok"]
        astray = [f"a row of {row[0]} points nowhere" for row in raw.execute("PRAGMA foreign_key_check")]
    except SqliteError as error:
        return [f"SQLite can't read it: {error.sqlite_errorname}"]
    else:
        return (broken + astray)[:MOST_NAMED]
    finally:
        raw.close()


def _columns(table: Table) -> list[Column[Any]]:
    """The columns that are stored as given; the database computes the others anew."""
    return [column for column in table.columns if column.computed is None]


def _parts(session: Session, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    """Every row of `table`, some at a time: on PostgreSQL by a cursor, so that memory stays flat."""
    found = session.execute(select(*_columns(table)), execution_options={"yield_per": ROWS_AT_ONCE})
    return found.partitions()
