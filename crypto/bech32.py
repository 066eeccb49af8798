"""Bech32 as age uses it: no length limit, upper case for identities, lower case for recipients.

BIP 173. The checksum finds slips of the pen; it authenticates nothing.
"""

import base64
import binascii

from crypto.errors import KeyMalformed

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_RFC4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_FROM_BASE32 = str.maketrans(_RFC4648, _ALPHABET)
_TO_BASE32 = str.maketrans(_ALPHABET, _RFC4648)
_VALUE = {symbol: value for value, symbol in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_SYMBOLS = 6
_BASE32_BLOCK = 8


def _feedback(top: int) -> int:
    total = 0
    for bit, generator in enumerate(_GENERATOR):
        if top >> bit & 1:
            total ^= generator
    return total


_FEEDBACK = tuple(_feedback(top) for top in range(32))


def _polymod(prefix: str, values: list[int]) -> int:
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = 1
    for value in expanded + values:
        check = ((check & 0x1FFFFFF) << 5) ^ value ^ _FEEDBACK[check >> 25]
    return check


def _to_symbols(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=").translate(_FROM_BASE32)


def encode(prefix: str, data: bytes) -> str:
    """`data` as Bech32 text, in lower case, under the human-readable `prefix`."""
    body = _to_symbols(data)
    check = _polymod(prefix, [_VALUE[c] for c in body] + [0] * _CHECKSUM_SYMBOLS) ^ 1
    return f"{prefix}1{body}" + "".join(_ALPHABET[check >> 5 * (5 - i) & 31] for i in range(6))


def decode(text: str, prefix: str, size: int) -> bytes:
    """The `size` bytes that lower-case `text` holds under `prefix`. Raises KeyMalformed."""
    symbols = text.removeprefix(f"{prefix}1")
    if len(symbols) == len(text) or any(c not in _VALUE for c in symbols):
        raise KeyMalformed(f"not a key that begins with {prefix}1")
    if _polymod(prefix, [_VALUE[c] for c in symbols]) != 1:
        raise KeyMalformed("the key's checksum does not fit: a character is wrong or missing")
    body = symbols[:-_CHECKSUM_SYMBOLS]
    try:
        data = base64.b32decode(body.translate(_TO_BASE32) + "=" * (-len(body) % _BASE32_BLOCK))
    except binascii.Error as error:
        raise KeyMalformed("not a whole number of bytes") from error
    # The spare bits of the last symbol must be zero, or one key would have several spellings.
    if len(data) != size or _to_symbols(data) != body:
        raise KeyMalformed("a key of another length, or in another spelling")
    return data
