"""One database, two ways in: `read()` and `write()`, each one transaction.

SQLite is set so that what was acknowledged survives a power cut (WAL, synchronous FULL), what was
erased is overwritten (secure_delete), and two writers never meet half way (BEGIN IMMEDIATE: a
transaction that reads first and writes later would otherwise fail at the write).
"""

import os
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from portal.store.erase_layer import LAYER, Layer
from portal.store.errors import StoreError
from portal.store.failures import translated
from portal.store.folders import make_private
from portal.store.turn import Turns

BUSY_SECONDS = 15
LOG_PATIENCE_MS = 250
CONNECTIONS_KEPT = 8
CONNECTIONS_AT_MOST = 40
POOL: dict[str, Any] = {
    "pool_size": CONNECTIONS_KEPT,
    "max_overflow": CONNECTIONS_AT_MOST - CONNECTIONS_KEPT,
    "hide_parameters": True,
}


LOCAL = {"", "localhost", "127.0.0.1", "::1"}
VERIFIED = "verify-full"


def is_elsewhere(url: URL) -> bool:
    """Whether any server of `url` is reached over a network: neither by a socket file nor on this machine."""
    if url.get_backend_name() == "sqlite":
        return False
    named = url.normalized_query
    hosts = [*(named.get("host") or [url.host or ""]), *named.get("hostaddr", ())]
    single = [host.strip() for several in hosts for host in several.split(",")]
    return any(
        not host.startswith(("/", "@")) and host.rsplit(":", 1)[0] not in LOCAL and host not in LOCAL
        for host in single
    )


def tls_of(url: URL) -> str:
    """The `sslmode` that `url` asks for; one that names none gets verify-full to another machine, else prefer."""
    asked = url.normalized_query.get("sslmode")
    return asked[-1] if asked else (VERIFIED if is_elsewhere(url) else "prefer")


class Database:
    """Transactions on the database at `url` (`sqlite:///path` or `postgresql+psycopg://…`).

    `durable=False` is for the volatile database: after a power cut its last seconds may be missing,
    which costs a log-in and no report. A missing SQLite file is made with mode 0600, its folder,
    where missing, with 0700. Through `layer` go the grants and wraps of cases; without one they are
    handed out as they are stored.
    """

    def __init__(self, url: str, *, durable: bool = True, layer: Layer | None = None) -> None:
        self.url = _readable(url)
        self._info = {} if layer is None else {LAYER: layer}
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            _make_private_file(self.url)
        self._reader = _engine(self.url, durable=durable, writes=False)
        self._writer = _engine(self.url, durable=durable, writes=True)
        self._turns = Turns(Path(self.url.database or ""), BUSY_SECONDS) if self.is_sqlite else None
        forget = weakref.WeakMethod(self._forget_connections)

        def in_child() -> None:
            if (still_there := forget()) is not None:
                still_there()

        os.register_at_fork(after_in_child=in_child)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the database and can't change it.

        Raises StoreError and its kinds; what was loaded stays usable after the end.
        """
        with self._session(self._reader, autoflush=False) as session, translated():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are all kept at the end, or none on any error.

        Raises StorageFull, StoreBusy, Conflict, or StoreError for what else the database refuses.
        """
        with self._my_turn(), self._session(self._writer) as session, translated():
            session.connection()  # takes the write lock now, before anything is read
            yield session
            session.commit()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection in one writing transaction: for migrations, not for use cases."""
        with self._my_turn(), translated(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Every connection closed; the database opens anew when it is used again."""
        self._reader.dispose()
        self._writer.dispose()
        if self._turns is not None:
            self._turns.close()

    def truncate_log(self) -> bool:
        """Whether what was erased is gone from SQLite's write-ahead log too; True on PostgreSQL.

        Call it after an erasure: secure_delete overwrites the file, but the log keeps older pages
        until it is reset. False while a reader at work still needs them: call it again.
        """
        if not self.is_sqlite:
            return True
        with self._my_turn(), translated(), self._writer.connect() as connection:
            raw = connection.connection.driver_connection
            if not isinstance(raw, SqliteConnection):
                return False
            # It has the writers' turn: whoever reads for long must not keep everybody from writing meanwhile.
            raw.execute(f"PRAGMA busy_timeout = {LOG_PATIENCE_MS}")
            try:
                busy, _in_log, _moved = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
            return not busy

    def _session(self, engine: Engine, *, autoflush: bool = True) -> Session:
        return Session(engine, expire_on_commit=False, autoflush=autoflush, info=self._info)

    def _forget_connections(self) -> None:
        """After a fork: a connection shared with the parent would mix two programs' words in one."""
        self._reader.dispose(close=False)
        self._writer.dispose(close=False)
        if self._turns is not None:
            self._turns.forget()

    def _my_turn(self) -> AbstractContextManager[None]:
        return nullcontext() if self._turns is None else self._turns.mine()


def _readable(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # its text would quote the address, and the password in it
        raise StoreError("the database's address can't be read: database_url in settings.toml") from None


def _make_private_file(url: URL) -> None:
    """The SQLite file, mode 0600, made before SQLite can make it with the process's umask.

    SQLite gives its `-wal` and `-shm` files the mode of the file itself.
    """
    if not url.database or url.database == ":memory:":
        raise ValueError("the database needs a file: a URL like sqlite:////absolute/path")
    path = Path(url.database)
    make_private(path.parent)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def _engine(url: URL, *, durable: bool, writes: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, durable=durable, writes=writes)
    engine = create_engine(
        url,
        **POOL,
        pool_pre_ping=True,
        # Without jit: PostgreSQL would compile a page's short query whenever the tables are large, for 0.1 s each time.
        connect_args={"options": f"-c lock_timeout={BUSY_SECONDS}s -c jit=off", "sslmode": tls_of(url)},
    )
    # READ COMMITTED for writers: they lock the rows they count on. A reader sees one moment.
    if writes:
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite(url: URL, *, durable: bool, writes: bool) -> Engine:
    engine = create_engine(
        url,
        **POOL,
        # A connection's own transactions are off (isolation_level None): the driver would otherwise
        # begin late, at the first INSERT, after the reads that the INSERT relies on.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_up(raw: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
        for pragma in (
            "journal_mode = WAL",
            f"synchronous = {'FULL' if durable else 'NORMAL'}",
            "foreign_keys = ON",
            "secure_delete = ON",
            "temp_store = MEMORY",  # sorting must not spill rows into a file in /tmp
            f"query_only = {'OFF' if writes else 'ON'}",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
