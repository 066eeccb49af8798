"""The portal as it is run in service: gunicorn with deploy/gunicorn.conf.py, two workers, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 25.0


class NotStarted(Exception):
    """The server gave no answer in time, or ended; the message is what it printed."""


class Server:
    """A running portal on `instance`; a context manager that stops it.

    `settings` are settings of the portal (`max_file_bytes=…`); `app` is another WSGI application in its place.
    It runs in a process group and a TMPDIR of its own (`temporary`, beside the instance folder). Raises NotStarted.
    """

    def __init__(self, instance: Path, *, app: str = "wsgi:app", **settings: object) -> None:
        self.instance = instance.resolve()
        self.temporary = self.instance.with_name(f"{self.instance.name}-tmp")
        self.temporary.mkdir(exist_ok=True)
        self.port = free_port()
        self._app = app
        self._settings = settings
        self._printed = bytearray()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self.start()

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The master's process id, which is also that of the process group."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self) -> None:
        """Start it, again after `stop` or `kill` on the same port; returns at the first answer."""
        self.launch()
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise NotStarted(self.output())
            time.sleep(0.01)

    def launch(self) -> None:
        """Start it without waiting for an answer."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", self._app],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def answers(self) -> bool:
        """Whether a first page comes."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """End it as an administrator would (SIGTERM); killed when that takes too long."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            self.kill()

    def kill(self) -> None:
        """End master and workers at this very moment (SIGKILL to the whole group), as a power cut would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._reader is not None:
            self._reader.join()
        self._process = self._reader = None

    def output(self) -> str:
        """All that it has printed so far, over every start: stdout and stderr."""
        return self._printed.decode(errors="replace")

    def processes(self) -> list[int]:
        """The ids of master and workers as they are now; none while it is stopped."""
        process = self._process
        return [] if process is None else list(_with_children(process.pid))

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout:
            while chunk := os.read(process.stdout.fileno(), 65_536):
                self._printed += chunk

    def _environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        chosen = {"instance": self.instance, "host": "127.0.0.1", "port": self.port, **self._settings}
        settings = {f"PORTAL_{name.upper()}": str(value) for name, value in chosen.items()}
        return {**plain, **settings, "TMPDIR": str(self.temporary), "PYTHONUNBUFFERED": "1"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _with_children(int(child))
