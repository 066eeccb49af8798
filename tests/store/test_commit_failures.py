"""Rule: what PostgreSQL refuses only at COMMIT is told as what it is, like what it refuses before.

Source: portal/store/errors.py. Foreign keys are looked at there, and a disk may be full there: "no connection" would
send whoever runs the server to the wrong place, and a reporter away with "something broke" in place of "no room".
"""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text

from portal.store.database import Database
from portal.store.errors import Conflict, StorageFull, StoreBusy, StoreError, Unreachable
from tests.store import rows

REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'Fonden' USING ERRCODE = '{state}'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON organisations DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse();
"""
"""A refusal that waits for COMMIT, as foreign keys do."""
STATES = {
    "a full disk": ("53100", StorageFull),
    "no memory": ("53200", StorageFull),
    "a serialisation failure": ("40001", StoreBusy),
    "a deadlock": ("40P01", StoreBusy),
    "a value that is taken": ("23505", Conflict),
    "the server ends": ("57P01", Unreachable),
    "a broken connection": ("08006", Unreachable),
    "anything else": ("23514", StoreError),
}


@pytest.fixture
def on_postgres(ready_postgres_url: str) -> Iterator[Database]:
    """A database on PostgreSQL that a test may change as it likes."""
    with closing(Database(ready_postgres_url)) as made:
        yield made


@pytest.mark.parametrize("what", STATES)
def test_a_refusal_at_commit_has_its_own_name(what: str, on_postgres: Database) -> None:
    state, expected = STATES[what]
    with on_postgres.connection() as connection:
        connection.execute(text(REFUSING.format(state=state)))
    with pytest.raises(StoreError) as refused, on_postgres.write() as session:
        session.add(rows.organisation())
    assert type(refused.value) is expected
    assert "Fonden" not in repr(refused.value)


def test_a_row_that_points_nowhere_is_no_lost_connection(database: Database) -> None:
    with pytest.raises(StoreError) as refused, database.write() as session:
        session.add(rows.channel(rows.new_id()))
    assert type(refused.value) is StoreError
    assert "the database refused" in str(refused.value)
