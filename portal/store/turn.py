"""Writers of one SQLite file, one after the other, in the order they came.

SQLite itself makes a second writer poll, at longer and longer intervals: a process that writes again at
once wins every time, and the other one waits for seconds. Here the threads of a process queue at a lock
in memory, and the processes at two locked files: who holds `next` is the only one to wait for `turn`,
so that whoever just had its turn stands behind.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.store.errors import StoreBusy

STEP_SECONDS = 0.001


class Turns:
    """The queue before the database file `path`; its two lock files lie beside it, empty, mode 0600.

    The kernel gives a lock back when its process dies, however it dies.
    """

    def __init__(self, path: Path, patience_seconds: float) -> None:
        self._path = path
        self._patience_seconds = patience_seconds
        self._threads = threading.Lock()
        self._files: list[int] = []

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Nobody else writes meanwhile. Raises StoreBusy where it takes too long. Fails closed."""
        until = time.monotonic() + self._patience_seconds
        if not self._threads.acquire(timeout=self._patience_seconds):
            raise StoreBusy("other writers of this process did not finish in time")
        try:
            upcoming, turn = self._opened()
            _lock(upcoming, until)
            try:
                _lock(turn, until)
            finally:
                fcntl.flock(upcoming, fcntl.LOCK_UN)
            try:
                yield
            finally:
                fcntl.flock(turn, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def forget(self) -> None:
        """After a fork: the parent's locks are not the child's, and its queue is not either."""
        self._threads = threading.Lock()
        self.close()

    def close(self) -> None:
        """The lock files are closed; they open anew for the next turn."""
        while self._files:
            os.close(self._files.pop())

    def _opened(self) -> list[int]:
        if not self._files:
            for name in ("next", "turn"):
                path = self._path.with_name(f"{self._path.name}-{name}")
                self._files.append(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        return self._files


def _lock(file: int, until: float) -> None:
    """The lock of `file`, tried every millisecond: a wait inside the kernel could not be given up."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise StoreBusy("another process held the database for too long") from None
            time.sleep(STEP_SECONDS)
        else:
            return
