"""Bech32 as age uses it: no length limit, upper case for identities, lower case for recipients.

BIP 173. The checksum finds slips of the pen; it authenticates nothing. A recipient has 1,958 characters, so
the checksum goes two symbols a step and the symbols are moved by table.
"""

import base64
import binascii

from crypto.errors import KeyMalformed

_ALPHABET = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_RFC4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_FROM_BASE32 = bytes.maketrans(_RFC4648, _ALPHABET)
_TO_BASE32 = bytes.maketrans(_ALPHABET, _RFC4648)
_TO_VALUES = bytes.maketrans(_ALPHABET, bytes(range(32)))
_TO_SYMBOLS = bytes.maketrans(bytes(range(32)), _ALPHABET)
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_SYMBOLS = 6
_BASE32_BLOCK = 8


def _step(check: int, value: int) -> int:
    feedback = check >> 25
    check = (check & 0x1FFFFFF) << 5 ^ value
    for bit, generator in enumerate(_GENERATOR):
        if feedback >> bit & 1:
            check ^= generator
    return check


_FEEDBACK_OF_TWO = tuple(_step(_step(top << 20, 0), 0) for top in range(1024))
"""What the ten highest bits of the checksum become two symbols later; the checksum is linear."""


def _polymod(prefix: str, values: bytes) -> int:
    expanded = bytes([*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]) + values
    check = 1
    if len(expanded) % 2:
        check, expanded = _step(check, expanded[0]), expanded[1:]
    feedback = _FEEDBACK_OF_TWO
    for high, low in zip(expanded[::2], expanded[1::2], strict=True):
        check = (check & 0xFFFFF) << 10 ^ high << 5 ^ low ^ feedback[check >> 20]
    return check


def _to_symbols(data: bytes) -> bytes:
    return base64.b32encode(data).rstrip(b"=").translate(_FROM_BASE32)


def encode(prefix: str, data: bytes) -> str:
    """`data` as Bech32 text, in lower case, under the human-readable `prefix`."""
    body = _to_symbols(data)
    check = _polymod(prefix, body.translate(_TO_VALUES) + bytes(_CHECKSUM_SYMBOLS)) ^ 1
    checksum = bytes(check >> 5 * (5 - i) & 31 for i in range(_CHECKSUM_SYMBOLS)).translate(_TO_SYMBOLS)
    return f"{prefix}1" + (body + checksum).decode("ascii")


def decode(text: str, prefix: str, size: int) -> bytes:
    """The `size` bytes that lower-case `text` holds under `prefix`. Raises KeyMalformed."""
    if not text.startswith(f"{prefix}1") or not text.isascii():
        raise KeyMalformed(f"not a key that begins with {prefix}1")
    symbols = text[len(prefix) + 1 :].encode("ascii")
    if symbols.translate(None, _ALPHABET) or _polymod(prefix, symbols.translate(_TO_VALUES)) != 1:
        raise KeyMalformed("the key's checksum does not fit: a character is wrong or missing")
    body = symbols[:-_CHECKSUM_SYMBOLS]
    try:
        data = base64.b32decode(body.translate(_TO_BASE32) + b"=" * (-len(body) % _BASE32_BLOCK))
    except binascii.Error as error:
        raise KeyMalformed("not a whole number of bytes") from error
    # The spare bits of the last symbol must be zero, or one key would have several spellings.
    if len(data) != size or _to_symbols(data) != body:
        raise KeyMalformed("a key of another length, or in another spelling")
    return data
