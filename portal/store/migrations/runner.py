"""Alembic without its command line: no ini file and no env.py to keep in step with the settings."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData


def scripts(folder: Path) -> ScriptDirectory:
    """The chain of migrations in `folder`."""
    return ScriptDirectory(str(folder.parent), version_locations=[str(folder)])


def run(connection: Connection, folder: Path, metadata: MetaData) -> None:
    """Every migration in `folder` that `connection`'s database lacks, inside its open transaction."""
    chain = scripts(folder)

    def to_head(revision: Any, context: MigrationContext) -> Iterable[Any]:
        del context
        return chain._upgrade_revs("head", revision)  # noqa: SLF001 - what Alembic's own command calls

    step: Callable[[Any, MigrationContext], Iterable[Any]] = to_head
    with EnvironmentContext(Config(), chain, fn=step) as environment:
        environment.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transactional_ddl=True,
        )
        environment.run_migrations()
