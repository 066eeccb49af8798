"""The case record: which key a case's messages are sealed to, and who holds it.

SPEC section 8. Talk record 0 is signed by the reporter's mailbox key, every other by an officer who was
a reader before. Whether a record may stand in its place is decided in crypto.records.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from crypto.errors import RecordMalformed, RecordSignatureWrong, SignatureWrong
from crypto.keys import Recipient, Root, verify
from crypto.lines import Lines, LineWrong, ascending, read_decimal, read_hex, read_whole, write_lines
from crypto.wrap import Scope

_FIRST = "fortrolig case record v1"
_CONTEXT = b"fortrolig/v1/case\0"

Reader = tuple[str, int | bytes | None]
"""Who holds the root: ``("channel", epoch)``, ``("officer", id)`` or ``("mailbox", None)``."""


def _write_reader(reader: Reader) -> str:
    kind, value = reader
    if value is None:
        return f"reader {kind}"
    return f"reader {kind} {value.hex() if isinstance(value, bytes) else value}"


def _read_reader(text: str) -> Reader:
    kind, _, value = text.partition(" ")
    if text == "mailbox":
        return ("mailbox", None)
    if kind == "channel":
        return ("channel", read_decimal(value))
    if kind == "officer":
        return ("officer", read_hex(value, 16))
    raise LineWrong("a reader is a channel epoch, an officer or the mailbox")


def _read_scope(text: str) -> Scope:
    if text == "talk":
        return "talk"
    if text == "desk":
        return "desk"
    raise LineWrong("a scope is talk or desk")


@dataclass(frozen=True)
class CaseRecord:
    """One record. `channel_record` and `talk` are hashes; `signer` is a verify key. See ChannelRecord."""

    channel: bytes
    case: bytes
    scope: Scope
    number: int
    previous: bytes
    channel_record: bytes
    talk: bytes
    recipient: Recipient
    readers: tuple[Reader, ...]
    signer: bytes
    signature: bytes

    @cached_property
    def signed_part(self) -> bytes:
        """The bytes before the signature line."""
        lines = (
            _FIRST,
            f"channel {self.channel.hex()}",
            f"case {self.case.hex()}",
            f"scope {self.scope}",
            f"number {self.number}",
            f"previous {self.previous.hex()}",
            f"channel-record {self.channel_record.hex()}",
            f"talk {self.talk.hex()}",
            f"recipient {self.recipient}",
            *map(_write_reader, self.readers),
            f"signer {self.signer.hex()}",
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
        signer_root: Root,
        *,
        channel: bytes,
        case: bytes,
        scope: Scope,
        number: int,
        previous: bytes,
        channel_record: bytes,
        talk: bytes,
        recipient: Recipient,
        readers: tuple[Reader, ...],
    ) -> Self:
        """The record with these fields, signed by `signer_root`. Readers are put in order.

        Raises RecordMalformed for fields that no reader would accept.
        """
        fields = (channel, case, scope, number, previous, channel_record, talk, recipient)
        ordered = tuple(sorted(readers, key=_write_reader))
        unsigned = cls(*fields, ordered, signer_root.verify_key, bytes(64))
        signature = signer_root.sign(_CONTEXT + unsigned.signed_part)
        return cls.read(cls(*fields, ordered, signer_root.verify_key, signature).raw)

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The record that `raw` spells; its signature is not verified here. Raises RecordMalformed."""
        record = read_whole(raw, cls._take_apart, RecordMalformed)
        if not ascending([_write_reader(reader) for reader in record.readers]):
            raise RecordMalformed("no readers, or readers not in order")
        if record.scope == "desk" and ("mailbox", None) in record.readers:
            raise RecordMalformed("the reporter never reads the desk's notes")
        return record

    @classmethod
    def _take_apart(cls, lines: Lines) -> Self:
        lines.take(_FIRST)
        channel = read_hex(lines.take("channel "), 16)
        case = read_hex(lines.take("case "), 16)
        scope = _read_scope(lines.take("scope "))
        number = read_decimal(lines.take("number "))
        previous = read_hex(lines.take("previous "), 32)
        channel_record = read_hex(lines.take("channel-record "), 32)
        talk = read_hex(lines.take("talk "), 32)
        recipient = Recipient.parse(lines.take("recipient "))
        readers = lines.take_each("reader ", _read_reader)
        signer = read_hex(lines.take("signer "), 32)
        signature = read_hex(lines.take("signature "), 64)
        return cls(
            channel, case, scope, number, previous, channel_record, talk,
            recipient, readers, signer, signature,
        )  # fmt: skip

    def verify(self) -> None:
        """Nothing, if the signer named signed this record. Raises RecordSignatureWrong."""
        try:
            verify(self.signer, self.signature, _CONTEXT + self.signed_part)
        except SignatureWrong as error:
            raise RecordSignatureWrong(f"{self.scope} record {self.number} is not signed") from error
