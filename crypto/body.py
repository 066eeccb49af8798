"""The body of a message: which keys it has, in which order, and what each may be.

SPEC section 6. Ids, hashes and keys stand in a body as lower-case hex, as they do in the JSON line.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Self

from crypto import strict_json
from crypto.errors import JsonMalformed, KeyMalformed, MessageMalformed, NotSupported
from crypto.keys import Recipient
from crypto.lines import MAX_NUMBER, LineWrong, read_day, read_hex

FIELD_NAMES = ("when", "where", "who", "category", "relation", "mode")
"""What a report may say beside its text, in this order; each is left out if it was not given."""

MAX_TEXT_BYTES = 200_000

_KIND = re.compile("[a-z]+(-[a-z]+)*")
_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MINUTE = re.compile("T([01][0-9]|2[0-3]):[0-5][0-9]Z")
_DAY_LENGTH = 10
_NAMES = {
    "report": ("v", "kind", "side", "n", "prev", "record", "key", "sealed", "day", "lang", "text",
               "fields", "files"),
    "file": ("id", "name", "type", "size", "sha256", "head"),
}  # fmt: skip


def _need(what: str, *, holds: bool) -> None:
    if not holds:
        raise LineWrong(what)


@dataclass(frozen=True)
class FileItem:
    """What a signed message says of an attachment: the blob's id, and what must come out of it.

    `size` is the content's, in bytes, without padding; `sha256` its hash; `head` the SHA-256 of the
    age file's first 1,643 bytes. `id`, `sha256` and `head` are hex.
    """

    id: str
    name: str
    type: str
    size: int
    sha256: str
    head: str

    def to_object(self) -> dict[str, Any]:
        """The item as it stands in `files`."""
        return {name: getattr(self, name) for name in _NAMES["file"]}

    @classmethod
    def from_object(cls, value: Any) -> Self:
        """The item that `value` describes. Raises LineWrong."""
        _need("a file has other keys", holds=isinstance(value, dict) and tuple(value) == _NAMES["file"])
        item = cls(**value)
        item.check()
        return item

    def check(self) -> None:
        """Nothing, if every value is one that the specification allows. Raises LineWrong."""
        texts = (self.id, self.name, self.type, self.sha256, self.head)
        _need("a file's text is none", holds=all(isinstance(text, str) for text in texts))
        _need("a file has no size", holds=type(self.size) is int and self.size >= 0)
        read_hex(self.id, 16)
        read_hex(self.sha256, 32)
        read_hex(self.head, 32)


@dataclass(frozen=True)
class Body:
    """One message: who says what, as number `n` after the message whose age file hashes to `prev`.

    `record` is the hash of the newest channel record known, `key` the verify key that signs, both hex.
    `day` is ``YYYY-MM-DD``; `at` is ``YYYY-MM-DDTHH:MMZ``, on the desk's side and only there. `mailbox`
    is the ``age1pq1…`` of the reporter, in the reporter's message 0 and only there.
    """

    kind: str
    side: str
    n: int
    prev: str
    record: str
    key: str
    sealed: str
    day: str
    at: str | None
    lang: str
    text: str = field(repr=False)
    fields: dict[str, str] = field(repr=False)
    files: tuple[FileItem, ...] = field(repr=False)
    mailbox: str | None

    def write(self) -> bytes:
        """The JSON line. Raises MessageMalformed for what no reader would accept."""
        try:
            self._check()
            return strict_json.write(self._to_object())
        except (LineWrong, KeyMalformed, NotSupported, JsonMalformed) as error:
            raise MessageMalformed(str(error)) from error

    @classmethod
    def read(cls, line: bytes) -> Self:
        """The body that `line` spells. Raises MessageMalformed."""
        try:
            value = strict_json.read(line)
            _need(
                "other keys",
                holds=set(_NAMES["report"]) <= set(value) <= {*_NAMES["report"], "at", "mailbox"},
            )
            _need("files is no list", holds=isinstance(value["files"], list))
            del value["v"]
            value["files"] = tuple(FileItem.from_object(item) for item in value["files"])
            body = cls(**{"at": None, "mailbox": None, **value})
        except (LineWrong, JsonMalformed) as error:
            raise MessageMalformed(str(error)) from error
        if body.write() != line:
            raise MessageMalformed("keys in another order, or where they do not belong")
        return body

    def _to_object(self) -> dict[str, Any]:
        return {
            "v": 1,
            "kind": self.kind,
            "side": self.side,
            "n": self.n,
            "prev": self.prev,
            "record": self.record,
            "key": self.key,
            "sealed": self.sealed,
            "day": self.day,
            **({} if self.at is None else {"at": self.at}),
            "lang": self.lang,
            "text": self.text,
            "fields": {name: self.fields[name] for name in FIELD_NAMES if name in self.fields},
            "files": [item.to_object() for item in self.files],
            **({} if self.mailbox is None else {"mailbox": self.mailbox}),
        }

    def _check(self) -> None:
        texts = (
            self.kind,
            self.side,
            self.prev,
            self.record,
            self.key,
            self.sealed,
            self.day,
            self.lang,
            self.text,
        )
        _need("a text is none", holds=all(isinstance(text, str) for text in texts))
        _need("not a kind", holds=bool(_KIND.fullmatch(self.kind)))
        _need("not a side", holds=self.side in ("reporter", "desk"))
        _need("not a number", holds=type(self.n) is int and 0 <= self.n <= MAX_NUMBER)
        _need("sealed neither by browser nor by server", holds=self.sealed in ("browser", "server"))
        _need("not a language", holds=bool(_LANGUAGE.fullmatch(self.lang)))
        _need("a text too long", holds=len(self.text.encode("utf-8", "surrogatepass")) <= MAX_TEXT_BYTES)
        for value in (self.prev, self.record, self.key):
            read_hex(value, 32)
        self._check_time()
        self._check_parts()

    def _check_time(self) -> None:
        read_day(self.day)
        _need("`at` is the desk's, and only the desk's", holds=(self.at is not None) == (self.side == "desk"))
        if self.at is not None:
            _need("not a minute", holds=isinstance(self.at, str))
            read_day(self.at[:_DAY_LENGTH])
            _need("not a minute", holds=bool(_MINUTE.fullmatch(self.at[_DAY_LENGTH:])))

    def _check_parts(self) -> None:
        named = isinstance(self.fields, dict) and set(self.fields) <= set(FIELD_NAMES)
        _need("other fields", holds=named)
        _need("a field is no text", holds=all(isinstance(value, str) for value in self.fields.values()))
        for item in self.files:
            item.check()
        first = self.side == "reporter" and self.n == 0
        _need("`mailbox` is for the reporter's message 0 alone", holds=(self.mailbox is not None) == first)
        if self.mailbox is not None:
            _need("`mailbox` is no text", holds=isinstance(self.mailbox, str))
            Recipient.parse(self.mailbox)
