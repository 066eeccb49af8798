"""JSON with one spelling only, so that two readers can't understand the same signed bytes differently.

SPEC section 2. What is refused: a byte order mark, invalid UTF-8, NaN and infinities, numbers that
are no integers or beyond 2^53-1, a key twice, lone surrogates, a first version key other than
``"v":1``, more than 2 MiB, and every spelling that the writer would not have chosen (white space, needless escapes,
``-0``, ``1.0``): the reader writes again what it understood and compares the bytes.
"""

import json
from typing import Any

from crypto.errors import JsonMalformed

MAX_INTEGER = 2**53 - 1
"""The largest integer that Python and a browser read alike."""

MAX_BYTES = 2 * 1024**2
"""Bytes that are read or written: whoever holds a recipient can seal a long line to its readers."""

MAX_DEPTH = 64
"""Levels of objects and arrays that are read; no format here has more than four."""


def _check(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise JsonMalformed("nested too deep")
    if isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > MAX_INTEGER:
            raise JsonMalformed("an integer is too large to be read alike everywhere")
    elif not (isinstance(value, (bool, str)) or value is None):
        raise JsonMalformed("a value of a type that this format does not have")


def write(value: dict[str, Any]) -> bytes:
    """The one spelling of `value`: UTF-8, no white space, keys in the order given.

    Raises JsonMalformed for what the reader would refuse.
    """
    _check(value)
    try:
        raw = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise JsonMalformed("a lone surrogate") from error
    if len(raw) > MAX_BYTES:
        raise JsonMalformed("too long")
    return raw


def _refuse(token: str) -> Any:
    raise JsonMalformed(f"a number that is no integer: {token[:20]}")


def read(raw: bytes) -> dict[str, Any]:
    """The object that `raw` spells, keys in the order of the bytes.

    Verify a signature over `raw` before calling this. Raises JsonMalformed.
    """
    if len(raw) > MAX_BYTES:
        raise JsonMalformed("too long")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_float=_refuse,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as error:
        raise JsonMalformed("not UTF-8, or not JSON") from error
    if not isinstance(value, dict) or type(value.get("v")) is not int or value["v"] != 1:
        raise JsonMalformed("not an object of version 1")
    if write(value) != raw:
        raise JsonMalformed("spelled in another way than the writer's")
    return value
