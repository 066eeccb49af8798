"""JSON that a browser posts, taken apart key by key: what was not asked for, or has another kind, is refused.

Our own scripts are the only ones meant to send it, so nothing is converted, guessed or forgiven: a body that
does not fit came from somebody else. Every reader here fails closed, with BodyRefused.
"""

import base64
import json
import re
import unicodedata
from binascii import Error as NotBase64
from collections.abc import Iterable
from typing import Any, NoReturn, Self

from flask import Request

from portal.services.errors import Refused

MAX_BYTES = 64 * 1024
MAX_INTEGER = 2**53 - 1
SPELLED = 4
"""So many characters may stand for one, its marks apart (NFD)."""


class BodyRefused(Refused):
    """The body is not what this address takes; `where` names the key, for a developer's eyes."""

    code = "broken"

    def __init__(self, where: str = "") -> None:
        super().__init__(where)
        self.where = where


class Fields:
    """The keys of one JSON object, each taken once; `end()` refuses what was not taken."""

    def __init__(self, values: Any, where: str = "") -> None:
        if not isinstance(values, dict):
            raise BodyRefused(where)
        self._values = dict(values)
        self._where = where

    def text(self, key: str, *, most: int, least: int = 1) -> str:
        """One line of text, NFC, trimmed, `least` to `most` characters, without control characters."""
        given: str = self._take(key, str)
        if len(given) > SPELLED * most:  # NFC takes time by the square of a run of combining marks
            self._refuse(key)
        text = unicodedata.normalize("NFC", given).strip()
        if not least <= len(text) <= most or any(unicodedata.category(sign)[0] == "C" for sign in text):
            self._refuse(key)
        return text

    def matching(self, key: str, pattern: str) -> str:
        """Text that the whole of `pattern` matches."""
        text: str = self._take(key, str)
        if not re.fullmatch(pattern, text, re.ASCII):
            self._refuse(key)
        return text

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        """One of `allowed`."""
        text: str = self._take(key, str)
        if text not in tuple(allowed):
            self._refuse(key)
        return text

    def some_of(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """At least one of `allowed`, none twice, in the order given."""
        found: list[Any] = self._take(key, list)
        if not found or len(set(map(str, found))) != len(found) or not set(map(str, found)) <= set(allowed):
            self._refuse(key)
        return tuple(map(str, found))

    def number(self, key: str, low: int, high: int = MAX_INTEGER) -> int:
        """A whole number from `low` to `high`."""
        number: int = self._take(key, int)
        if isinstance(number, bool) or not low <= number <= high:
            self._refuse(key)
        return number

    def truth(self, key: str) -> bool:
        """True or false."""
        value: bool = self._take(key, bool)
        return value

    def octets(self, key: str, least: int, most: int | None = None) -> bytes:
        """Bytes sent as base64: exactly `least`, or `least` to `most`."""
        return self._decoded(key, self._take(key, str), least, most)

    def octets_list(self, key: str, count: int, size: int) -> tuple[bytes, ...]:
        """Exactly `count` pieces of `size` bytes, each sent as base64."""
        found: list[Any] = self._take(key, list)
        if len(found) != count or not all(isinstance(item, str) for item in found):
            self._refuse(key)
        return tuple(self._decoded(key, item, size, None) for item in found)

    def octets_each(self, key: str, most: int, size: int) -> tuple[bytes, ...]:
        """At most `most` pieces of `size` bytes, each sent as base64."""
        found: list[Any] = self._take(key, list)
        if len(found) > most or not all(isinstance(item, str) for item in found):
            self._refuse(key)
        return tuple(self._decoded(key, item, size, None) for item in found)

    def each(self, key: str, most: int) -> "tuple[Fields, ...]":
        """The objects in the list under `key`, at most `most`."""
        found: list[Any] = self._take(key, list)
        if len(found) > most:
            self._refuse(key)
        return tuple(Fields(item, f"{self._where}{key}.") for item in found)

    def fields(self, key: str) -> "Fields":
        """The object under `key`."""
        return Fields(self._take(key, dict), f"{self._where}{key}.")

    def has(self, key: str) -> bool:
        """Whether `key` is there and not taken yet: for the few keys of which one or the other is sent."""
        return key in self._values

    def end(self) -> Self:
        """This object, once every key of it was asked for."""
        if self._values:
            self._refuse(min(self._values))
        return self

    def _take(self, key: str, kind: type) -> Any:
        value = self._values.pop(key, None)
        if not isinstance(value, kind):
            self._refuse(key)
        return value

    def _decoded(self, key: str, text: str, least: int, most: int | None) -> bytes:
        try:
            raw = base64.b64decode(text, validate=True)
        except (NotBase64, ValueError):
            self._refuse(key)
        if not least <= len(raw) <= (least if most is None else most):
            self._refuse(key)
        return raw

    def _refuse(self, key: str) -> NoReturn:
        raise BodyRefused(self._where + key)


def read_json(asked: Request, *, max_bytes: int = MAX_BYTES) -> Fields:
    """The object in the body of `asked`, at most `max_bytes` long and announced as application/json.

    The media type matters: a form on another site can't send it without asking the browser first.
    """
    if asked.mimetype != "application/json" or not 0 < (asked.content_length or 0) <= max_bytes:
        raise BodyRefused("body")
    raw = asked.get_data(cache=False)
    try:
        return Fields(
            json.loads(raw.decode(), object_pairs_hook=_without_repeats, parse_constant=_no_constant)
        )
    except (ValueError, RecursionError) as error:
        raise BodyRefused("body") from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyRefused("body")
    return found


def _no_constant(name: str) -> None:
    raise BodyRefused(name)
