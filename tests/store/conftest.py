"""What the tests of the store share."""

from tests.store.databases import (
    database,
    main_url,
    postgres_server,
    postgres_url,
    sqlite_url,
    volatile_url,
)

__all__ = ["database", "main_url", "postgres_server", "postgres_url", "sqlite_url", "volatile_url"]
