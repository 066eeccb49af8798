"""Rule: a form with files is read as it arrives; typed text survives every trouble, and limits fail closed.

Source: RFC 7578; issue "The sealed round trip", section 5.
"""

import io
import socket
import threading
import time
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, request
from werkzeug.http import parse_options_header
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as PlainRequest

from portal.web.multipart import (
    MAX_HEADER_BYTES,
    READ_BYTES,
    Broken,
    FormError,
    FormLimits,
    TooLarge,
    TooManyFiles,
    linger,
    read_form,
)
from portal.web.request import NothingOnDisk

BOUNDARY = "----boundary"
LIMITS = FormLimits(max_files=2, max_file_bytes=1000, max_body_bytes=5000)


@dataclass
class Kept:
    """A sink that keeps what it is fed."""

    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    known: list[dict[str, str]] = field(default_factory=list)
    whole: int = 0

    def begin(self, fields: dict[str, str], name: str, kind: str) -> None:
        """A file starts."""
        self.known.append(fields)
        self.files.append((name, kind, b""))

    def write(self, data: bytes) -> None:
        """More of it."""
        name, kind, before = self.files[-1]
        self.files[-1] = (name, kind, before + data)

    def finish(self) -> None:
        """It is whole."""
        self.whole += 1


def part(name: str, value: str | bytes, filename: str | None = None) -> bytes:
    """One part of a multipart body."""
    file = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: text/plain'
    raw = value if isinstance(value, bytes) else value.encode()
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
        + raw
        + b"\r\n"
    )


def body(*parts: bytes) -> bytes:
    """A whole multipart body."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def read(
    raw: bytes, *, kind: str = f"multipart/form-data; boundary={BOUNDARY}"
) -> tuple[dict[str, str], Kept]:
    """What `read_form` makes of `raw`."""
    fields: dict[str, str] = {}
    sink = Kept()
    builder = EnvironBuilder(
        method="POST", input_stream=io.BytesIO(raw), content_type=kind, content_length=len(raw)
    )
    try:
        read_form(builder.get_request(NothingOnDisk), sink, LIMITS, into=fields)
    except FormError as error:
        error.add_note(repr(fields))
        raise
    return fields, sink


def test_fields_and_files_arrive_in_order_and_whole() -> None:
    fields, sink = read(body(part("a", "1"), part("f", b"\x00\r\n--x", "å.bin"), part("b", "blåbær\r\nto")))
    assert fields == {"a": "1", "b": "blåbær\nto"}
    assert sink.files == [("å.bin", "text/plain", b"\x00\r\n--x")]
    assert sink.known == [{"a": "1"}]
    assert sink.whole == 1


def test_an_empty_file_field_is_no_file_and_an_empty_file_is_one() -> None:
    _, sink = read(body(part("f", b"", ""), part("f", b"", "empty.txt")))
    assert sink.files == [("empty.txt", "text/plain", b"")]


def test_the_first_of_two_fields_with_one_name_counts() -> None:
    assert read(body(part("token", "good"), part("token", "bad")))[0] == {"token": "good"}


BAD = {
    "three files where two are allowed": (body(*[part("f", b"x", f"{n}") for n in range(3)]), TooManyFiles),
    "a file one byte too long": (body(part("f", b"x" * 1001, "f")), TooLarge),
    "a body announced as too long": (body(part("t", "text"), part("f", b"x" * 6000, "f")), TooLarge),
    "typed text without end": (body(part("t", "x" * 700_000)), TooLarge),
    "cut off in a file": (body(part("t", "text"), part("f", b"x" * 500, "f"))[:-300], Broken),
    "cut off in a field": (body(part("t", "text"), part("u", "more"))[:-30], Broken),
    "no boundary at its end": (part("t", "text"), Broken),
    "text that is not UTF-8": (body(part("t", "text"), part("u", b"\xff\xfe")), Broken),
    "a part without a name's header": (
        f"--{BOUNDARY}\r\nX: y\r\n\r\nz\r\n--{BOUNDARY}--\r\n".encode(),
        Broken,
    ),
    "more parts than any form has": (body(*[part(f"n{n}", "x") for n in range(80)]), Broken),
    "an empty body": (b"", Broken),
    "bytes that are no form": (b"\x00" * 2000, Broken),
}


@pytest.mark.parametrize("what", BAD)
def test_what_can_not_be_taken_is_refused_by_its_name(what: str) -> None:
    raw, expected = BAD[what]
    with pytest.raises(expected):
        read(raw)


@pytest.mark.parametrize(
    "what", ["a body announced as too long", "cut off in a file", "text that is not UTF-8"]
)
def test_text_that_stood_before_the_trouble_is_kept(what: str) -> None:
    with pytest.raises(FormError) as caught:
        read(BAD[what][0])
    assert caught.value.__notes__ == ["{'t': 'text'}"]


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""]
)
def test_a_body_of_another_kind_is_broken(kind: str) -> None:
    with pytest.raises(Broken):
        read(body(part("t", "text")), kind=kind)


def test_a_body_longer_than_announced_is_cut_at_its_announced_end() -> None:
    raw = body(part("t", "text"))
    builder = EnvironBuilder(
        method="POST",
        input_stream=io.BytesIO(raw + b"GET /next"),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        content_length=len(raw),
    )
    fields: dict[str, str] = {}
    read_form(builder.get_request(NothingOnDisk), Kept(), LIMITS, into=fields)
    assert fields == {"t": "text"}


def test_werkzeugs_own_reader_refuses_file_parts_so_that_no_temporary_file_is_ever_made(app: Flask) -> None:
    raw = body(part("f", b"x" * 900_000, "f"))
    with app.test_request_context(
        "/", method="POST", data=raw, content_type=f"multipart/form-data; boundary={BOUNDARY}"
    ):
        with pytest.raises(Exception, match="415") as caught:
            _ = request.files
        assert type(caught.value).__name__ == "UnsupportedMediaType"


def test_the_guard_guards_something_that_happens() -> None:
    raw = body(part("f", b"x" * 900_000, "f"))
    builder = EnvironBuilder(
        method="POST",
        input_stream=io.BytesIO(raw),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        content_length=len(raw),
    )
    spooled = builder.get_request(PlainRequest).files["f"]
    assert spooled.stream.fileno() > 0  # a real temporary file: what the portal must never make
    spooled.close()


def lingering(send: float) -> tuple[float, bool]:
    """How long `linger` held a thread, and whether our side was closed first, by a peer that sends every `send` s."""
    ours, theirs = socket.socketpair()
    environ = EnvironBuilder(method="POST").get_environ() | {"gunicorn.socket": ours}
    response = linger(Response("too large"), NothingOnDisk(environ))
    assert response.headers["Connection"] == "close"
    over = threading.Event()

    def trickle() -> None:
        with suppress(OSError):
            while not over.wait(send):
                theirs.send(b"x")

    sender = threading.Thread(target=trickle)
    sender.start()
    start = time.monotonic()
    response.close()
    held = time.monotonic() - start
    closed = theirs.recv(1) == b""
    over.set()
    sender.join()
    ours.close()
    theirs.close()
    return held, closed


def test_a_slow_sender_holds_a_thread_no_longer_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.web.multipart.LINGER_SECONDS", 0.5)
    held, closed = lingering(send=0.05)
    assert closed
    assert 0.4 < held < 2


UNBOUNDED = {
    "a preamble": b"A" * 20_000_000,
    "a part's headers": f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=t\r\nX: ".encode()
    + b"A" * 20_000_000,
}


@pytest.mark.parametrize("what", UNBOUNDED)
def test_what_has_no_end_is_not_kept_in_memory(what: str) -> None:
    roomy = FormLimits(max_files=2, max_file_bytes=10**9, max_body_bytes=10**9)
    builder = EnvironBuilder(
        method="POST",
        input_stream=io.BytesIO(UNBOUNDED[what]),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        content_length=len(UNBOUNDED[what]),
    )
    tracemalloc.start()
    with pytest.raises(TooLarge):
        read_form(builder.get_request(NothingOnDisk), Kept(), roomy, into={})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * READ_BYTES


LONG_HEADERS = {
    "a name of a file": 'Content-Disposition: form-data; name="t"; filename="' + "x" * MAX_HEADER_BYTES + '"',
    "fields of a header": "Content-Disposition: form-data" + ';a="b"' * (MAX_HEADER_BYTES // 6),
    "headers": "Content-Disposition: form-data; name=t\r\n" + "\r\n".join(["X: y"] * (MAX_HEADER_BYTES // 6)),
}


@pytest.mark.parametrize("what", LONG_HEADERS)
@pytest.mark.parametrize("before", [b"", part("a", "1")], ids=["first", "after another part"])
def test_the_headers_of_a_part_are_bounded_before_they_are_taken_apart(
    what: str, before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking 300 kB of them apart costs three seconds a part, and a form may have 64."""
    seen: list[int] = []

    def noted(value: str) -> tuple[str, dict[str, str]]:
        seen.append(len(value))
        return parse_options_header(value)

    monkeypatch.setattr("werkzeug.sansio.multipart.parse_options_header", noted)
    with pytest.raises(TooLarge):
        read(before + f"--{BOUNDARY}\r\n{LONG_HEADERS[what]}\r\n\r\n".encode() + body())
    assert all(length < 200 for length in seen)


def test_the_longest_name_that_a_file_can_have_is_taken() -> None:
    name = "%22\u1ebf" * 255  # a browser escapes a quotation mark; each other sign is up to four bytes
    assert read(body(part("f", b"x", name)))[1].files == [(name.replace("%22", '"'), "text/plain", b"x")]


def test_what_follows_the_last_part_is_not_read() -> None:
    fields, _ = read(body(part("t", "text")) + b"A" * 4_000)
    assert fields == {"t": "text"}
