"""A database as an earlier version of the portal left it: its tables, with what a portal of today has in them."""

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Row, Table, insert, select

from portal.store import migrate
from portal.store.database import Database
from portal.store.migrations.runner import run, scripts

OURS = "alembic_version"


def revisions() -> list[str]:
    """Every revision of the main database, oldest first."""
    return [
        script.revision for script in reversed(list(scripts(migrate.MIGRATIONS / "main").walk_revisions()))
    ]


def make_older(url: str, revision: str, source: Database, folder: Path) -> None:
    """The empty database at `url` gets the tables of `revision`, and the rows of `source` as far as they fit.

    `folder` is a place for a copy of the migrations up to that one.
    """
    chain = folder / "main"
    chain.mkdir(parents=True)
    for name in revisions()[: revisions().index(revision) + 1]:
        (file,) = (migrate.MIGRATIONS / "main").glob(f"{name}_*.py")
        shutil.copy2(file, chain)
    target = Database(url)
    with target.connection() as writing:
        run(writing, chain, MetaData())
        with source.read() as session:
            for table in tables(writing):
                rows = contents(session.connection(), table)
                if rows:
                    writing.execute(insert(table), [dict(row._mapping) for row in rows])  # noqa: SLF001 - its name
    target.close()


def tables(connection: Connection) -> list[Table]:
    """The tables that are there, but the migrations' own and those of the worker, as the database describes them."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in {OURS, "leases", "mail_results"}]


def contents(connection: Connection, table: Table) -> list[Row[Any]]:
    """What `table` holds there, in the columns that it is given with, but those the database computes."""
    columns = [column for column in table.columns if column.computed is None]
    return list(connection.execute(select(*columns).order_by(*table.primary_key.columns)).all())


def is_at(url: str, revision: str) -> bool:
    """Whether the database has the tables of `revision`."""
    database = Database(url)
    try:
        return migrate.revision_of(database) == revision
    finally:
        database.close()
