"""Roots and what is derived from them: identities, recipients, parties, signatures, words.

SPEC section 4. A root is 32 secret bytes; its public half is a party. Encryption is X-Wing
(ML-KEM-768 with X25519) through HPKE of `cryptography`; signatures are Ed25519 of libsodium, whose
answer to small-order keys agrees with the browser side's.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey
from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from crypto import bech32
from crypto.errors import KeyMalformed, NotSupported, SignatureWrong
from crypto.words import number_to_words

RECIPIENT_SIZE = 1216
"""Bytes of a raw recipient: ML-KEM-768 encapsulation key (1,184), then X25519 point (32)."""

SECRET_SIZE = 32
SIGNATURE_SIZE = 64
FINGERPRINT_WORDS = 8

_MLKEM_PUBLIC_SIZE = 1184
_MLKEM_SEED_SIZE = 64
_XWING_EXPANDED_SIZE = 96


def hkdf(secret: bytes, info: bytes, *, salt: bytes = b"", size: int = 32) -> bytes:
    """`size` bytes of HKDF-SHA256 (RFC 5869); at most 64 are asked for here."""
    pseudorandom_key = hmac.digest(salt or bytes(32), secret, "sha256")
    block = output = b""
    for counter in range(1, -(-size // 32) + 1):
        block = hmac.digest(pseudorandom_key, block + info + bytes([counter]), "sha256")
        output += block
    return output[:size]


def derive(secret: bytes, label: str) -> bytes:
    """The 32-byte key for `label`: HKDF without salt, info ``fortrolig/v1/`` + label (SPEC 4)."""
    return hkdf(secret, b"fortrolig/v1/" + label.encode("ascii"))


@dataclass(frozen=True)
class Recipient:
    """A public key to seal to, 1,216 raw bytes; as text ``age1pq1…``."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != RECIPIENT_SIZE:
            raise KeyMalformed(f"a recipient of {len(self.raw)} bytes instead of {RECIPIENT_SIZE}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The recipient that `text` spells.

        Raises NotSupported for age's other recipient types and KeyMalformed for everything else that
        is not a lower-case ``age1pq1…`` with a fitting checksum.
        """
        if text.startswith("age1") and not text.startswith("age1pq1"):
            raise NotSupported("only recipients that begin with age1pq1 are sealed to")
        recipient = cls(bech32.decode(text, "age1pq", RECIPIENT_SIZE))
        recipient.__dict__["_text"] = text
        return recipient

    @cached_property
    def _text(self) -> str:
        return bech32.encode("age1pq", self.raw)

    def __str__(self) -> str:
        return self._text

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the raw recipient."""
        return hashlib.sha256(self.raw).digest()

    @cached_property
    def hpke_key(self) -> MLKEM768X25519PublicKey:
        """The key as `cryptography`'s HPKE takes it. Raises KeyMalformed."""
        try:
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM_PUBLIC_SIZE]),
                X25519PublicKey.from_public_bytes(self.raw[_MLKEM_PUBLIC_SIZE:]),
            )
        except ValueError as error:
            raise KeyMalformed("the ML-KEM half is not a valid encapsulation key") from error


@dataclass(frozen=True)
class Identity:
    """A private key to open with: ``AGE-SECRET-KEY-PQ-1…``, or, to open only, ``AGE-SECRET-KEY-1…``.

    `secret` is 32 bytes. The text of this object is the secret itself; its repr shows nothing.
    """

    secret: bytes = field(repr=False)
    hybrid: bool = True

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE:
            raise KeyMalformed("an identity holds 32 bytes")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The identity that upper-case `text` spells. Raises KeyMalformed."""
        if text != text.upper():
            raise KeyMalformed("an identity is written in upper case")
        hybrid = text.startswith("AGE-SECRET-KEY-PQ-1")
        prefix = "age-secret-key-pq-" if hybrid else "age-secret-key-"
        return cls(bech32.decode(text.lower(), prefix, SECRET_SIZE), hybrid)

    def __str__(self) -> str:
        prefix = "age-secret-key-pq-" if self.hybrid else "age-secret-key-"
        return bech32.encode(prefix, self.secret).upper()

    @cached_property
    def hpke_key(self) -> MLKEM768X25519PrivateKey:
        """The key as `cryptography`'s HPKE takes it: X-Wing key generation from the 32-byte seed."""
        return MLKEM768X25519PrivateKey(self._mlkem_key, self.x25519_key)

    @cached_property
    def _xwing_expanded(self) -> bytes:
        # draft-connolly-cfrg-xwing-kem, expandDecapsulationKey
        return hashlib.shake_256(self.secret).digest(_XWING_EXPANDED_SIZE)

    @cached_property
    def _mlkem_key(self) -> MLKEM768PrivateKey:
        return MLKEM768PrivateKey.from_seed_bytes(self._xwing_expanded[:_MLKEM_SEED_SIZE])

    @cached_property
    def x25519_key(self) -> X25519PrivateKey:
        """The X25519 half, or, of an ``AGE-SECRET-KEY-1…``, the whole."""
        scalar = self._xwing_expanded[_MLKEM_SEED_SIZE:] if self.hybrid else self.secret
        return X25519PrivateKey.from_private_bytes(scalar)

    @cached_property
    def recipient(self) -> Recipient:
        """The recipient of this identity. Raises NotSupported for an ``AGE-SECRET-KEY-1…``."""
        if not self.hybrid:
            raise NotSupported("nothing is sealed to an X25519 recipient")
        mlkem = self._mlkem_key.public_key().public_bytes_raw()
        return Recipient(mlkem + self.x25519_key.public_key().public_bytes_raw())


@dataclass(frozen=True)
class Party:
    """The public half of a root: whom to seal to, and who signs (`verify_key`, 32 bytes)."""

    recipient: Recipient
    verify_key: bytes

    def __post_init__(self) -> None:
        if len(self.verify_key) != SECRET_SIZE:
            raise KeyMalformed("a verify key is 32 bytes")

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 over both keys (SPEC 4); 32 bytes."""
        return hashlib.sha256(b"fortrolig/v1/party\0" + self.recipient.raw + self.verify_key).digest()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The 8 words that people compare: the first 103 bits of the hash."""
        return number_to_words(int.from_bytes(self.hash[:13], "big") >> 1, FINGERPRINT_WORDS)


@dataclass(frozen=True)
class Root:
    """32 secret bytes from which one holder's keys are derived, each on first use. Its repr shows nothing."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE:
            raise KeyMalformed("a root is 32 bytes")

    @classmethod
    def generate(cls) -> Self:
        """A new root from the operating system's random source."""
        return cls(secrets.token_bytes(SECRET_SIZE))

    @cached_property
    def identity(self) -> Identity:
        """What opens files sealed to this root (label ``kem``)."""
        return Identity(derive(self.secret, "kem"))

    @cached_property
    def party(self) -> Party:
        """The public half."""
        return Party(self.identity.recipient, self.verify_key)

    @cached_property
    def _sign_pair(self) -> tuple[bytes, bytes]:
        public, private = crypto_sign_seed_keypair(derive(self.secret, "sign"))
        return public, private

    @property
    def verify_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes (label ``sign``)."""
        return self._sign_pair[0]

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature over `data`, 64 bytes. Callers put a context before what they sign."""
        return crypto_sign(data, self._sign_pair[1])[:SIGNATURE_SIZE]

    @cached_property
    def auth_key(self) -> bytes:
        """What shows the server that one holds this root, 32 bytes (label ``auth``)."""
        return derive(self.secret, "auth")

    @cached_property
    def wrap_key(self) -> bytes:
        """The key for roots and small things kept under this root, 32 bytes (label ``wrap``)."""
        return derive(self.secret, "wrap")

    @cached_property
    def card_key(self) -> bytes:
        """The key for list cards under a desk root, 32 bytes (label ``card``)."""
        return derive(self.secret, "card")


def verify(verify_key: bytes, signature: bytes, data: bytes) -> None:
    """Nothing, if `signature` over `data` is by `verify_key`; raises SignatureWrong otherwise.

    Fails closed: keys and signatures of a wrong length, not of prime order, or not in their one
    canonical spelling are wrong, too.
    """
    if len(verify_key) != SECRET_SIZE or len(signature) != SIGNATURE_SIZE:
        raise SignatureWrong("a key or signature of a wrong length")
    # Verifiers differ on keys with a part of small order: whoever makes such a key on purpose could sign
    # what one side believes and the other refuses. Honest keys are of prime order, others are refused.
    if not crypto_core_ed25519_is_valid_point(verify_key):
        raise SignatureWrong("a key that is not of prime order")
    try:
        crypto_sign_open(signature + data, verify_key)
    except BadSignatureError as error:
        raise SignatureWrong("the signature does not verify") from error
