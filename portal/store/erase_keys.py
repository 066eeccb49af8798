"""The erase keys: one a case, in one file outside the database, so that a case can be erased from backups too.

Every grant and wrap of a case is stored under its erase key. Destroy that, and no copy of the database opens the case
any more, whatever other keys somebody holds. The file is backed up apart from the database, for 14 days.

`erase/keys` is a row of slots of 48 bytes. The first holds a mark and a count that goes up whenever a key is
destroyed; each other one a case id (16) and its key (32), in the order they came. A destroyed key is overwritten by
zeros where it stood: its slot stays, and says for ever that this case is erased. One file, because a list of 10,000
cases must not open 10,000; slots of one size, because a write that was cut short must be seen.
"""

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.store.blobs import set_to_midnight, settle
from portal.store.errors import StoreError
from portal.store.folders import make_private

MARK = b"fortrolig/erase1"
ID_BYTES, KEY_BYTES = 16, 32
SLOT_BYTES = ID_BYTES + KEY_BYTES
DESTROYED = bytes(KEY_BYTES)
FRESH_SECONDS = 1.0
"""How long a key that another process destroys may still be in this one's memory once it is asked for keys."""


class KeyDestroyed(StoreError):
    """The case is erased: nothing can be stored for it or read of it any more."""


class EraseKeys:
    """The erase keys in `folder`. Raises StoreError where the file is not one of ours, OSError as the disk says."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "keys"
        self._lock = threading.Lock()
        self._keys: dict[bytes, bytes] = {}
        self._destroyed_count = -1
        self._destroyed: tuple[int, frozenset[bytes]] = (-1, frozenset())
        self._slots_read = 0
        self._read_at = -FRESH_SECONDS

    def find(self, case_id: bytes) -> bytes | None:
        """The case's key, 32 bytes; None for a case that never had one. Raises KeyDestroyed."""
        if time.monotonic() - self._read_at > FRESH_SECONDS:
            self._refresh()
        key = self._keys.get(case_id)
        if key is None:
            self._refresh()
            key = self._keys.get(case_id)
        if key == DESTROYED:
            raise KeyDestroyed("the key of this case was destroyed")
        return key

    def find_or_make(self, case_id: bytes) -> bytes:
        """The case's key, made and on the disk if it had none. Raises KeyDestroyed."""
        found = self.find(case_id)
        if found is not None:
            return found
        with self._opened_alone() as file:
            self._read_rest(file)
            found = self._keys.get(case_id)
            if found is None:
                found = secrets.token_bytes(KEY_BYTES)
                _write(file, self._end(), case_id + found)
                self._keys[case_id] = found
                self._slots_read += 1
        return found

    def destroy(self, case_ids: Collection[bytes]) -> None:
        """The keys of these cases are overwritten, on the disk, for good; one without a key gets a destroyed one.

        May be called again after a crash in its middle.
        """
        if not case_ids:
            return
        with self._opened_alone() as file:
            self._read_rest(file)
            places = {case_id: place for place, case_id, _key in self._slots(file)}
            for case_id in case_ids:
                place = places.get(case_id)
                if place is None:
                    place, self._slots_read = self._end(), self._slots_read + 1
                os.pwrite(file, case_id + DESTROYED, place)
                self._keys[case_id] = DESTROYED
            os.fsync(file)
            # Counted after the keys are gone: a process that reads the new count reads no old key with it.
            self._destroyed_count += 1
            _write(file, 0, _head(self._destroyed_count))

    def destroyed(self) -> set[bytes]:
        """The ids of all cases whose key was destroyed."""
        self._refresh()
        count = self._destroyed_count
        if (
            self._destroyed[0] != count
        ):  # the worker asks each minute: all keys are looked at after a change alone
            gone = frozenset(case_id for case_id, key in self._keys.items() if key == DESTROYED)
            self._destroyed = (count, gone)
        return set(self._destroyed[1])

    def known(self) -> set[bytes]:
        """The ids of all cases that have a key, or had one that was destroyed."""
        self._refresh()
        return set(self._keys)

    def content(self) -> bytes:
        """The whole file between two writes, for a backup of its own; empty where there is none yet."""
        try:
            file = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return b""
        try:
            fcntl.flock(file, fcntl.LOCK_SH)
            return os.pread(file, os.fstat(file).st_size, 0)
        finally:
            os.close(file)

    def with_those_in(self, content: bytes) -> dict[bytes, bool]:
        """Every case of this file or of `content`, and whether its key is destroyed in either."""
        found = cases_in(content)
        gone, mine = self.destroyed(), self.known()
        return {case_id: case_id in gone or found.get(case_id, False) for case_id in mine | set(found)}

    def put_back(self, content: bytes) -> None:
        """The keys in `content` are here too: they were restored. A key that is destroyed in either stays destroyed.

        In place, as it is destroyed: a file that was replaced would leave its keys on the disk. May be called again.
        """
        given = {case_id: key for _place, case_id, key in _slots_of(content[SLOT_BYTES:], SLOT_BYTES)}
        with self._opened_alone() as file:
            self._read_rest(file)
            places = {case_id: place for place, case_id, _key in self._slots(file)}
            for case_id, key in given.items():
                place = places.get(case_id)
                if place is None:
                    place, self._slots_read = self._end(), self._slots_read + 1
                elif self._keys.get(case_id) == DESTROYED:
                    continue
                os.pwrite(file, case_id + key, place)
                self._keys[case_id] = key
            os.fsync(file)
            self._destroyed_count += 1
            _write(file, 0, _head(self._destroyed_count))

    def _refresh(self) -> None:
        """What other processes have added or destroyed is known here too."""
        with self._lock:
            try:
                file = os.open(self.path, os.O_RDONLY)
            except FileNotFoundError:
                self._keys, self._slots_read, self._destroyed_count = {}, 0, -1
                return
            try:
                self._read_rest(file)
            finally:
                os.close(file)
            self._read_at = time.monotonic()

    def _read_rest(self, file: int) -> None:
        head = os.pread(file, SLOT_BYTES, 0)
        if not head:
            return
        if head[:ID_BYTES] != MARK:
            raise StoreError("the file of erase keys is not one")
        count, keys = int.from_bytes(head[ID_BYTES:]), self._keys
        if count != self._destroyed_count:
            keys, self._slots_read = {}, 0
        for _place, case_id, key in self._slots(file, self._slots_read):
            keys[case_id] = key
            self._slots_read += 1
        # Put in place whole: another thread looks without the lock, and a case whose key it misses looks like one that
        # never had any.
        self._keys, self._destroyed_count = keys, count

    def _slots(self, file: int, after: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
        """Place, case id and key of each whole slot after the first `after`. Half a slot is none."""
        first = (after + 1) * SLOT_BYTES
        content = os.pread(file, max(0, os.fstat(file).st_size - first), first)
        return _slots_of(content, first)

    def _end(self) -> int:
        """Where the next slot begins: over half a slot that a crash has left."""
        return (self._slots_read + 1) * SLOT_BYTES

    @contextmanager
    def _opened_alone(self) -> Iterator[int]:
        """The file, made if missing, with nobody else writing in it, in this process or another."""
        with self._lock:
            make_private(self.path.parent)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file).st_size < SLOT_BYTES:
                    self._destroyed_count = 0
                    _write(file, 0, _head(0))
                    settle(self.path.parent)
                yield file
            finally:
                os.close(file)


def cases_in(content: bytes) -> dict[bytes, bool]:
    """Every case in the content of a file of erase keys, and whether its key is destroyed.

    Raises StoreError where it is not one.
    """
    if content and (content[:ID_BYTES] != MARK or len(content) < SLOT_BYTES):
        raise StoreError("this holds no erase keys")
    return {case_id: key == DESTROYED for _place, case_id, key in _slots_of(content[SLOT_BYTES:], SLOT_BYTES)}


def _slots_of(content: bytes, first: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Place, case id and key of each whole slot in `content`, which lies at `first`. Half a slot is none."""
    for start in range(0, len(content) - SLOT_BYTES + 1, SLOT_BYTES):
        slot = content[start : start + SLOT_BYTES]
        yield first + start, slot[:ID_BYTES], slot[ID_BYTES:]


def _head(count: int) -> bytes:
    return MARK + count.to_bytes(KEY_BYTES)


def _write(file: int, place: int, data: bytes) -> None:
    """`data` at `place`, on the disk. The file's time says nothing but the day (see blobs.py)."""
    os.pwrite(file, data, place)
    set_to_midnight(file)
    os.fsync(file)
