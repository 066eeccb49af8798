"""Sealed files in a folder: whole or not there, and nothing in their times but the day.

`blobs/incoming/` holds what is still being written, `blobs/ab/ab…` what is complete; both lie on one
file system, so that the rename between them is one step for every reader and every crash.
"""

import contextlib
import errno
import fcntl
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Self

from portal.store.errors import BlobMissing, StorageFull, StoreError
from portal.store.folders import make_private

CHUNK_BYTES = 64 * 1024
DAY_SECONDS = 24 * 60 * 60
BLOB_NAME = re.compile(r"[0-9a-f]{32}")
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FLUSH_BYTES = 8 * 1024 * 1024
"""How much may wait for the disk: a fsync at the end of 2 GiB would hold the answer for long."""


class Blobs:
    """The sealed files below `root`; `min_free_bytes` of the disk are never touched.

    Blob ids are 16 bytes. Folders are made with mode 0700, files with 0600.
    """

    def __init__(self, root: Path, min_free_bytes: int) -> None:
        self.root = root
        self.min_free_bytes = min_free_bytes
        self.incoming = root / "incoming"
        make_private(self.incoming)

    def begin(self) -> "BlobWriter":
        """A writer of one new blob. Raises StorageFull where there is no room to begin."""
        return BlobWriter(self)

    def open(self, blob_id: bytes) -> "BlobReader":
        """The blob's bytes, 64 KiB at a time. Raises BlobMissing now, not at the first chunk."""
        try:
            return BlobReader(_open_quietly(self.path(blob_id)))
        except FileNotFoundError:
            raise BlobMissing(blob_id.hex()) from None

    def size(self, blob_id: bytes) -> int:
        """Its size in bytes. Raises BlobMissing."""
        try:
            return self.path(blob_id).stat().st_size
        except FileNotFoundError:
            raise BlobMissing(blob_id.hex()) from None

    def erase(self, blob_id: bytes) -> None:
        """The blob is gone for good; one that was already gone is no error."""
        path = self.path(blob_id)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            settle(path.parent)

    def adopt(self, path: Path, blob_id: bytes) -> None:
        """The complete file at `path`, on the same file system, is this blob from now on: it was restored."""
        place = self.path(blob_id)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        file = os.open(path, os.O_RDONLY)
        try:
            set_to_midnight(file)
            os.fsync(file)
        finally:
            os.close(file)
        path.replace(place)
        settle(place.parent)

    def sweep(self, known_ids: Collection[bytes], *, min_age_seconds: int = DAY_SECONDS) -> int:
        """How many leftovers were removed: unfinished writes, and blobs that no row knows.

        A write still going on holds a lock and is left alone. A complete blob may be ahead of its row,
        so only those unknown for `min_age_seconds` go (by the inode's change time: their own is set to
        midnight). Give 0 only while nothing else runs.
        """
        removed = sum(_removed_if_abandoned(path) for path in self.incoming.iterdir())
        changed_before = time.time() - min_age_seconds
        for path in self.root.glob("??/*"):
            if not BLOB_NAME.fullmatch(path.name) or bytes.fromhex(path.name) in known_ids:
                continue
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_ctime <= changed_before:
                    path.unlink()
                    removed += 1
        return removed

    def path(self, blob_id: bytes) -> Path:
        """Where the blob with this id lies, or would lie."""
        if len(blob_id) != 16:  # noqa: PLR2004 - an id (PROTOCOL, appendices)
            raise ValueError("a blob id has 16 bytes")
        name = blob_id.hex()
        return self.root / name[:2] / name

    def check_room(self, coming: int) -> None:
        """Nothing, if `coming` more bytes leave enough free. Raises StorageFull. Fails closed."""
        disk = os.statvfs(self.incoming)
        if disk.f_bavail * disk.f_frsize - coming < self.min_free_bytes:
            raise StorageFull("the disk would be too full")


class BlobWriter:
    """Writes one blob; until `commit` nobody sees it, and a crash leaves only what `sweep` removes."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self.size = 0
        self._unflushed = 0
        blobs.check_room(0)
        self._temporary = blobs.incoming / f"{secrets.token_hex(16)}.part"
        with _no_room_told():
            self._file = os.open(self._temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        # The lock lives as long as the process: it tells `sweep` a slow write from a dead one.
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, data: bytes) -> None:
        """`data` added at the end. Raises StorageFull, and the writer is then aborted."""
        try:
            self._blobs.check_room(len(data))
            rest = memoryview(data)
            with _no_room_told():
                while rest:
                    rest = rest[os.write(self._file, rest) :]
        except StorageFull:
            self.abort()
            raise
        self.size += len(data)
        self._unflushed += len(data)
        if self._unflushed >= FLUSH_BYTES:
            # Starts the writing without waiting for it, and what is written leaves the memory.
            os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)
            self._unflushed = 0

    def commit(self, blob_id: bytes) -> None:
        """The blob is there, whole, also after a power cut; its time is the midnight before now (UTC).

        Raises StorageFull (aborted), StoreError where the id is taken (aborted).
        """
        path = self._blobs.path(blob_id)
        try:
            with _no_room_told():
                path.parent.mkdir(mode=0o700, exist_ok=True)
                set_to_midnight(self._file)
                os.fsync(self._file)
                # link, not rename: a rename would silently put this blob in the place of another.
                os.link(self._temporary, path)
        except FileExistsError:
            self.abort()
            raise StoreError("a blob with this id is already there") from None
        except StorageFull:
            self.abort()
            raise
        settle(path.parent)
        self._temporary.unlink()
        self._close()
        settle(self._blobs.incoming)
        settle(self._blobs.root)

    def abort(self) -> None:
        """Nothing of it is left. May be called twice, and after `commit` does nothing."""
        if self._file >= 0:
            self._close()
            with contextlib.suppress(FileNotFoundError):
                self._temporary.unlink()
            with contextlib.suppress(OSError):  # must not hide what it was aborted for
                settle(self._blobs.incoming)

    def _close(self) -> None:
        os.close(self._file)
        self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.abort()


class BlobReader(Iterator[bytes]):
    """Chunks of 64 KiB of one blob; close it, or read it to its end."""

    def __init__(self, file: int) -> None:
        self._file = file

    def __next__(self) -> bytes:
        if self._file < 0:
            raise StopIteration
        chunk = os.read(self._file, CHUNK_BYTES)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        """The file is closed; what is left unread stays unread."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def settle(folder: Path) -> None:
    """The folder's entries are on the disk, and its own time says nothing but the day."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        set_to_midnight(handle)
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _no_room_told() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        if failure.errno in NO_ROOM:
            raise StorageFull("the disk is full") from None
        raise


def set_to_midnight(handle: int) -> None:
    """Both times of a file or folder at the last midnight, UTC: when a reporter wrote is kept nowhere."""
    midnight = int(time.time()) // DAY_SECONDS * DAY_SECONDS
    os.utime(handle, (midnight, midnight))


def _open_quietly(path: Path) -> int:
    """The file, read without leaving the time of reading behind (a reporter's download is an act too)."""
    try:
        return os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    except PermissionError:  # another user's file: O_NOATIME is its owner's alone
        return os.open(path, os.O_RDONLY)


def _removed_if_abandoned(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
