"""Rule: a body that is broken on its way, or has no end, is said to be the sender's, and the server goes on.

Sources: RFC 9112, section 7.1 (chunks); "The sealed round trip", section 5 (bad input gets a clear page).
"""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.services.parts import Clock
from tests.builders import Portal
from tests.journeys.server import Server

KINDS = {
    "the report": ("/en/c/whistleblowing/report", "multipart/form-data; boundary=xyz"),
    "signing in to the mailbox": ("/en/mailbox", "application/x-www-form-urlencoded"),
    "the desk's JSON": ("/desk/api/salt", "application/json"),
}
BODIES = {
    "a chunk size that is no number": b"ZZ\r\nhallo\r\n0\r\n\r\n",
    "a chunk without its end": b"5\r\nhalloXX0\r\n\r\n",
    "a chunk that never comes": b"5\r\nhal",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A portal with one channel, run as the unit file runs it."""
    built = Portal(tmp_path_factory.mktemp("portal") / "instance", Clock())
    built.team(built.staff("Anna Holm"))
    built.close()
    with Server(built.parts.settings.instance, min_free_bytes=0) as running:
        yield running


def asked(server: Server, kind: str, body: bytes) -> bytes:
    """The status line of the answer to `body`, sent in chunks and then closed."""
    path, media_type = KINDS[kind]
    head = (
        f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(head.encode() + body)
        line.shutdown(socket.SHUT_WR)
        answer = bytearray()
        while data := line.recv(65_536):
            answer += data
    return bytes(answer.split(b"\r\n", 1)[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", BODIES)
def test_broken_chunks_are_a_bad_request_and_no_fault_of_the_server(
    kind: str, body: str, server: Server
) -> None:
    before = server.output()
    assert asked(server, kind, BODIES[body]) == b"HTTP/1.1 400 BAD REQUEST"
    assert "fault" not in server.output()[len(before) :]
    assert server.answers()


FORM = b"POST /en/receipt HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
MIB = b"a&" * 512 * 1024
LONG = {
    "announced": (b"Content-Length: %d\r\n\r\n" % (16 * len(MIB)), MIB, b""),
    "in chunks": (b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n%s\r\n" % (len(MIB), MIB), b"0\r\n\r\n"),
}


def most_memory(server: Server) -> int:
    """The most KiB that any process of the server has ever held."""
    told = [Path(f"/proc/{process}/status").read_text() for process in server.processes()]
    return max(int(re.findall(r"VmHWM:\s+(\d+) kB", text)[0]) for text in told)


@pytest.mark.parametrize("kind", LONG)
def test_a_form_of_16_mib_is_answered_with_a_page_and_costs_no_memory(kind: str, server: Server) -> None:
    head, part, end = LONG[kind]
    assert server.answers()
    before = most_memory(server)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(FORM + head + part * 16 + end)
        line.shutdown(socket.SHUT_WR)
        answer = bytearray()
        while data := line.recv(65_536):
            answer += data
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.rstrip().endswith(b"</html>")
    assert most_memory(server) - before < 32 * 1024
