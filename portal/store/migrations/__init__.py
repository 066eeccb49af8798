"""Alembic migrations: one folder a database."""
