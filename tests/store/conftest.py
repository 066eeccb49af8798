"""What the tests of the store share."""

from tests.store.databases import (
    database,
    kind,
    main_url,
    postgres_programs,
    postgres_server,
    postgres_url,
    ready_postgres_url,
    sqlite_url,
    volatile_url,
)

__all__ = [
    "database", "kind", "main_url", "postgres_programs", "postgres_server", "postgres_url",
    "ready_postgres_url", "sqlite_url", "volatile_url",
]  # fmt: skip
