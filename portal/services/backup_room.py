"""The folder in which a backup or a restore works: inside the instance, private, one at a time, empty afterwards."""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.services.backup_format import BackupUnderway, StillRunning
from portal.settings import Settings

FOLDER = ".backup"
LOCK = ".backup.lock"
CONNECT_SECONDS = 2.0


@contextmanager
def working_folder(instance: Path) -> Iterator[Path]:
    """An empty folder of mode 0700 that is removed at the end. What an earlier, killed run left goes first.

    It holds nothing but sealed bytes, the database's readable columns, and (while restoring) key files: what the
    instance folder holds itself. Raises BackupUnderway.
    """
    lock = os.open(instance / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    folder = instance / FOLDER
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupUnderway("another backup or restore is at work here") from None
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def private_file(path: Path) -> Path:
    """The file at `path`, made empty with mode 0600 before anybody writes to it."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def refuse_while_running(settings: Settings) -> None:
    """Nothing, unless something answers on the portal's port. Raises StillRunning. Fails closed."""
    host = "127.0.0.1" if settings.host in {"", "0.0.0.0"} else settings.host  # noqa: S104 - compared, not bound
    try:
        socket.create_connection((host, settings.port), CONNECT_SECONDS).close()
    except OSError:
        return
    raise StillRunning(f"something answers on {host}:{settings.port}: stop the portal first")
