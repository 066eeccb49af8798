"""A backup, opened and checked to its last byte before anything of it is put in place.

Age itself refuses a byte that was changed and an end that is missing. What it can't know is whether the file was made
by the portal: anybody who has the recipient can seal to it. So names, sizes and hashes are compared with the manifest,
names are taken from a short list of forms (no path leads anywhere else), and the register's head is shown, to be
compared with one that was written down.
"""

import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from crypto.agefile import open_
from crypto.errors import AgeError, NoIdentityMatches
from crypto.keys import Identity
from portal.services.backup_format import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    MEMBER,
    BackupDamaged,
    File,
    Manifest,
    OtherRecipient,
)
from portal.services.backup_room import private_file
from portal.services.byte_pieces import Pieces

READ_BYTES = 256 * 1024


@dataclass
class _Unpacked:
    """What has come out so far."""

    files: list[File] = field(default_factory=list)
    manifest: Manifest | None = None


def unpack(source: IO[bytes], identities: Sequence[Identity], folder: Path, *, keep_blobs: bool) -> Manifest:
    """The manifest, once every file of the backup lies in `folder` under its own name and is what it says.

    Without `keep_blobs` the sealed files are checked and not written. Raises BackupDamaged, OtherRecipient,
    NewerBackup, OSError; what lies in `folder` then means nothing.
    """
    found = _Unpacked()
    plain = open_(iter(lambda: source.read(READ_BYTES), b""), identities, portal=False)
    stream = Pieces(plain)
    try:
        with tarfile.open(fileobj=cast("Any", stream), mode="r|") as tar:  # it calls read(size) alone
            for member in tar:
                _take(tar, member, folder, found, keep_blobs=keep_blobs)
        # To the end of the age file: only its last chunk says that nothing is missing.
        while rest := stream.read(READ_BYTES):
            if rest.strip(b"\0"):
                raise BackupDamaged("something stands behind the end")
    except NoIdentityMatches as error:
        raise OtherRecipient("it is sealed to another recipient") from error
    except (AgeError, tarfile.TarError, EOFError, ValueError) as error:
        raise BackupDamaged(f"it is torn or was changed ({type(error).__name__})") from error
    return _whole(found)


def _take(
    tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, found: _Unpacked, *, keep_blobs: bool
) -> None:
    """One member, checked for its name and kind, hashed, and written where it belongs."""
    content = tar.extractfile(member) if member.isreg() else None
    if content is None or not MEMBER.fullmatch(member.name) or found.manifest is not None:
        raise BackupDamaged("it holds a file that does not belong there")
    if member.name == MANIFEST:
        if member.size > MAX_MANIFEST_BYTES:
            raise BackupDamaged("its manifest is too long")
        found.manifest = Manifest.from_json(content.read())
        return
    keep = keep_blobs or not member.name.startswith("blobs/")
    digest = _written(content, folder / member.name) if keep else _hashed(content)
    found.files.append(File(member.name, member.size, digest))


def _written(content: IO[bytes], path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        private_file(path)
    except FileExistsError:
        raise BackupDamaged("it holds one file twice") from None
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in _chunks(content):
            file.write(chunk)
            digest.update(chunk)
    return digest.hexdigest()


def _hashed(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: content.read(READ_BYTES), b"")


def _whole(found: _Unpacked) -> Manifest:
    """The manifest, if the files that came are those that it names, in its order."""
    if found.manifest is None:
        raise BackupDamaged("it ends before its manifest")
    if len({file.name for file in found.files}) != len(found.files):
        raise BackupDamaged("it holds one file twice")
    if tuple(found.files) != found.manifest.files:
        raise BackupDamaged("its files are not those of its manifest")
    return found.manifest
