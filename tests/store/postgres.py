"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by a socket file, gone after."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"
PLACES = "/usr/lib/postgresql"


def programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, or None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path(PLACES).glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


@contextmanager
def server(binaries: Path) -> Iterator[str]:
    """The URL of a fresh server with one empty database; `{name}` in it stands for a database's name."""
    with tempfile.TemporaryDirectory(prefix="pg") as made:
        folder = Path(made)
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
        data = folder / "data"
        run(binaries / "initdb", "-D", data, "-A", "trust", "-U", "fortrolig", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        run(binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield f"postgresql+psycopg://fortrolig@/{{name}}?host={folder}"
        finally:
            run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


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
