"""The payload of an age file: chunks of 64 KiB, each sealed under a counter and a last-flag.

C2SP age.md, "Payload"; STREAM of Hoang, Reyhanitabar, Rogaway and Vizar, "Online Authenticated-
Encryption and its Nonce-Reuse Misuse-Resistance" (2015). The counter in every nonce stops chunks from
being moved or left out, the last-flag stops a file from being cut short or continued unseen.
"""

from collections.abc import Iterable, Iterator

from nacl.bindings import (
    crypto_aead_chacha20poly1305_ietf_decrypt,
    crypto_aead_chacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError as SodiumError

from crypto.errors import PayloadDamaged

CHUNK = 65_536
"""Plaintext bytes of every chunk but the last."""

TAG = 16
SEALED_CHUNK = CHUNK + TAG


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class _Chunker:
    """Cuts a stream into full chunks, always keeping back the bytes that may be the last one.

    Pieces are held as they came and copied once, when their chunk is full; a piece that is a whole
    chunk is not copied at all.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._pieces: list[bytes | memoryview] = []
        self._held = 0

    def push(self, data: bytes) -> Iterator[bytes]:
        if self._held + len(data) <= self._size:
            self._hold(data)
            return
        view = memoryview(data)
        at = self._size - self._held
        self._hold(view[:at])
        yield self.take()
        while len(data) - at > self._size:
            yield bytes(view[at : at + self._size])
            at += self._size
        self._hold(view[at:] if at else data)

    def _hold(self, piece: bytes | memoryview) -> None:
        if piece:
            self._pieces.append(piece)
            self._held += len(piece)

    def take(self) -> bytes:
        pieces, self._pieces, self._held = self._pieces, [], 0
        return b"".join(pieces)


class StreamSealer:
    """Push form of sealing: feed plaintext of any size, get sealed chunks as they fill up.

    `key` is 32 bytes and used for one stream only. At most one chunk is held back.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._number = 0
        self._chunker = _Chunker(CHUNK)

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        nonce = _nonce(self._number, last=last)
        self._number += 1
        return crypto_aead_chacha20poly1305_ietf_encrypt(chunk, None, nonce, self._key)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The sealed chunks that `data` completes, one by one. Run it to its end before the next call.

        A full chunk is held back until more follows, since it might be the last.
        """
        for chunk in self._chunker.push(data):
            yield self._seal(chunk, last=False)

    def update(self, data: bytes) -> bytes:
        """The same in one piece, often empty."""
        return b"".join(self.pieces(data))

    def finish(self) -> bytes:
        """The last chunk; of an empty stream, an empty one."""
        return self._seal(self._chunker.take(), last=True)


class StreamOpener:
    """Push form of opening: feed sealed bytes of any size, get plaintext that is authentic.

    `key` is 32 bytes. At most one chunk is held back; nothing is released before its tag is checked.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._number = 0
        self._chunker = _Chunker(SEALED_CHUNK)

    def _open(self, chunk: bytes, *, last: bool) -> bytes | None:
        if len(chunk) < TAG:
            return None
        try:
            return crypto_aead_chacha20poly1305_ietf_decrypt(
                chunk, None, _nonce(self._number, last=last), self._key
            )
        except SodiumError:
            return None

    def update(self, data: bytes) -> Iterator[bytes]:
        """The plaintext chunks that `data` completes, one by one.

        Raises PayloadDamaged at the first chunk that is not authentic; the chunks before it have been
        handed out by then. Run the iterator to its end before the next call.
        """
        for chunk in self._chunker.push(data):
            plain = self._open(chunk, last=False)
            if plain is None:
                # Sealed as the last chunk, yet more follows: what is authentic is released, as age does.
                plain = self._open(chunk, last=True)
                if plain is not None:
                    yield plain
                raise PayloadDamaged(f"chunk {self._number} was changed, moved, or followed by other bytes")
            self._number += 1
            yield plain

    def finish(self) -> Iterator[bytes]:
        """The plaintext of the last chunk, if there is any.

        Raises PayloadDamaged if the stream was cut short, or ends with an empty chunk after others,
        which no sealer writes.
        """
        chunk = self._chunker.take()
        plain = self._open(chunk, last=True)
        if plain is None:
            # Cut exactly between two chunks: the whole chunk before the cut is authentic and released.
            whole = self._open(chunk, last=False) if len(chunk) == SEALED_CHUNK else None
            if whole:
                yield whole
            raise PayloadDamaged(f"chunk {self._number} was changed, moved or cut short")
        if plain:
            yield plain
        elif self._number:
            raise PayloadDamaged("an empty last chunk after others")


def seal_stream(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed stream of `chunks`, as an iterator; memory stays at about two chunks."""
    sealer = StreamSealer(key)
    for chunk in chunks:
        yield from sealer.pieces(chunk)
    yield sealer.finish()


def open_stream(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The plaintext of a sealed stream, as an iterator. Raises PayloadDamaged as StreamOpener does."""
    opener = StreamOpener(key)
    for chunk in chunks:
        yield from opener.update(chunk)
    yield from opener.finish()
