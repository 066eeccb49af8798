"""Sees every file that a server opens for writing, even one that is deleted as soon as it is made."""

import os
import stat
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

STEP_SECONDS = 0.002
MOST_BYTES = 32 * 1024**2
DELETED = " (deleted)"
ACCESS_MODE = 0o3


@dataclass(frozen=True)
class Seen:
    """One file that was open for writing: its name, and the most bytes that were seen in it."""

    name: str
    content: bytes


class Watched(Protocol):
    """A running server: its processes, the folder of its temporary files, the folder where its own files belong."""

    temporary: Path
    instance: Path

    def processes(self) -> list[int]:
        """The ids of its processes as they are now."""


class FileWatch:
    """Watches all processes of `server`, many times a second, while it is entered.

    `seen` then holds every regular file with something in it that they could write to, but the databases
    and the sealed files of the instance folder; and every file that lay in the server's TMPDIR.
    """

    def __init__(self, server: Watched) -> None:
        self._server = server
        self._expected = tuple(str(path) for path in _expected(server.instance))
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._found: dict[str, bytes] = {}
        self.rounds = 0

    @property
    def seen(self) -> list[Seen]:
        """What was found so far."""
        return [Seen(name, content) for name, content in sorted(self._found.items())]

    def _watch(self) -> None:
        while not self._end.is_set():
            for pid in self._server.processes():
                self._look_at(pid)
            for path in self._server.temporary.rglob("*"):
                if path.is_file():
                    self._note(str(path), path)
            self.rounds += 1
            self._end.wait(STEP_SECONDS)

    def _look_at(self, pid: int) -> None:
        with suppress(OSError):
            for handle in os.scandir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    self._look_at_file(pid, handle.name)

    def _look_at_file(self, pid: int, number: str) -> None:
        opened = Path(f"/proc/{pid}/fd/{number}")
        name = str(opened.readlink())
        if not name.startswith("/") or name.removesuffix(DELETED).startswith(self._expected):
            return
        if stat.S_ISREG(opened.stat().st_mode) and _is_writable(pid, number):
            self._note(f"{name} of process {pid}", opened)

    def _note(self, name: str, path: Path) -> None:
        with suppress(OSError), path.open("rb") as file:
            content = file.read(MOST_BYTES)
            if len(content) > len(self._found.get(name, b"")):
                self._found[name] = content

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._end.set()
        self._thread.join()


def _expected(instance: Path) -> tuple[Path, ...]:
    """Where sealed bytes belong: the blobs, both databases with what SQLite puts beside them, and the erase keys."""
    return instance / "blobs", instance / "fortrolig.sqlite", instance / "volatile", instance / "erase"


def _is_writable(pid: int, number: str) -> bool:
    for line in Path(f"/proc/{pid}/fdinfo/{number}").read_text(encoding="ascii").splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & ACCESS_MODE != os.O_RDONLY
    return False
