"""Files sealed while they arrive, and opened while they leave: no plaintext byte on any disk (SPEC 5, F)."""

import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath, PureWindowsPath
from types import TracebackType
from typing import Self

from crypto.attachment import AttachmentSealer, open_attachment
from crypto.body import FileItem
from crypto.errors import AttachmentDamaged
from crypto.keys import Recipient, Root
from portal.services.errors import Busy, Damaged
from portal.services.parts import Parts
from portal.store import cases
from portal.store.blobs import BlobWriter
from portal.store.errors import StoreError

MAX_NAME_CHARACTERS = 120
READ_NAME_CHARACTERS = 255
"""No file system has longer ones. NFC takes time by the square of a run of combining marks: the rest is cut first."""
SLOT_WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class SealedFile:
    """A stored blob and what the signed message will say of it. Sizes in bytes."""

    item: FileItem
    sealed_size: int

    @property
    def blob_id(self) -> bytes:
        """The 16 bytes that name the blob."""
        return bytes.fromhex(self.item.id)


class SealingSink:
    """Takes the files of one form and seals each to `recipient`, straight into the blob store.

    Use as a context manager: unless `keep()` was called, leaving it erases every blob it made that no message
    lists. `admit` is called once, before the first byte of the first file, with the fields typed before it;
    what it raises refuses the form. Raises Busy when no upload slot comes free, StorageFull when the disk is
    full.
    """

    def __init__(self, parts: Parts, recipient: Recipient, admit: Callable[[dict[str, str]], object]) -> None:
        self._parts = parts
        self._recipient = recipient
        self._admit = admit
        self._slot = False
        self._kept = False
        self._writer: BlobWriter | None = None
        self._sealer: AttachmentSealer | None = None
        self._name = self._kind = ""
        self.files: list[SealedFile] = []

    def begin(self, fields: dict[str, str], name: str, kind: str) -> None:
        """A file starts."""
        if not self._slot:
            self._admit(fields)
            self._slot = self._parts.upload_slots.acquire(timeout=SLOT_WAIT_SECONDS)
            if not self._slot:
                raise Busy
        self._name, self._kind = neutral_name(name), neutral_type(kind)
        self._writer = self._parts.blobs.begin()
        self._sealer = AttachmentSealer(self._recipient)

    def write(self, data: bytes) -> None:
        """The next plaintext bytes: sealed in memory, only ciphertext is written."""
        writer, sealer = self._open_file()
        sealed = sealer.update(data)
        if sealed:
            writer.write(sealed)

    def finish(self) -> None:
        """The file is whole: its blob is made durable."""
        writer, sealer = self._open_file()
        for sealed in sealer.finish():
            writer.write(sealed)
        blob_id = secrets.token_bytes(16)
        writer.commit(blob_id)
        self._writer = self._sealer = None
        item = FileItem(
            id=blob_id.hex(),
            name=self._name,
            type=self._kind,
            size=sealer.size,
            sha256=sealer.sha256.hex(),
            head=sealer.head.hex(),
        )
        self.files.append(SealedFile(item=item, sealed_size=sealer.sealed_size))

    def keep(self) -> None:
        """The report or answer that these files belong to is stored."""
        self._kept = True

    def _open_file(self) -> tuple[BlobWriter, AttachmentSealer]:
        if self._writer is None or self._sealer is None:
            raise RuntimeError("a file's bytes came before its beginning")
        return self._writer, self._sealer

    def _erase_unlisted(self) -> None:
        """Something went wrong, perhaps after the message was stored: then its files are its own.

        Where that can't be told they stay, and the sweep takes those that no message lists.
        """
        made = {sealed.blob_id for sealed in self.files}
        with suppress(StoreError):
            with self._parts.database.read() as session:
                listed = cases.listed(session, made)
            for blob_id in made - listed:
                self._parts.blobs.erase(blob_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._writer is not None:
                self._writer.abort()
            if self.files and not self._kept:
                self._erase_unlisted()
        finally:
            if self._slot:
                self._parts.upload_slots.release()
                self._slot = False


def open_file(parts: Parts, root: Root, item: FileItem) -> Iterator[bytes]:
    """The bytes of the attachment `item`, sealed to `root`, as they are opened.

    Raises Damaged before anything is released when the blob is not the one that the signed message names. A
    blob that is damaged further on ends in AttachmentDamaged: the connection breaks, and the browser calls
    the download incomplete, since its length was announced.
    """
    content = open_attachment(parts.blobs.open(bytes.fromhex(item.id)), root.identity, item)
    try:
        first = next(content, b"")
    except AttachmentDamaged as error:
        raise Damaged from error
    return chain((first,), content)


def neutral_name(name: str) -> str:
    """A file name that is only a name: no folders, no control or direction characters, 120 characters of the first 255.

    Stops path traversal, header injection, and "exe" shown as "txt" by a right-to-left override.
    """
    base = PurePosixPath(PureWindowsPath(name).name).name[:READ_NAME_CHARACTERS]
    kept = "".join(sign for sign in unicodedata.normalize("NFC", base) if _printable(sign)).strip(" .")
    if len(kept) > MAX_NAME_CHARACTERS:
        stem, dot, ending = kept.rpartition(".")
        ending = ending[:16] if dot else ""
        kept = (stem or kept)[: MAX_NAME_CHARACTERS - 17].rstrip(" .") + (f".{ending}" if ending else "")
    return kept or "file"


def neutral_type(kind: str) -> str:
    """The media type without parameters, or `application/octet-stream` when it is not one."""
    plain = kind.split(";", maxsplit=1)[0].strip().lower()
    main, slash, rest = plain.partition("/")
    legal = set("abcdefghijklmnopqrstuvwxyz0123456789.+-")
    whole = main and slash and rest and len(plain) <= MAX_NAME_CHARACTERS and set(main + rest) <= legal
    return plain if whole else "application/octet-stream"


def _printable(sign: str) -> bool:
    return unicodedata.category(sign)[0] != "C" and sign not in '<>:"/\\|?*\u2028\u2029'
