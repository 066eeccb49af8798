"""The notebook: what the reporter's side must remember, kept under the mailbox root on the server.

SPEC section 9. It lets a reporter notice a rewound channel or conversation, and a second holder of the
receipt. It is one line of strict JSON; whoever stores it wraps it first (crypto.wrap).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from crypto import strict_json
from crypto.errors import JsonMalformed
from crypto.lines import LineWrong, read_day, read_hex


@dataclass(frozen=True)
class NotebookTalk:
    """A talk root (32 bytes) with the number and hash of the case record that names its recipient."""

    number: int
    root: bytes = field(repr=False)
    record: bytes


@dataclass(frozen=True)
class Notebook:
    """What is remembered of one case.

    `anchor` is the anchor's party hash, `channel_record` number and hash of the newest channel record
    seen, `talks` the roots by number, `last_n` and `last_hash` the newest message seen, `opened` how
    often the mailbox was opened and the UTC day it last was.
    """

    case: bytes
    channel: bytes
    anchor: bytes
    channel_record: tuple[int, bytes]
    talks: tuple[NotebookTalk, ...]
    last_n: int
    last_hash: bytes
    opened: tuple[int, date]

    def to_json(self) -> bytes:
        """The notebook's one spelling."""
        return strict_json.write(
            {
                "v": 1,
                "case": self.case.hex(),
                "channel": self.channel.hex(),
                "anchor": self.anchor.hex(),
                "record": {"number": self.channel_record[0], "hash": self.channel_record[1].hex()},
                "talks": [
                    {"number": talk.number, "root": talk.root.hex(), "record": talk.record.hex()}
                    for talk in self.talks
                ],
                "last": {"n": self.last_n, "hash": self.last_hash.hex()},
                "opened": {"count": self.opened[0], "day": self.opened[1].isoformat()},
            }
        )

    @classmethod
    def from_json(cls, raw: bytes) -> Self:
        """The notebook that `raw` spells. Raises JsonMalformed."""
        value = strict_json.read(raw)
        try:
            notebook = cls._take_apart(value)
        except (LineWrong, KeyError, TypeError) as error:
            raise JsonMalformed("not a notebook") from error
        if notebook.to_json() != raw:
            raise JsonMalformed("a notebook with other keys")
        return notebook

    @classmethod
    def _take_apart(cls, value: dict[str, Any]) -> Self:
        talks = (
            NotebookTalk(_count(talk["number"]), read_hex(talk["root"], 32), read_hex(talk["record"], 32))
            for talk in value["talks"]
        )
        return cls(
            case=read_hex(value["case"], 16),
            channel=read_hex(value["channel"], 16),
            anchor=read_hex(value["anchor"], 32),
            channel_record=(_count(value["record"]["number"]), read_hex(value["record"]["hash"], 32)),
            talks=tuple(talks),
            last_n=_count(value["last"]["n"]),
            last_hash=read_hex(value["last"]["hash"], 32),
            opened=(_count(value["opened"]["count"]), read_day(value["opened"]["day"])),
        )


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise LineWrong("not a count")
    return value
