"""The grammar of an age header: stanzas and a MAC, nothing about keys.

C2SP age.md, "File format". Strict: one spelling for every header, so that no one can change a byte
of it without the MAC noticing, and no two readers disagree about what a header says.
"""

import base64
import binascii
from dataclasses import dataclass

from crypto.errors import HeaderMalformed, NotSupported

VERSION_LINE = b"age-encryption.org/v1\n"
NONCE_SIZE = 16

_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_MAC_SIZE = 32
_START = 256
_MAX_HEADER = 1 << 20
_LINE = 64
_BASE64_BLOCK = 4
_PRINTABLE = range(33, 127)


@dataclass(frozen=True)
class Stanza:
    """One recipient's part of a header: its type, arguments, and body bytes."""

    type: str
    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True)
class Header:
    """A header as read: its stanzas, its MAC (32 bytes), and the bytes that the MAC covers."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    covered: bytes


def to_base64(data: bytes) -> bytes:
    """Unpadded standard base64."""
    return base64.b64encode(data).rstrip(b"=")


def from_base64(text: bytes | str) -> bytes:
    """The bytes of unpadded, canonical base64. Raises HeaderMalformed."""
    encoded = text.encode("ascii") if isinstance(text, str) else text
    try:
        data = base64.b64decode(encoded + b"=" * (-len(encoded) % _BASE64_BLOCK), validate=True)
    except binascii.Error as error:
        raise HeaderMalformed("not base64") from error
    if to_base64(data) != encoded:
        raise HeaderMalformed("base64 that is padded or not canonical")
    return data


def write_stanza(stanza: Stanza) -> bytes:
    """The stanza's lines: arguments, then the body in lines of 64, the last one shorter."""
    body = to_base64(stanza.body)
    lines = [body[at : at + _LINE] for at in range(0, len(body) + 1, _LINE)]
    first = " ".join(("->", stanza.type, *stanza.arguments)).encode("ascii")
    return b"\n".join((first, *lines)) + b"\n"


class HeaderReader:
    """Collects bytes until a whole header is there, then parses it.

    After `push` has returned True, `header` is set and `rest` holds the bytes that follow it.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._searched = 0
        self.rest = b""

    def push(self, data: bytes) -> bool:
        """True once the header is complete. Raises HeaderMalformed or NotSupported at the first wrong byte
        that can be known to be wrong.
        """
        self._held += data
        self._check_start()
        at = self._held.find(b"\n---", max(0, self._searched - 4))
        end = self._held.find(b"\n", at + 1) if at >= 0 else -1
        if end < 0:
            if at < 0:
                self._searched = len(self._held)
            if len(self._held) > _MAX_HEADER:
                raise HeaderMalformed("no end of the header in the first MiB")
            return False
        self.header = parse(bytes(self._held[: end + 1]))
        self.rest = bytes(self._held[end + 1 :])
        return True

    def _check_start(self) -> None:
        start = bytes(self._held[:_START])
        if start.lstrip().startswith(_ARMOR):
            raise NotSupported("an armored file: turn it into a binary one first")
        if not start.startswith(VERSION_LINE[: len(start)]):
            raise HeaderMalformed("not an age file of version 1")


def parse(raw: bytes) -> Header:
    """The header that the whole of `raw` spells. Raises HeaderMalformed."""
    if not raw.startswith(VERSION_LINE) or not raw.endswith(b"\n"):
        raise HeaderMalformed("not an age file of version 1")
    lines = raw[len(VERSION_LINE) : -1].split(b"\n")
    stanzas: list[Stanza] = []
    at = 0
    while at < len(lines) and lines[at].startswith(b"->"):
        stanza, at = _parse_stanza(lines, at)
        stanzas.append(stanza)
    if at != len(lines) - 1 or not lines[at].startswith(b"--- "):
        raise HeaderMalformed("a line that is neither stanza nor MAC")
    if not stanzas:
        raise HeaderMalformed("no stanza")
    mac = from_base64(lines[at][4:])
    if len(mac) != _MAC_SIZE:
        raise HeaderMalformed("a MAC of another size")
    return Header(tuple(stanzas), mac, raw[: len(raw) - len(lines[at]) - 1 + 3])


def _parse_stanza(lines: list[bytes], at: int) -> tuple[Stanza, int]:
    arguments = lines[at].split(b" ")[1:]
    if not lines[at].startswith(b"-> ") or not all(arguments):
        raise HeaderMalformed("a stanza without a type, or with an empty argument")
    if any(byte not in _PRINTABLE for argument in arguments for byte in argument):
        raise HeaderMalformed("a character that a stanza can't have")
    body = []
    while True:
        at += 1
        if at >= len(lines) or len(lines[at]) > _LINE:
            raise HeaderMalformed("a stanza's body has no short last line, or a line is too long")
        body.append(lines[at])
        if len(lines[at]) < _LINE:
            break
    first, *others = (argument.decode("ascii") for argument in arguments)
    return Stanza(first, tuple(others), from_base64(b"".join(body))), at + 1
