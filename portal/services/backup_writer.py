"""The tar of a backup, sealed while it is written: no byte of it is on the disk in clear, and memory stays flat."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from crypto.agefile import Sealer
from crypto.keys import Recipient
from portal.services.backup_format import MANIFEST, File, Manifest

Write = Callable[[bytes], object]


class Source(Protocol):
    """Something with bytes in it, read to its end."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; fewer only at the end."""


class Archive:
    """A tar, each piece sealed to `recipients` and handed to `write`. Times, owners and modes are left out of it.

    Without `finish` what was written is torn: its last chunk, and with it the age file's end, is missing.
    """

    def __init__(self, recipients: Sequence[Recipient], write: Write) -> None:
        self.files: list[File] = []
        self._sealer = Sealer(recipients)
        self._write = write
        sealing = cast("Any", _Sealing(self._sealer, write))  # tarfile calls write(data) alone
        self._tar = tarfile.open(fileobj=sealing, mode="w|")  # noqa: SIM115 - ends in finish(), or not at all

    def add(self, name: str, source: Source, size: int) -> None:
        """`size` bytes of `source` as the file `name`. Raises OSError when there are fewer."""
        hashing = _Hashing(source)
        head = tarfile.TarInfo(name)
        head.size, head.mode = size, 0o600
        self._tar.addfile(head, cast("Any", hashing))
        self.files.append(File(name, size, hashing.digest()))

    def add_path(self, name: str, path: Path) -> None:
        """The file at `path` as the file `name`."""
        with path.open("rb") as file:
            self.add(name, file, path.stat().st_size)

    def finish(self, manifest: Manifest) -> None:
        """The manifest, and the end."""
        raw = manifest.to_json()
        self.add(MANIFEST, io.BytesIO(raw), len(raw))
        self._tar.close()
        self._write(self._sealer.finish())


class _Sealing:
    """What tarfile writes to."""

    def __init__(self, sealer: Sealer, write: Write) -> None:
        self._sealer = sealer
        self._write = write

    def write(self, data: bytes) -> int:
        for piece in self._sealer.pieces(data):
            self._write(piece)
        return len(data)


class _Hashing:
    """A source that remembers the hash of what was read from it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        return data

    def digest(self) -> str:
        return self._hash.hexdigest()
