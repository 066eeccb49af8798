"""The receipt: case key and passphrase, what they are derived from, and what is derived from them.

SPEC section 9. The case key only finds the case; assume a database thief knows it. The passphrase
opens it, and with the receipt lost there is, by design, no recovery.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Self

from nacl.pwhash import argon2id

from crypto.errors import (
    CaseKeyMalformed,
    PassphraseMalformed,
    PassphraseWordUnknown,
    TokenExpired,
    TokenMalformed,
)
from crypto.keys import SECRET_SIZE, Root, hkdf
from crypto.words import BASE, WORDS, fold, split_folded

CASE_KEY_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

CASE_KEY_SYMBOLS = 12
PASSPHRASE_WORDS = 6

CASE_KEY_TYPED = 64
PASSPHRASE_TYPED = 256
"""Characters (code points) that are looked at. NFKC takes time by the square of a run of combining marks, and a
hundred thousand of them, in one field of a stranger's form, would hold a whole process for minutes."""

ARGON2_MEMORY_KIB = 19_456
ARGON2_PASSES = 2

TOKEN_SIZE = 72
TOKEN_MAX_AGE_SECONDS = 86_400
"""How long a form token is good for, unless the caller says otherwise: a day to write a report."""

RECEIPT_SHOWN_AGAIN_SECONDS = 1_800
"""How long after its issue a token that was used already shows the same receipt again."""

_TIME_SIZE = 8
_IKM_SIZE = 32
_SYMBOL_BITS = 5
_WORD_MASK = 0x1FFF
_AS_CROCKFORD = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Receipt:
    """What a reporter keeps: `case_key` (12 symbols) and `words` (6 of the list). Its repr shows nothing."""

    case_key: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)

    @property
    def shown_key(self) -> str:
        """The case key as people see it, ``K7QF-9M3T-X2VB``."""
        return "-".join(self.case_key[at : at + 4] for at in range(0, CASE_KEY_SYMBOLS, 4))

    @property
    def passphrase(self) -> str:
        """The words, one space between them."""
        return " ".join(self.words)

    @classmethod
    def generate(cls) -> Self:
        """A new receipt from the operating system's random source: 60 and 77.5 bits."""
        words = tuple(secrets.choice(WORDS) for _ in range(PASSPHRASE_WORDS))
        return cls(_case_key(secrets.token_bytes(_TIME_SIZE)), words)

    @classmethod
    def derive(cls, ikm: bytes, server_key: bytes) -> Self:
        """The receipt of a form token's 32 random bytes: the same each time the form is sent.

        HKDF with `server_key` as salt, so that whoever sees a form learns no receipt from it.
        """
        output = hkdf(ikm, b"fortrolig/v1/receipt", salt=server_key, size=64)
        pairs = (int.from_bytes(output[at : at + 2], "big") & _WORD_MASK for at in range(8, 64, 2))
        # Numbers beyond the list are skipped: a remainder would make some words likelier.
        numbers = [number for number in pairs if number < BASE][:PASSPHRASE_WORDS]
        if len(numbers) < PASSPHRASE_WORDS:
            raise TokenMalformed("a token in 10^23 gives too few words: a new form is needed")
        return cls(_case_key(output[:8]), tuple(WORDS[number] for number in numbers))


def _case_key(random: bytes) -> str:
    number = int.from_bytes(random, "big") >> (8 * len(random) - _SYMBOL_BITS * CASE_KEY_SYMBOLS)
    shifts = range(_SYMBOL_BITS * (CASE_KEY_SYMBOLS - 1), -1, -_SYMBOL_BITS)
    return "".join(CASE_KEY_ALPHABET[number >> shift & 31] for shift in shifts)


def fold_case_key(text: str) -> str:
    """The 12 symbols that typed `text` means: case, spaces and hyphens do not matter, O is 0, I and L are 1.

    Raises CaseKeyMalformed, for more than 64 characters before any folding.
    """
    if len(text) > CASE_KEY_TYPED:
        raise CaseKeyMalformed(f"more than {CASE_KEY_TYPED} characters")
    plain = unicodedata.normalize("NFKC", text).upper()
    symbols = "".join(c for c in plain if not (c.isspace() or unicodedata.category(c) == "Pd"))
    symbols = symbols.translate(_AS_CROCKFORD)
    if len(symbols) != CASE_KEY_SYMBOLS or any(c not in CASE_KEY_ALPHABET for c in symbols):
        raise CaseKeyMalformed("a case key has 12 letters and digits, without U")
    return symbols


def fold_passphrase(text: str) -> str:
    """The letters a to z that the key derivation takes, if `text` is six words of the list.

    Spaces, hyphens, digits, case and accents' spelling do not matter; words may run together. Raises
    PassphraseWordUnknown with the first piece of `text` that no word of the list fits, and
    PassphraseMalformed for another number of words, or for more than 256 characters before any folding.
    """
    if len(text) > PASSPHRASE_TYPED:
        raise PassphraseMalformed(f"more than {PASSPHRASE_TYPED} characters")
    pieces = [(piece, fold(piece)) for piece in text.split()]
    folded = "".join(letters for _, letters in pieces)
    words, taken = split_folded(folded)
    if taken < len(folded):
        end = 0
        for piece, letters in pieces:
            end += len(letters)
            if end > taken:
                raise PassphraseWordUnknown(piece)
    if len(words) != PASSPHRASE_WORDS:
        raise PassphraseMalformed(f"{len(words)} words instead of {PASSPHRASE_WORDS}")
    return folded


def locator(case_key: str) -> bytes:
    """The 32 bytes by which a case is found; the server stores only their HMAC. `case_key` is folded."""
    return hashlib.sha256(b"fortrolig/v1/locator\0" + case_key.encode("ascii")).digest()


def mailbox_root(case_key: str, passphrase: str) -> Root:
    """The mailbox root of a folded case key and a folded passphrase: Argon2id with one lane, about 25 ms and 19 MiB.

    libsodium's runs a third faster than the reference code's (docs/decisions/0008), and gives the memory back at once.
    The caller bounds how many run at once. A wrong passphrase gives another root, never an error.
    """
    salt = hashlib.sha256(b"fortrolig/v1/salt\0" + case_key.encode("ascii")).digest()[: argon2id.SALTBYTES]
    secret = argon2id.kdf(
        SECRET_SIZE,
        passphrase.encode("ascii"),
        salt,
        opslimit=ARGON2_PASSES,
        memlimit=ARGON2_MEMORY_KIB * 1024,
    )
    return Root(secret)


@dataclass(frozen=True)
class Token:
    """What a form token holds: when it was issued (whole seconds) and the 32 bytes a receipt comes from."""

    issued_at: int
    ikm: bytes = field(repr=False)


def _token_mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"fortrolig/v1/token\0" + body, "sha256")


def new_token(now: int, key: bytes) -> bytes:
    """A form token of 72 bytes: uint64 time, 32 random bytes, HMAC-SHA-256. Nothing of it is stored.

    `now` is seconds since 1970, `key` a secret of the server.
    """
    body = now.to_bytes(_TIME_SIZE, "big") + secrets.token_bytes(_IKM_SIZE)
    return body + _token_mac(body, key)


def read_token(token: bytes, key: bytes, now: int, *, max_age_seconds: int = TOKEN_MAX_AGE_SECONDS) -> Token:
    """The content of a form token that this server issued not longer ago than `max_age_seconds`.

    Fails closed: raises TokenMalformed (also for one from the future) or TokenExpired.
    """
    body = token[:-32]
    if len(token) != TOKEN_SIZE or not hmac.compare_digest(_token_mac(body, key), token[-32:]):
        raise TokenMalformed("a form token that this server did not issue")
    issued_at = int.from_bytes(body[:_TIME_SIZE], "big")
    if issued_at > now:
        raise TokenMalformed("a form token from the future")
    if now - issued_at > max_age_seconds:
        raise TokenExpired("the form has been open for too long")
    return Token(issued_at, body[_TIME_SIZE:])
