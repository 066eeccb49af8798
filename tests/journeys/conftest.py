"""A journey that asks for `on_database` is made with a portal on SQLite, and again with one on PostgreSQL."""

from tests.store.databases import kind, on_database, postgres_programs, postgres_server, ready_postgres_url

__all__ = ["kind", "on_database", "postgres_programs", "postgres_server", "ready_postgres_url"]
