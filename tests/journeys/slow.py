"""Clients that take their time, many at once: one thread gives each of them a little, again and again."""

import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from tests.journeys.visitor import part_end, part_head

STEP_SECONDS = 0.1
SMALL_WINDOW = 2_048
TIMEOUT_SECONDS = 60.0


@dataclass
class Slow:
    """One connection: what it still has to send, `rate` bytes a second; and what has come back, as slowly.

    `done` is set when the other side has closed, or has answered all that was asked.
    """

    connection: socket.socket
    left: bytearray
    rate: float
    reads: bool = True
    answer: bytearray = field(default_factory=bytearray)
    done: bool = False
    owed: float = 0.0

    @property
    def status(self) -> int:
        """The status of the answer; 0 while there is none."""
        return int(self.answer[9:12]) if self.answer.startswith(b"HTTP/1.") and len(self.answer) > 12 else 0

    def step(self, seconds: float) -> None:
        """Give and take what is due after so many seconds more."""
        self.owed += self.rate * seconds
        amount = int(self.owed)
        self.owed -= amount
        if amount and self.left:
            self._give(amount)
        if self.reads:
            self._take(65_536)
        elif amount and not self.left:
            self._take(amount)

    def _give(self, amount: int) -> None:
        try:
            sent = self.connection.send(self.left[:amount])
            del self.left[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self.left.clear()

    def _take(self, amount: int) -> None:
        try:
            data = self.connection.recv(amount)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.answer += data
        self.done = self.done or not data


class Crowd:
    """Slow clients of the server on `port`; a context manager that closes all of them."""

    def __init__(self, port: int) -> None:
        self.members: list[Slow] = []
        self._port = port
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def add(self, sends: bytes, *, rate: float, at_once: int = 0, reads: bool = True) -> Slow:
        """One more client, that sends the first `at_once` bytes at once and the rest at `rate` bytes a second.

        With `reads=False` it takes its answer at that rate, too, through a window of 2 kB.
        """
        connection = socket.socket()
        if not reads:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(("127.0.0.1", self._port))
        connection.sendall(sends[:at_once])
        connection.setblocking(False)
        member = Slow(connection, bytearray(sends[at_once:]), rate, reads)
        self.members.append(member)
        return member

    @property
    def unfinished(self) -> int:
        """How many are still at it."""
        return sum(not member.done for member in self.members)

    def wait(self, until: Callable[[], bool], seconds: float) -> None:
        """Until that is so. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(STEP_SECONDS)

    def _run(self) -> None:
        last = time.monotonic()
        while not self._end.wait(STEP_SECONDS):
            now = time.monotonic()
            for member in list(self.members):
                if not member.done:
                    member.step(now - last)
            last = now

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._end.set()
        self._thread.join()
        for member in self.members:
            member.connection.close()


def upload(token: str, text: str, size: int, *, chunked: bool = False) -> bytes:
    """A whole request: a report with a file of `size` bytes, its length told unless `chunked`."""
    boundary = f"----slow{secrets.token_hex(8)}"
    typed = (("token", token), ("text", text), ("mode", "anonymous"))
    fields = b"".join(part_head(boundary, name) + value.encode() + b"\r\n" for name, value in typed)
    file = part_head(boundary, "files", "slow.bin") + secrets.token_bytes(size) + b"\r\n"
    body = fields + file + part_end(boundary)
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    head = request_head("POST", "/en/c/whistleblowing/report") + length
    head += f"\r\nContent-Type: multipart/form-data; boundary={boundary}\r\n\r\n".encode()
    return head + (b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body)


def request_head(method: str, path: str) -> bytes:
    """The first lines of a request, which lack what belongs to its body and the empty line at the end."""
    said = "Host: report.example.org\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
    return f"{method} {path} HTTP/1.1\r\n{said}".encode()
