"""A grant: a root sealed to somebody who may hold it, as an age file that stock `age` opens as well.

SPEC section 8. A grant is a container and never trusted by itself: anybody can make one. `open_grant`
shows that it is well-formed and meant for this receiver; `check_grant` compares it with the signed
record that names the root's recipient. A root is used after both, never before.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from crypto.agefile import open_bytes, seal_bytes
from crypto.errors import GrantMalformed, GrantMismatch
from crypto.keys import Recipient, Root
from crypto.lines import Lines, LineWrong, read_decimal, read_hex, read_whole, write_lines

Purpose = Literal["anchor", "channel", "talk", "desk"]
"""Which root is granted; talk and desk grants name a case, the others do not."""

_PURPOSES: dict[str, Purpose] = {"anchor": "anchor", "channel": "channel", "talk": "talk", "desk": "desk"}
_FIRST = "# fortrolig grant v1"


def _read_purpose(text: str) -> Purpose:
    if text not in _PURPOSES:
        raise LineWrong("a purpose is anchor, channel, talk or desk")
    return _PURPOSES[text]


@dataclass(frozen=True)
class Grant:
    """What a grant says.

    `number` is the epoch (channel), the case record's number (talk, desk), or 0 (anchor). `record` is
    the SHA-256 of the signed record that names the root's recipient, `to` the receiver's party hash.
    """

    purpose: Purpose
    channel: bytes
    case: bytes | None
    number: int
    record: bytes
    to: bytes
    root: Root = field(repr=False)

    @cached_property
    def raw(self) -> bytes:
        """The plaintext: an age identity file with comments."""
        lines = (
            _FIRST,
            f"# purpose {self.purpose}",
            f"# channel {self.channel.hex()}",
            f"# case {self.case.hex() if self.case else '-'}",
            f"# number {self.number}",
            f"# record {self.record.hex()}",
            f"# to {self.to.hex()}",
            f"# root {self.root.secret.hex()}",
            str(self.root.identity),
        )
        return write_lines(lines)

    @classmethod
    def read(cls, raw: bytes) -> "Grant":
        """The grant that `raw` spells. Raises GrantMalformed, also if the identity is not the root's."""
        # Spelling it again compares the identity line, too: stock `age` uses it, we use the root, and they must
        # not be two different keys.
        grant = read_whole(raw, cls._take_apart, GrantMalformed)
        if (grant.purpose in ("talk", "desk")) != (grant.case is not None):
            raise GrantMalformed("talk and desk grants name a case, the others do not")
        return grant

    @classmethod
    def _take_apart(cls, lines: Lines) -> "Grant":
        lines.take(_FIRST)
        purpose = _read_purpose(lines.take("# purpose "))
        channel = read_hex(lines.take("# channel "), 16)
        case = lines.take("# case ")
        return cls(
            purpose=purpose,
            channel=channel,
            case=None if case == "-" else read_hex(case, 16),
            number=read_decimal(lines.take("# number ")),
            record=read_hex(lines.take("# record "), 32),
            to=read_hex(lines.take("# to "), 32),
            root=Root(read_hex(lines.take("# root "), 32)),
        )


def seal_grant(grant: Grant, recipient: Recipient) -> bytes:
    """The grant as an age file to `recipient`, which must be that of the party named in `to`.

    The caller takes `recipient` from the newest valid record, never from the server's word.
    """
    return seal_bytes(grant.raw, [recipient])


def open_grant(sealed: bytes, receiver_root: Root) -> Grant:
    """The grant in `sealed`, if it is well-formed and meant for the holder of `receiver_root`.

    Raises AgeError, GrantMalformed, or GrantMismatch if `to` names somebody else: then a grant for one
    was sealed on to another.
    """
    grant = Grant.read(open_bytes(sealed, [receiver_root.identity], portal=True))
    if grant.to != receiver_root.party.hash:
        raise GrantMismatch("the grant is meant for somebody else")
    return grant


def check_grant(
    grant: Grant,
    *,
    purpose: Purpose,
    channel: bytes,
    case: bytes | None,
    number: int,
    record_hash: bytes,
    recipient: Recipient,
) -> None:
    """Nothing, if the grant is the one asked for and its root makes the `recipient` of the signed record.

    Raises GrantMismatch; fails closed. For an anchor, `recipient` is the anchor's, whose hash the channel
    record names.
    """
    said = (grant.purpose, grant.channel, grant.case, grant.number, grant.record)
    if said != (purpose, channel, case, number, record_hash):
        raise GrantMismatch("the grant is for another purpose, channel, case, number or record")
    if grant.root.identity.recipient != recipient:
        raise GrantMismatch("the root does not make the recipient that the signed record names")
