"""A form with files, read as it arrives: text into memory, each file straight into a sink, nothing onto a disk.

Werkzeug's own reader writes parts over about 500 kB to a temporary file in clear. Here the decoder is
Werkzeug's (`werkzeug.sansio.multipart`), the loop is ours, and a part's bytes are handed on as they come.
Source: RFC 7578. Every limit fails closed: over it nothing is stored.
"""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Protocol, TypeVar

from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio import multipart as events
from werkzeug.wrappers import Request, Response

Answer = TypeVar("Answer", bound=Response)

READ_BYTES = 1024 * 1024
"""As much as gunicorn takes from a socket at once: of less it copies the rest again for each piece."""
FIELD_BYTES = 640 * 1024
MAX_PARTS = 64
MAX_HELD_BYTES = 320 * 1024
MAX_HEADER_BYTES = 8 * 1024
"""The headers of one part: the longest name of a file, escaped, is a quarter of it."""
HEADERS_END = re.compile(rb"\r\n\r\n|\r\r|\n\n")
AFTER_LAST_PART = (events.State.EPILOGUE, events.State.COMPLETE)
LINGER_BYTES = 256 * 1024**2
LINGER_SECONDS = 10.0
UNREADABLE = (ValueError, RequestEntityTooLarge, ClientDisconnected, OSError, AssertionError, ParseException)
"""How a body shows that it is no whole form: by its parts, by its end, or by its chunks (gunicorn's)."""


class FormError(Exception):
    """A form that can't be taken; `code` names the problem for the page.

    FormError
    ├─ TooLarge       the body, or a file in it, is over a limit
    ├─ TooManyFiles   more files than a report takes
    └─ Broken         not multipart, cut short, or not decodable
    """

    code = "broken"


class TooLarge(FormError):
    """The whole body, one file, or the typed text is over its limit."""

    code = "too_large"


class TooManyFiles(FormError):
    """More files than one report or answer takes."""

    code = "too_many_files"


class Broken(FormError):
    """The body is no multipart form, ends too early, or holds text that is not UTF-8."""

    code = "broken"


class Sink(Protocol):
    """Where the bytes of files go. It keeps what it took; the reader only feeds it."""

    def begin(self, fields: dict[str, str], name: str, kind: str) -> None:
        """A file starts, after all text typed before it; raise to refuse it before a byte of it is read."""

    def write(self, data: bytes) -> None:
        """The next bytes of the file."""

    def finish(self) -> None:
        """The file is whole."""


@dataclass(frozen=True)
class FormLimits:
    """What one form may hold: files, bytes a file, bytes in all."""

    max_files: int
    max_file_bytes: int
    max_body_bytes: int


@dataclass
class _Reading:
    """How far one form has been read."""

    sink: Sink
    limits: FormLimits
    fields: dict[str, str]
    files: int = 0
    typed: int = 0
    file_bytes: int = 0
    part: str | None = None
    text: bytearray = field(default_factory=bytearray)
    upload: tuple[str, str] | None = None
    begun: bool = False

    def take(self, event: events.Event) -> None:
        if isinstance(event, events.File):
            self.upload = (event.filename, event.headers.get("Content-Type", ""))
            self.begun, self.file_bytes = False, 0
        elif isinstance(event, events.Field):
            self.upload, self.part = None, event.name or ""
            self.text.clear()
        elif isinstance(event, events.Data):
            if self.upload is None:
                self._take_text(event)
            else:
                self._take_file(event)

    def _take_text(self, event: events.Data) -> None:
        self.typed += len(event.data)
        if self.typed > FIELD_BYTES:
            raise TooLarge
        self.text += event.data
        if not event.more_data and self.part is not None:
            # The first of two fields with one name counts, so that a second can't override the token.
            self.fields.setdefault(self.part, _decoded(bytes(self.text)))

    def _take_file(self, event: events.Data) -> None:
        name, kind = self.upload or ("", "")
        if not self.begun:
            if not name and not event.data:
                return  # an empty file field is how a browser says "no file chosen"
            self.begun = True
            self.files += 1
            if self.files > self.limits.max_files:
                raise TooManyFiles
            self.sink.begin(dict(self.fields), name, kind)
        self.file_bytes += len(event.data)
        if self.file_bytes > self.limits.max_file_bytes:
            raise TooLarge
        self.sink.write(event.data)
        if not event.more_data:
            self.sink.finish()


def read_form(request: Request, sink: Sink, limits: FormLimits, into: dict[str, str]) -> None:
    """Put the typed fields of the form in `request` into `into`, and its files, in order, through `sink`.

    Whatever is raised, `into` then holds all text that stood before the trouble: the page gives it back. A
    body that announces more than `limits.max_body_bytes` is refused at its first file, before that is read.
    Raises TooLarge, TooManyFiles, Broken, and what the sink raises.
    """
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary:
        raise Broken
    reading = _Reading(NoFiles() if _too_long(request, limits) else sink, limits, into)
    decoder = events.MultipartDecoder(boundary.encode(), max_parts=MAX_PARTS)
    try:
        for event in _events(decoder, request.stream, limits.max_body_bytes):
            reading.take(event)
    except UNREADABLE as error:
        raise Broken from error


def linger(response: Answer, request: Request) -> Answer:
    """`response`, after which the rest of the request's body is read and thrown away, within bounds.

    Closing a connection with unread bytes resets it, and the browser then shows its own error in place of
    our page. So our side is closed first, and what still comes is thrown away: at most 256 MiB, for at most ten
    seconds, whatever the speed, so that nobody can hold a thread by sending slowly.
    """
    connection: socket.socket | None = request.environ.get("gunicorn.socket")

    def drain() -> None:
        if connection is None:
            return  # another server: it closes as it sees fit
        until, left = time.monotonic() + LINGER_SECONDS, LINGER_BYTES
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            while left > 0 and (seconds := until - time.monotonic()) > 0:
                connection.settimeout(seconds)
                data = connection.recv(READ_BYTES)
                if not data:
                    return
                left -= len(data)

    response.call_on_close(drain)
    response.headers["Connection"] = "close"
    return response


class NoFiles:
    """A sink that takes none: the first file is the end of reading, with all text typed before it."""

    def begin(self, fields: dict[str, str], name: str, kind: str) -> None:
        """Refuse it."""
        del fields, name, kind
        raise TooLarge

    def write(self, data: bytes) -> None:
        """Never reached: begin raises."""

    def finish(self) -> None:
        """Never reached: begin raises."""


def _too_long(request: Request, limits: FormLimits) -> bool:
    return request.content_length is not None and request.content_length > limits.max_body_bytes


def _events(decoder: events.MultipartDecoder, stream: IO[bytes], max_bytes: int) -> Iterator[events.Event]:
    taken = 0
    while True:
        data = stream.read(READ_BYTES)
        taken += len(data)
        if taken > max_bytes + READ_BYTES:
            raise TooLarge
        decoder.receive_data(data or None)
        while True:
            _bound_headers(decoder)
            event = decoder.next_event()
            if isinstance(event, events.NeedData):
                break
            yield event
        # A preamble, a part's headers or an epilogue without end would otherwise be kept in memory whole.
        if len(decoder.buffer) > MAX_HELD_BYTES:
            raise TooLarge
        if decoder.state in AFTER_LAST_PART:
            return
        if not data:
            raise Broken


def _bound_headers(decoder: events.MultipartDecoder) -> None:
    """Raise TooLarge where a part's headers are longer than any of a browser's.

    They are taken apart in time by the square of their length: 300 kB, in each of 64 parts, would cost minutes.
    """
    long = decoder.state is events.State.PART and len(decoder.buffer) > MAX_HEADER_BYTES
    if long and HEADERS_END.search(decoder.buffer, 0, MAX_HEADER_BYTES) is None:
        raise TooLarge


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Broken from error
