"""Attachments: one age file each, padded, described only by the signed message that carries them.

SPEC section 11. They are sealed while they arrive and opened while they leave, in constant memory.
"""

import hashlib
from collections.abc import Iterable, Iterator

from crypto.agefile import HEAD_SIZE, Opener, Sealer, head_hash
from crypto.body import FileItem
from crypto.errors import AgeError, AttachmentDamaged
from crypto.keys import Identity, Recipient
from crypto.padding import attachment_size
from crypto.stream import CHUNK

_ZEROS = bytes(CHUNK)


class AttachmentSealer:
    """Push form of sealing one file to the talk or desk `recipient` of its case.

    `head` (32 bytes) is known at once; `size`, `sha256` (32 bytes) and `sealed_size` after `finish`.
    """

    def __init__(self, recipient: Recipient) -> None:
        self._sealer = Sealer([recipient])
        self._hash = hashlib.sha256()
        self.head = head_hash(self._sealer.head)
        self.size = 0
        self.sealed_size = 0

    @property
    def sha256(self) -> bytes:
        """SHA-256 of the content fed so far, without padding."""
        return self._hash.digest()

    def _count(self, sealed: bytes) -> bytes:
        self.sealed_size += len(sealed)
        return sealed

    def update(self, data: bytes) -> bytes:
        """The bytes of the age file that `data` completes; may be empty."""
        self._hash.update(data)
        self.size += len(data)
        return self._count(self._sealer.update(data))

    def finish(self) -> Iterator[bytes]:
        """The rest of the age file, padding included: up to 3.2 % of the file, so in pieces of 64 KiB."""
        padding = attachment_size(self.size) - self.size
        while padding:
            sealed = self._sealer.update(_ZEROS[:padding])
            padding -= min(padding, CHUNK)
            if sealed:
                yield self._count(sealed)
        yield self._count(self._sealer.finish())


def _after_head(chunks: Iterable[bytes], head: str) -> Iterator[bytes]:
    """The chunks, the first of them only after header and nonce were compared with `head`."""
    held = b""
    rest = iter(chunks)
    for chunk in rest:
        held += chunk
        if len(held) >= HEAD_SIZE:
            break
    # A server that puts another file, truly sealed, in this one's place is noticed here.
    if head_hash(held[:HEAD_SIZE]).hex() != head:
        raise AttachmentDamaged("another file than the one the message names")
    yield held
    yield from rest


def _opened(chunks: Iterable[bytes], identity: Identity, head: str) -> Iterator[bytes]:
    opener = Opener([identity], portal=True)
    try:
        for chunk in _after_head(chunks, head):
            yield from opener.update(chunk)
        yield from opener.finish()
    except AgeError as error:
        raise AttachmentDamaged("a file that was changed or cut short") from error


def open_attachment(chunks: Iterable[bytes], identity: Identity, item: FileItem) -> Iterator[bytes]:
    """The content of the attachment that `item` of a verified message describes, without its padding.

    Raises AttachmentDamaged: for another file before anything is released, for a changed or cut one at
    the damage, and for another length, hash or padding at the end, when the content has been handed out:
    whoever stores it throws it away then.
    """
    digest = hashlib.sha256()
    at = 0
    for plain in _opened(chunks, identity, item.head):
        content = plain[: max(0, item.size - at)]
        at += len(plain)
        if content:
            digest.update(content)
            yield content
        if plain[len(content) :].strip(b"\0"):
            raise AttachmentDamaged("bytes after the content that are no padding")
    if at != attachment_size(item.size) or digest.hexdigest() != item.sha256:
        raise AttachmentDamaged("another length or hash than the message names")
