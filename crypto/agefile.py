"""Age v1 files: sealed to hybrid recipients, opened with hybrid or (to read others' files) X25519 identities.

C2SP age.md; SPEC section 5. An age file authenticates nobody: anyone who knows a recipient can make
one. What a file says is believed only after a signature inside it, or a record, was verified.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from nacl.bindings import crypto_aead_chacha20poly1305_ietf_decrypt
from nacl.exceptions import CryptoError as SodiumError

from crypto.errors import HeaderMacWrong, HeaderMalformed, NoIdentityMatches, NotSupported
from crypto.header import (
    NONCE_SIZE,
    VERSION_LINE,
    Header,
    HeaderReader,
    Stanza,
    from_base64,
    to_base64,
    write_stanza,
)
from crypto.keys import Identity, Recipient, hkdf
from crypto.stream import StreamOpener, StreamSealer

HEAD_SIZE = 1_643
"""Bytes of header and nonce of a file with one hybrid stanza; a file's `head` is their hash."""

_HYBRID = "mlkem768x25519"
_CLASSIC = "X25519"
_SCRYPT = "scrypt"
_INFO = b"age-encryption.org/mlkem768x25519"
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_ENC_SIZE = 1_120
_POINT_SIZE = 32
_FILE_KEY_SIZE = 16
_BODY_SIZE = _FILE_KEY_SIZE + 16


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, b"header"), covered, "sha256")


def _wrap_file_key(file_key: bytes, recipient: Recipient) -> Stanza:
    sealed = _SUITE.encrypt(file_key, recipient.hpke_key, info=_INFO)
    return Stanza(_HYBRID, (to_base64(sealed[:_ENC_SIZE]).decode("ascii"),), sealed[_ENC_SIZE:])


class Sealer:
    """Push form of sealing to one or more recipients; the first bytes out are the header."""

    def __init__(self, recipients: Sequence[Recipient]) -> None:
        if not recipients:
            raise ValueError("a file is sealed to at least one recipient")
        file_key = secrets.token_bytes(_FILE_KEY_SIZE)
        nonce = secrets.token_bytes(NONCE_SIZE)
        stanzas = (write_stanza(_wrap_file_key(file_key, recipient)) for recipient in recipients)
        covered = VERSION_LINE + b"".join(stanzas) + b"---"
        mac = to_base64(_mac(file_key, covered))
        self.head = covered + b" " + mac + b"\n" + nonce
        """Header and payload nonce, as they stand at the start of the file."""
        self._pending = self.head
        self._stream = StreamSealer(hkdf(file_key, b"payload", salt=nonce))

    def _take_head(self) -> bytes:
        head, self._pending = self._pending, b""
        return head

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The pieces of the file that `data` completes. Run it to its end before the next call."""
        if self._pending:
            yield self._take_head()
        yield from self._stream.pieces(data)

    def update(self, data: bytes) -> bytes:
        """The same in one piece; may be empty."""
        return b"".join(self.pieces(data))

    def finish(self) -> bytes:
        """The rest of the file."""
        return self._take_head() + self._stream.finish()


def seal(chunks: Iterable[bytes], recipients: Sequence[Recipient]) -> Iterator[bytes]:
    """The age file of the plaintext `chunks`, as an iterator in constant memory."""
    sealer = Sealer(recipients)
    for chunk in chunks:
        yield from sealer.pieces(chunk)
    yield sealer.finish()


def seal_bytes(data: bytes, recipients: Sequence[Recipient]) -> bytes:
    """The age file of `data`, in one piece."""
    sealer = Sealer(recipients)
    return sealer.update(data) + sealer.finish()


def _open_hybrid(stanza: Stanza, identity: Identity) -> bytes | None:
    if len(stanza.arguments) != 1:
        raise HeaderMalformed("a hybrid stanza with another number of arguments")
    enc = from_base64(stanza.arguments[0])
    if len(enc) != _ENC_SIZE or len(stanza.body) != _BODY_SIZE:
        raise HeaderMalformed("a hybrid stanza of another size")
    _exchange(identity, enc[-_POINT_SIZE:])
    try:
        return _SUITE.decrypt(enc + stanza.body, identity.hpke_key, info=_INFO)
    except InvalidTag:
        return None


def _open_classic(stanza: Stanza, identity: Identity) -> bytes | None:
    if len(stanza.arguments) != 1:
        raise HeaderMalformed("an X25519 stanza with another number of arguments")
    share = from_base64(stanza.arguments[0])
    if len(share) != _POINT_SIZE or len(stanza.body) != _BODY_SIZE:
        raise HeaderMalformed("an X25519 stanza of another size")
    shared = _exchange(identity, share)
    salt = share + identity.x25519_key.public_key().public_bytes_raw()
    key = hkdf(shared, b"age-encryption.org/v1/X25519", salt=salt)
    try:
        return crypto_aead_chacha20poly1305_ietf_decrypt(stanza.body, None, bytes(12), key)
    except SodiumError:
        return None


def _exchange(identity: Identity, point: bytes) -> bytes:
    # A point of low order gives an all-zero secret that everybody knows; age forbids it.
    try:
        return identity.x25519_key.exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError as error:
        raise HeaderMalformed("a point of low order") from error


def _file_key(header: Header, identities: Sequence[Identity]) -> bytes:
    types = [stanza.type for stanza in header.stanzas]
    if _SCRYPT in types:
        if len(types) > 1:
            raise HeaderMalformed("a passphrase stanza beside others")
        raise NotSupported("a file sealed under a passphrase")
    for identity in identities:
        for stanza in header.stanzas:
            file_key = None
            if stanza.type == _HYBRID and identity.hybrid:
                file_key = _open_hybrid(stanza, identity)
            elif stanza.type == _CLASSIC and not identity.hybrid:
                file_key = _open_classic(stanza, identity)
            if file_key is not None:
                return file_key
    raise NoIdentityMatches("none of the identities opens this file")


class Opener:
    """Push form of opening: feed the file in pieces of any size, get authentic plaintext.

    With `portal=True` every file but one with exactly one hybrid stanza is refused: that is what the
    portal writes, and a second stanza would be a reader whom no signed record names.
    """

    def __init__(self, identities: Sequence[Identity], *, portal: bool = False) -> None:
        self._identities = identities
        self._portal = portal
        self._reader: HeaderReader | None = HeaderReader()
        self._file_key = b""
        self._held = b""
        self._stream: StreamOpener | None = None

    def _read_header(self, data: bytes) -> bytes | None:
        if self._reader is None:
            return data
        if not self._reader.push(data):
            return None
        header, rest = self._reader.header, self._reader.rest
        self._reader = None
        if self._portal and [stanza.type for stanza in header.stanzas] != [_HYBRID]:
            raise HeaderMalformed("a portal file has exactly one hybrid stanza")
        self._file_key = _file_key(header, self._identities)
        if not hmac.compare_digest(_mac(self._file_key, header.covered), header.mac):
            raise HeaderMacWrong("the header was changed after sealing")
        return rest

    def update(self, data: bytes) -> Iterator[bytes]:
        """The plaintext that `data` completes. Raises the fitting AgeError as soon as it can be known."""
        if self._stream is None:
            rest = self._read_header(data)
            if rest is None:
                return
            self._held += rest
            if len(self._held) < NONCE_SIZE:
                return
            nonce, data = self._held[:NONCE_SIZE], self._held[NONCE_SIZE:]
            self._stream = StreamOpener(hkdf(self._file_key, b"payload", salt=nonce))
        yield from self._stream.update(data)

    def finish(self) -> Iterator[bytes]:
        """The last plaintext. Raises PayloadDamaged, or HeaderMalformed if not even the nonce was there."""
        if self._stream is None:
            raise HeaderMalformed("the file ends before its payload begins")
        yield from self._stream.finish()


def open_(
    chunks: Iterable[bytes], identities: Sequence[Identity], *, portal: bool = False
) -> Iterator[bytes]:
    """The plaintext of an age file, as an iterator in constant memory.

    Raises HeaderMalformed, NotSupported, NoIdentityMatches, HeaderMacWrong before the first chunk, and
    PayloadDamaged at the damage, after the authentic chunks before it have been handed out.
    """
    opener = Opener(identities, portal=portal)
    for chunk in chunks:
        yield from opener.update(chunk)
    yield from opener.finish()


def open_bytes(data: bytes, identities: Sequence[Identity], *, portal: bool = False) -> bytes:
    """The whole plaintext of an age file; raises as open_ does and releases nothing then."""
    return b"".join(open_((data,), identities, portal=portal))


def head_hash(head: bytes) -> bytes:
    """SHA-256 of a file's first 1,643 bytes: header and nonce, which commit to the file key."""
    return hashlib.sha256(head).digest()
