"""The drivers' errors, told apart and given our names."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import SQLITE_BUSY, SQLITE_FULL, SQLITE_LOCKED
from sqlite3 import Error as SqliteError

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import DBAPIError

from portal.store.errors import Conflict, StorageFull, StoreBusy, StoreError, Unreachable
from portal.store.models.base import Base, VolatileBase

PRIMARY_CODE = 0xFF
"""SQLite's extended result codes carry the plain one in the low byte."""
POSTGRES_FULL = {"53100", "53200"}
POSTGRES_BUSY = {"55P03", "40001", "40P01", "57014"}
POSTGRES_UNIQUE = "23505"
POSTGRES_GONE = ("08", "57P01", "57P02", "57P03")
"""How states begin that end the connection: it is lost, or the server stops, crashes or is not up yet."""
SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?:index '(?P<index>\w+)'|(?P<columns>.+))")


@contextmanager
def translated() -> Iterator[None]:
    """Whatever the driver raises inside comes out as a StoreError.

    The driver's own text is kept out of the message: it can quote values of the row.
    """
    try:
        yield
    except DBAPIError as failure:
        raise _translate(failure) from None
    except OSError as failure:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("the disk is full") from None
        raise


def _translate(failure: DBAPIError) -> StoreError:
    raw = failure.orig
    if isinstance(raw, SqliteError):
        return _of_sqlite(raw)
    # psycopg is not imported for its class: that would cost every start on SQLite 60 ms.
    state = getattr(raw, "sqlstate", None)
    if state is not None:
        return _of_postgres(state, getattr(raw, "diag", None))
    # Asked last: COMMIT is no statement either, and what the server refuses there has its own state.
    if failure.statement is None:
        return Unreachable(_reason(raw))
    return StoreError(f"the database refused: {type(raw).__name__}")


def _reason(raw: BaseException | None) -> str:
    """Why there is no connection: the first line of what the driver itself says, which knows no values."""
    lines = str(raw).strip().splitlines() or [type(raw).__name__]
    return f"no connection to the database: {lines[0]}"


def _of_sqlite(raw: SqliteError) -> StoreError:
    code = getattr(raw, "sqlite_errorcode", 0) & PRIMARY_CODE
    if code == SQLITE_FULL:
        return StorageFull("the database's disk is full")
    if code in (SQLITE_BUSY, SQLITE_LOCKED):
        return StoreBusy("another process held the database for too long")
    unique = SQLITE_UNIQUE.match(str(raw))
    if unique:
        if unique["index"]:
            return Conflict(_columns_of(unique["index"]))
        return Conflict(_joined(unique["columns"].split(", ")))
    return StoreError(f"the database refused: {getattr(raw, 'sqlite_errorname', type(raw).__name__)}")


def _of_postgres(state: str, diagnosis: object) -> StoreError:
    if state in POSTGRES_FULL:
        return StorageFull("the database's disk is full")
    if state in POSTGRES_BUSY:
        return StoreBusy("another transaction held the database for too long")
    if state == POSTGRES_UNIQUE:
        return Conflict(_columns_of(getattr(diagnosis, "constraint_name", None) or "unknown"))
    if state.startswith(POSTGRES_GONE):
        return Unreachable(f"no connection to the database: {state}")
    return StoreError(f"the database refused: {state}")


def _joined(columns: list[str]) -> str:
    table = columns[0].partition(".")[0]
    return table + "." + ",".join(column.partition(".")[2] for column in columns)


def _columns_of(name: str) -> str:
    """The table and columns, as in Conflict.what, of the unique constraint or index called `name`."""
    for metadata in (Base.metadata, VolatileBase.metadata):
        for table in metadata.tables.values():
            named = {table.primary_key.name: table.primary_key.columns.keys()}
            named |= {index.name: index.columns.keys() for index in table.indexes}
            for key in table.constraints:
                if isinstance(key, UniqueConstraint):
                    named[key.name] = key.columns.keys()
            if name in named:
                return f"{table.name}." + ",".join(named[name])
    return name
