"""What was acknowledged survives; what failed leaves nothing; what a driver says reaches nobody's log."""

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from portal.store import cases
from portal.store.database import Database
from portal.store.errors import Conflict, StorageFull, StoreBusy, StoreError
from portal.store.models import Case, Channel, Organisation, Wrap
from tests.store import rows


@pytest.fixture
def where(database: Database) -> rows.Place:
    return rows.place(database)


def names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Organisation.name)))


def test_what_is_written_is_there_for_the_next_reader(database: Database) -> None:
    with database.write() as session:
        session.add(rows.organisation(name="Stiftelsen"))
    assert names(database) == {"Stiftelsen"}


def test_a_use_case_that_fails_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            session.add(rows.organisation())
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    assert names(database) == set()


def test_rows_may_be_added_in_any_order(database: Database) -> None:
    owner = rows.organisation()
    way_in = rows.channel(owner.id)
    case = rows.case(rows.Place(owner.id, way_in.id))
    with database.write() as session:
        for row in (rows.message(case.id), case, way_in, owner):
            session.add(row)
            session.flush()


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    with pytest.raises(StoreError), database.write() as session:
        session.add(rows.channel(rows.new_id()))
    with database.read() as session:
        assert session.scalars(select(Channel)).all() == []


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError), database.read() as session:
        session.execute(text("DELETE FROM organisations"))


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(select(Organisation)).all() == []
        with database.write() as other:
            other.add(rows.organisation())
        assert session.scalars(select(Organisation)).all() == []


def test_a_taken_reference_is_a_conflict_that_says_so(database: Database, where: rows.Place) -> None:
    with database.write() as session:
        session.add(rows.case(where, reference="2026-M4TX9"))
    with pytest.raises(Conflict) as conflict, database.write() as session:
        session.add(rows.case(where, reference="2026-M4TX9"))
    assert conflict.value.what == "cases.organisation_id,reference"


Taken = Callable[[rows.Place, Case], object]
TAKEN: dict[str, tuple[str, Taken]] = {
    "a locator": ("cases.locator", lambda where, case: rows.case(where, locator=case.locator)),
    "a case id": ("cases.id", lambda where, case: rows.case(where, id=case.id)),
    "a message number": ("messages.case_id,scope,n", lambda _, case: rows.message(case.id, 0)),
    "a case's grant": (
        "grants.purpose,channel_id,case_id,number,receiver",
        lambda where, case: rows.grant(where, case.id, receiver=bytes(32)),
    ),
    "a channel's grant": (
        "grants.purpose,channel_id,number,receiver",
        lambda where, _: rows.grant(where, None, purpose="channel", receiver=bytes(32)),
    ),
    "a channel record's number": ("channel_records.channel_id,number", lambda w, _: rows.channel_record(w)),
}


@pytest.mark.parametrize("taken", TAKEN)
def test_the_second_of_anything_unique_is_a_conflict(
    database: Database, where: rows.Place, taken: str
) -> None:
    what, second = TAKEN[taken]
    case = rows.case(where)
    with database.write() as session:
        session.add_all(
            [
                case,
                rows.message(case.id, 0),
                rows.grant(where, case.id, receiver=bytes(32)),
                rows.grant(where, None, purpose="channel", receiver=bytes(32)),
                rows.channel_record(where),
            ]
        )
    with pytest.raises(Conflict) as conflict, database.write() as session:
        session.add(second(where, case))
    assert conflict.value.what == what


def test_an_error_quotes_nothing_of_the_row(database: Database, where: rows.Place) -> None:
    """A log that quotes a locator would let a thief of the log find the case."""
    case = rows.case(where, reference="2026-SECRT")
    with database.write() as session:
        session.add(case)
    with pytest.raises(StoreError) as refused, database.write() as session:
        session.add(rows.case(where, reference="2026-SECRT"))
    told = repr(refused.value) + repr(refused.value.__cause__)
    assert "SECRT" not in told
    assert refused.value.__suppress_context__


def test_a_row_prints_nothing_of_what_it_holds() -> None:
    assert "Fonden" not in repr(rows.organisation())


@pytest.mark.parametrize("length", [0, 15, 17])
def test_an_id_of_another_length_never_reaches_the_database(database: Database, length: int) -> None:
    with pytest.raises((StatementError, ValueError, StoreError)), database.write() as session:
        session.add(rows.organisation(id=bytes(length)))
    assert names(database) == set()


def test_erasing_a_case_takes_all_that_hangs_on_it_and_nothing_else(
    database: Database, where: rows.Place
) -> None:
    with database.write() as session:
        gone, kept = rows.add_report(session, where), rows.add_report(session, where)
        session.add_all([rows.wrap(one.id, bytes(32)) for one in (gone, kept)])
        session.add(rows.card(gone.id))
    with database.write() as session:
        cases.erase(session, gone.id)
    with database.read() as session:
        assert session.scalars(select(Case.id)).all() == [kept.id]
        assert session.scalars(select(Wrap.case_id)).all() == [kept.id]
        assert cases.records(session, gone.id, "talk") == []
        assert len(cases.messages(session, kept.id, "talk")) == 1


@pytest.mark.usefixtures("where")
def test_an_organisation_cannot_be_deleted_from_under_its_channels(database: Database) -> None:
    with pytest.raises(StoreError), database.write() as session:
        session.execute(text("DELETE FROM organisations"))
    assert len(names(database)) == 1


def test_the_next_deadline_follows_from_the_stage_alone(database: Database, where: rows.Place) -> None:
    with database.write() as session:
        case = rows.case(where)
        session.add(case)
        session.flush()
        assert (case.lane, case.due_on) == (0, case.acknowledge_due_on)
        case.stage, case.acknowledged_on = "acknowledged", rows.TODAY
        session.flush()
        assert (case.lane, case.due_on) == (1, case.feedback_due_on)
        case.stage, case.closed_on = "closed", rows.TODAY
        session.flush()
        assert (case.lane, case.due_on) == (2, None)


def test_a_notebook_is_replaced_only_in_the_version_that_was_read(
    database: Database, where: rows.Place
) -> None:
    case = rows.case(where)
    with database.write() as session:
        session.add(case)
    with database.write() as session:
        assert cases.put_notebook(session, case.id, seen=0, notebook=b"first")
        assert not cases.put_notebook(session, case.id, seen=0, notebook=b"second")
    with database.read() as session:
        stored = cases.by_locator(session, case.locator)
        assert stored is not None
        assert (stored.notebook, stored.notebook_version) == (b"first", 1)


# SQLite alone


@pytest.fixture
def plain(sqlite_url: str) -> Iterator[Database]:
    """A SQLite database with one table of words."""
    database = Database(sqlite_url)
    with database.connection() as connection:
        connection.execute(text("CREATE TABLE said (word TEXT)"))
    yield database
    database.close()


def pragma(database: Database, name: str) -> object:
    with database.write() as session:
        return session.execute(text(f"PRAGMA {name}")).scalar_one()


def test_sqlite_keeps_what_was_acknowledged_through_a_power_cut(plain: Database) -> None:
    full = 2
    assert pragma(plain, "journal_mode") == "wal"
    assert pragma(plain, "synchronous") == full


def test_sqlite_overwrites_what_is_erased_and_checks_what_points_where(plain: Database) -> None:
    assert pragma(plain, "secure_delete") == 1
    assert pragma(plain, "foreign_keys") == 1
    memory = 2
    assert pragma(plain, "temp_store") == memory


def test_the_volatile_database_may_lose_its_last_seconds(volatile_url: str) -> None:
    normal = 1
    database = Database(volatile_url, durable=False)
    assert pragma(database, "synchronous") == normal
    database.close()


def test_only_the_owner_can_look_into_the_files(plain: Database, tmp_path: Path) -> None:
    plain.close()
    database = Database(f"sqlite:///{tmp_path / 'a' / 'b' / 'main.sqlite'}")
    with database.connection() as connection:
        connection.execute(text("CREATE TABLE said (word TEXT)"))
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "a").rglob("*")}
    assert modes == {
        "b": 0o700,
        "main.sqlite": 0o600,
        "main.sqlite-next": 0o600,
        "main.sqlite-turn": 0o600,
        "main.sqlite-wal": 0o600,
        "main.sqlite-shm": 0o600,
    }
    database.close()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "main.sqlite"
    path.touch(mode=0o644)
    Database(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Database(url)


def test_what_was_erased_is_in_no_file_afterwards(plain: Database, tmp_path: Path) -> None:
    word = "unmistakable-9f3a"
    with plain.write() as session:
        session.execute(text("INSERT INTO said VALUES (:word)"), {"word": word})
    assert any(word.encode() in one.read_bytes() for one in tmp_path.glob("main.sqlite*"))
    with plain.write() as session:
        session.execute(text("DELETE FROM said"))
    plain.truncate_log()
    assert not any(word.encode() in one.read_bytes() for one in tmp_path.glob("main.sqlite*"))


def test_two_writers_that_read_before_they_write_both_succeed(plain: Database) -> None:
    """With SQLite's own way of beginning, the second fails at its first write."""
    with plain.write() as session:
        session.execute(text("INSERT INTO said VALUES ('0')"))
    failures = []

    def count_up() -> None:
        other = Database(str(plain.url))
        try:
            for _ in range(25):
                with other.write() as session:
                    now = int(session.execute(text("SELECT word FROM said")).scalar_one())
                    session.execute(text("UPDATE said SET word = :next"), {"next": str(now + 1)})
        except StoreError as failure:
            failures.append(failure)
        finally:
            other.close()

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with plain.read() as session:
        assert session.execute(text("SELECT word FROM said")).scalar_one() == "100"


def test_a_reader_is_not_held_up_by_a_writer(plain: Database) -> None:
    with plain.write() as session:
        session.execute(text("INSERT INTO said VALUES ('soon')"))
        with plain.read() as reader:
            assert reader.execute(text("SELECT word FROM said")).all() == []


def test_a_database_that_is_held_for_too_long_says_that_it_is_busy(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("portal.store.database.BUSY_SECONDS", 0.1)
    database = Database(sqlite_url)
    holder = sqlite3.connect(tmp_path / "main.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy), database.write():
        pass
    holder.close()
    database.close()


def test_a_full_database_is_told_apart_from_other_failures(plain: Database) -> None:
    with plain.write() as session:
        session.execute(text("PRAGMA max_page_count = 4"))
    with pytest.raises(StorageFull), plain.write() as session:
        session.execute(text("INSERT INTO said VALUES (:much)"), {"much": "x" * 100_000})
    with plain.read() as session:
        assert session.execute(text("SELECT count(*) FROM said")).scalar_one() == 0


def test_a_child_process_opens_its_own_connections(plain: Database) -> None:
    """A connection shared over a fork would give one process the other's answers."""
    with plain.write() as session:
        session.execute(text("INSERT INTO said VALUES ('parent')"))
    child = os.fork()
    if child == 0:
        with plain.write() as session:
            session.execute(text("INSERT INTO said VALUES ('child')"))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0
    with plain.read() as session:
        assert session.execute(text("SELECT count(*) FROM said")).scalar_one() == 2
