"""Finds secrets in bytes, however they were written down: BUDGETS' list of encodings, and streams inside.

Each token is looked for raw, as UTF-16 (both orders), in base64 (three alignments, both alphabets), in hex,
percent-encoded, escaped as JSON or Python write it, and all of that again inside every zlib and gzip stream.
"""

import base64
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

LEAST_BYTES = 6
"""A shorter token would be found by chance."""

STREAM_START = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS
MOST_UNPACKED = 64 * 1024**2
DEPTH = 2
SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True)
class Found:
    """A token that stands where it must not: its name (never itself), how it was written, and where."""

    token: str
    encoding: str
    where: str


@dataclass(frozen=True)
class _Needle:
    token: str
    encoding: str
    raw: bytes


class TokenSearch:
    """Looks for `tokens` (name to text or bytes). ValueError for one so short that chance would find it."""

    def __init__(self, tokens: Mapping[str, str | bytes]) -> None:
        short = [name for name, token in tokens.items() if len(token) < LEAST_BYTES]
        if short:
            raise ValueError(f"too short to be looked for: {short}")
        self._needles = [needle for name, token in tokens.items() for needle in _needles(name, token)]

    def in_bytes(self, data: bytes, where: str) -> list[Found]:
        """Every token in `data`, once a way of writing."""
        return list(self._search(data, where, DEPTH))

    def in_folder(self, folder: Path) -> list[Found]:
        """Every token in any file below `folder`, in a file's name, or in a cell of an SQLite database."""
        found: list[Found] = []
        for path in sorted(folder.rglob("*")):
            where = str(path.relative_to(folder.parent))
            found += self.in_bytes(where.encode(), f"the name {where}")
            if path.is_file():
                data = path.read_bytes()
                found += self.in_bytes(data, where)
                if data.startswith(SQLITE):
                    found += self.in_database(path, where)
        return found

    def in_database(self, path: Path, where: str) -> list[Found]:
        """Every token in a cell: SQLite splits a long one over pages, and a token may lie on the border."""
        return [found for cell in cells(path) for found in self.in_bytes(cell, f"a cell of {where}")]

    def _search(self, data: bytes, where: str, depth: int) -> Iterator[Found]:
        for needle in self._needles:
            if needle.raw in data:
                yield Found(needle.token, needle.encoding, where)
        if depth:
            for unpacked in unpacked_streams(data):
                yield from self._search(unpacked, f"a packed stream in {where}", depth - 1)


def unpacked_streams(data: bytes) -> Iterator[bytes]:
    """What each zlib or gzip stream that begins anywhere in `data` holds, as far as it can be unpacked."""
    for start in STREAM_START.finditer(data):
        unpacker = zlib.decompressobj(ZLIB_OR_GZIP)
        held = bytearray()
        # In small steps: a stream that breaks off has given what stood before the break.
        try:
            for at in range(start.start(), len(data), 1024):
                held += unpacker.decompress(data[at : at + 1024])
                if unpacker.eof or len(held) > MOST_UNPACKED:
                    break
        except zlib.error:
            pass
        if held:
            yield bytes(held)


def cells(path: Path) -> Iterator[bytes]:
    """Every value of every table of a database, as bytes."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table.decode()}"'):  # noqa: S608 - its own tables
                yield from (value for value in row if isinstance(value, bytes))


def _needles(name: str, token: str | bytes) -> Iterator[_Needle]:
    raw = token if isinstance(token, bytes) else token.encode()
    ways = {
        "raw": raw,
        "Python bytes": repr(raw)[2:-1].encode(),
        **_base64(raw),
        **_hex(raw),
        **_percent(raw),
    }
    if isinstance(token, str):
        ways |= _as_text(token)
    seen: set[bytes] = set()
    for encoding, written in ways.items():
        if written not in seen:
            seen.add(written)
            yield _Needle(name, encoding, written)


def _base64(raw: bytes) -> dict[str, bytes]:
    """The symbols that depend on `raw` alone, for each place in a group of three that it may begin at."""
    ways = {}
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + raw).rstrip(b"=")
        bits = 8 * (shift + len(raw))
        inner = whole[-(-8 * shift // 6) : bits // 6]
        ways[f"base64, {shift} on"] = inner
        ways[f"base64url, {shift} on"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return ways


def _hex(raw: bytes) -> dict[str, bytes]:
    return {"hex": raw.hex().encode(), "upper-case hex": raw.hex().upper().encode()}


def _percent(raw: bytes) -> dict[str, bytes]:
    ways = {
        "percent, every byte": "".join(f"%{byte:02X}" for byte in raw),
        "percent": quote(raw, safe=""),
        "percent, slashes kept": quote(raw),
        "percent, plus for space": quote_plus(raw),
    }
    lower = {
        f"{name}, lower case": re.sub("%..", lambda hit: hit[0].lower(), way) for name, way in ways.items()
    }
    return {name: way.encode() for name, way in {**ways, **lower}.items()}


def _as_text(text: str) -> dict[str, bytes]:
    return {
        "UTF-16 LE": text.encode("utf-16-le"),
        "UTF-16 BE": text.encode("utf-16-be"),
        "Latin-1": text.encode("latin-1", "replace"),
        "JSON": json.dumps(text)[1:-1].encode(),
        "Python": text.encode("unicode_escape"),
    }
