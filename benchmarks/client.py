"""A client that costs next to nothing: it shares the machine's cores with what it measures."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

READ_BYTES = 256 * 1024
TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True)
class Reply:
    """A response as it came over the wire. `size` counts its headers too."""

    status: int
    head: str
    body: bytes = field(repr=False)
    size: int

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def header(self, name: str) -> str:
        """The value of the first header called `name`, empty without one."""
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""


class Client:
    """One kept connection, opened again when the server has closed it."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._address = (place.hostname or "", place.port or 80)
        self._always = f"Host: {place.netloc}\r\nSec-Fetch-Site: same-origin\r\nUser-Agent: bench\r\n"
        self._socket: socket.socket | None = None

    def get(self, path: str, **headers: str) -> Reply:
        """The answer to GET `path`; underscores in the names of `headers` stand for hyphens."""
        return self.send("GET", path, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        body: Iterable[bytes] = (),
        *,
        size: int = 0,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """The answer to a request whose `body`, `size` bytes in all, is sent piece by piece."""
        given = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in (headers or {}).items())
        length = f"Content-Length: {size}\r\nOrigin: null\r\n" if method != "GET" else ""
        head = f"{method} {path} HTTP/1.1\r\n{self._always}{given}{length}\r\n".encode()
        connection = self._connected()
        connection.sendall(head)
        for piece in body:
            connection.sendall(piece)
        return self._read(connection)

    def close(self) -> None:
        """The connection is closed."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        if self._socket is not None and _is_over(self._socket):
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection(self._address, TIMEOUT_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _read(self, connection: socket.socket) -> Reply:
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += _received(connection)
        head = data[:end].decode("latin-1")
        reply = Reply(int(head.split(" ", 2)[1]), head, b"", 0)
        length = reply.header("Content-Length")
        whole = end + 4 + int(length) if length else None
        while whole is None or len(data) < whole:
            more = connection.recv(READ_BYTES)
            if not more:
                break
            data += more
        if whole is None or reply.header("Connection").lower() == "close":
            self.close()
        return Reply(reply.status, head, bytes(data[end + 4 :]), len(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


def _received(connection: socket.socket) -> bytes:
    more = connection.recv(READ_BYTES)
    if not more:
        raise ConnectionError("the connection ended before the answer")
    return more


def _is_over(connection: socket.socket) -> bool:
    """Whether the server has closed a connection that was kept."""
    connection.setblocking(False)
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(TIMEOUT_SECONDS)
