"""The channel record: who the handler team of a channel is, signed by the channel's anchor.

SPEC section 7. It is public. Whoever seals to a channel takes the recipient from here, and from nowhere
else, after the chain of records was verified (crypto.records).
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

from crypto.errors import RecordMalformed, RecordNotAllowed, RecordSignatureWrong, SignatureWrong
from crypto.keys import Party, Recipient, Root, verify
from crypto.lines import Lines, ascending, read_day, read_decimal, read_hex, read_whole, write_lines

_FIRST = "fortrolig channel record v1"
_CONTEXT = b"fortrolig/v1/channel\0"


@dataclass(frozen=True, order=True)
class Member:
    """An officer of the team: id (16 bytes), verify key and SHA-256 of the recipient (32 bytes each)."""

    officer_id: bytes
    verify_key: bytes
    recipient_hash: bytes

    def party(self, recipient: Recipient) -> Party:
        """The member's party, if `recipient` is the member's. Raises RecordNotAllowed."""
        return _party(self.verify_key, self.recipient_hash, recipient)


def _party(verify_key: bytes, recipient_hash: bytes, recipient: Recipient) -> Party:
    if recipient.hash != recipient_hash:
        raise RecordNotAllowed("another recipient than the record names")
    return Party(recipient, verify_key)


@dataclass(frozen=True)
class ChannelRecord:
    """One record. Made by `sign` or `read`; a record by itself proves nothing, its chain does."""

    channel: bytes
    number: int
    previous: bytes
    anchor_verify_key: bytes
    anchor_recipient_hash: bytes
    epoch: int
    recipient: Recipient
    members: tuple[Member, ...]
    day: date
    signature: bytes

    @cached_property
    def signed_part(self) -> bytes:
        """The bytes before the signature line."""
        members = (
            f"member {m.officer_id.hex()} {m.verify_key.hex()} {m.recipient_hash.hex()}" for m in self.members
        )
        lines = (
            _FIRST,
            f"channel {self.channel.hex()}",
            f"number {self.number}",
            f"previous {self.previous.hex()}",
            f"anchor {self.anchor_verify_key.hex()} {self.anchor_recipient_hash.hex()}",
            f"epoch {self.epoch}",
            f"recipient {self.recipient}",
            *members,
            f"day {self.day.isoformat()}",
        )
        return write_lines(lines)

    @cached_property
    def raw(self) -> bytes:
        """The whole record, as it is stored and hashed."""
        return self.signed_part + write_lines([f"signature {self.signature.hex()}"])

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the whole record."""
        return hashlib.sha256(self.raw).digest()

    @classmethod
    def sign(
        cls,
        anchor_root: Root,
        *,
        channel: bytes,
        number: int,
        previous: bytes,
        anchor_verify_key: bytes,
        anchor_recipient_hash: bytes,
        epoch: int,
        recipient: Recipient,
        members: tuple[Member, ...],
        day: date,
    ) -> Self:
        """The record with these fields, signed by `anchor_root`: the anchor of the record before.

        Members are put in order. Raises RecordMalformed for fields that no reader would accept.
        """
        fields = (channel, number, previous, anchor_verify_key, anchor_recipient_hash, epoch, recipient)
        ordered = tuple(sorted(members))
        unsigned = cls(*fields, ordered, day, bytes(64))
        signature = anchor_root.sign(_CONTEXT + unsigned.signed_part)
        return cls.read(cls(*fields, ordered, day, signature).raw)

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The record that `raw` spells; its signature is not verified here. Raises RecordMalformed."""
        record = read_whole(raw, cls._take_apart, RecordMalformed)
        if not ascending([member.officer_id for member in record.members]):
            raise RecordMalformed("no members, or members not in ascending order of id")
        return record

    @classmethod
    def _take_apart(cls, lines: Lines) -> Self:
        lines.take(_FIRST)
        channel = read_hex(lines.take("channel "), 16)
        number = read_decimal(lines.take("number "))
        previous = read_hex(lines.take("previous "), 32)
        anchor_verify_key, anchor_recipient_hash = _two_hashes(lines.take("anchor "))
        epoch = read_decimal(lines.take("epoch "))
        recipient = Recipient.parse(lines.take("recipient "))
        members = lines.take_each("member ", _read_member)
        day = read_day(lines.take("day "))
        signature = read_hex(lines.take("signature "), 64)
        return cls(
            channel, number, previous, anchor_verify_key, anchor_recipient_hash,
            epoch, recipient, members, day, signature,
        )  # fmt: skip

    def verify(self, anchor_verify_key: bytes) -> None:
        """Nothing, if this record is signed by `anchor_verify_key`. Raises RecordSignatureWrong."""
        try:
            verify(anchor_verify_key, self.signature, _CONTEXT + self.signed_part)
        except SignatureWrong as error:
            raise RecordSignatureWrong(f"channel record {self.number} is not signed by its anchor") from error

    def member_of_key(self, verify_key: bytes) -> Member:
        """The member who signs with `verify_key`. Raises RecordNotAllowed if there is none."""
        for member in self.members:
            if member.verify_key == verify_key:
                return member
        raise RecordNotAllowed("the key belongs to no member of the channel")

    def anchor_party(self, recipient: Recipient) -> Party:
        """The anchor's party, whose words stand on posters, if `recipient` is the anchor's.

        Raises RecordNotAllowed.
        """
        return _party(self.anchor_verify_key, self.anchor_recipient_hash, recipient)


def _two_hashes(text: str) -> tuple[bytes, bytes]:
    first, _, second = text.partition(" ")
    return read_hex(first, 32), read_hex(second, 32)


def _read_member(text: str) -> Member:
    officer_id, _, rest = text.partition(" ")
    return Member(read_hex(officer_id, 16), *_two_hashes(rest))
