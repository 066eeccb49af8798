"""Reading and writing the line formats: one field a line, in one order, with one spelling.

SPEC section 2. A reader takes the fields apart leniently, builds the object, writes it again and
compares: whatever is not the one spelling is refused, without a rule for every way to be wrong.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

from crypto.errors import CryptoError

MAX_NUMBER = 2**32 - 1
"""The largest number or epoch: associated data holds it in four bytes."""

NO_HASH = bytes(32)
"""Stands where a first record would name the one before it."""

_DECIMAL = re.compile("0|[1-9][0-9]{0,9}")
_HEX = re.compile("[0-9a-f]*")

T = TypeVar("T")
Key = TypeVar("Key", str, bytes)


class Spelled(Protocol):
    """What can be written in one way only."""

    @property
    def raw(self) -> bytes:
        """The bytes that spell it."""


Whole = TypeVar("Whole", bound=Spelled)


class LineWrong(ValueError):
    """A line that is not the one that must stand here."""


class Lines:
    """The lines of a text, taken one after the other by name."""

    def __init__(self, raw: bytes) -> None:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise LineWrong("not UTF-8") from error
        self._lines = text.split("\n")
        self._at = 0

    def next_is(self, start: str) -> bool:
        """Whether the next line begins with `start`."""
        return self._at < len(self._lines) and self._lines[self._at].startswith(start)

    def take(self, start: str) -> str:
        """The rest of the next line, which must begin with `start`. Raises LineWrong."""
        if not self.next_is(start):
            raise LineWrong(f"line {self._at + 1} is not the one beginning with {start!r}")
        self._at += 1
        return self._lines[self._at - 1][len(start) :]

    def take_each(self, start: str, read: Callable[[str], T]) -> tuple[T, ...]:
        """What `read` makes of every following line that begins with `start`."""
        found = []
        while self.next_is(start):
            found.append(read(self.take(start)))
        return tuple(found)


def read_hex(text: str, size: int) -> bytes:
    """The `size` bytes of lower-case hex. Raises LineWrong."""
    if len(text) != 2 * size or not _HEX.fullmatch(text):
        raise LineWrong(f"not {size} bytes of lower-case hex")
    return bytes.fromhex(text)


def read_decimal(text: str) -> int:
    """The number from 0 to 2^32-1 that `text` spells without leading zeros. Raises LineWrong."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_NUMBER:
        raise LineWrong("not a number from 0 to 2^32-1")
    return int(text)


def read_day(text: str) -> date:
    """The day that ``YYYY-MM-DD`` names. Raises LineWrong, also for days that no calendar has."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise LineWrong("not a day") from error
    if day.isoformat() != text:
        raise LineWrong("a day in another spelling")
    return day


def ascending(keys: Sequence[Key]) -> bool:
    """Whether each key stands after the one before it, and there is at least one."""
    return bool(keys) and all(a < b for a, b in pairwise(keys))


def read_whole(raw: bytes, make: Callable[[Lines], Whole], malformed: type[CryptoError]) -> Whole:
    """What `make` makes of a text, if `raw` is the one spelling of that. Raises `malformed` for all else."""
    try:
        made = make(Lines(raw))
    except (LineWrong, CryptoError) as error:
        raise malformed(str(error)) from error
    if made.raw != raw:
        raise malformed("not spelled as it is written")
    return made


def write_lines(lines: Iterable[str]) -> bytes:
    """Lines as bytes, each with its LF."""
    return "".join(f"{line}\n" for line in lines).encode("ascii")
