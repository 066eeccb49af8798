"""SQLite is set so that what was acknowledged survives a power cut, what was erased is gone, and writers
never fail for meeting one another (BUDGETS: eight reporters at once, none failed).
"""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.store.database import Database
from portal.store.errors import StorageFull, StoreBusy, StoreError


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
