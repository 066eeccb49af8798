"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by a socket file, gone after."""

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, text

ACCOUNT = "postgres"
PLACES = "/usr/lib/postgresql"


def programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, or None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path(PLACES).glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


@cache
def server(binaries: Path) -> str:
    """The URL of this run's server; `{name}` in it stands for a database's name. It ends with the run."""
    stack = ExitStack()
    atexit.register(stack.close)
    return url_in(stack.enter_context(cluster(binaries)))


def url_in(folder: Path) -> str:
    """The URL of the server in `folder`, as `server` gives it."""
    return f"postgresql+psycopg://fortrolig@/{{name}}?host={folder}"


@contextmanager
def cluster(binaries: Path) -> Iterator[Path]:
    """The folder of a running server: all that it ever writes is in there, its log included."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
        data = folder / "data"
        run(binaries / "initdb", "-D", data, "-A", "trust", "-U", "fortrolig", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        run(binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield folder
        finally:
            run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def create(server_url: str, name: str, pattern: str = "template0") -> str:
    """The URL of a new database called `name`, a copy of `pattern`: an empty one unless told."""
    say(server_url, f"CREATE DATABASE {name} TEMPLATE {pattern}")
    return server_url.format(name=name)


def drop(server_url: str, name: str) -> None:
    """The database is gone, whoever is still connected to it."""
    say(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def write_out(url: str) -> None:
    """What the database holds in memory stands in its files."""
    _execute(url, "CHECKPOINT")


def say(server_url: str, statement: str) -> None:
    """The server has done `statement`, in no database of ours."""
    _execute(server_url.format(name="postgres"), statement)


def told(server_url: str, question: str) -> object:
    """The one value that the server answers `question` with."""
    engine = create_engine(server_url.format(name="postgres"))
    with engine.connect() as connection:
        answer: object = connection.scalar(text(question))
    engine.dispose()
    return answer


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def run(program: Path, *arguments: str | Path) -> None:
    """`program` run to its end, as the server's own account where we are root (it refuses to be root)."""
    subprocess.run(
        [str(program), *map(str, arguments)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=ACCOUNT if os.geteuid() == 0 else None,
        cwd="/",
    )
