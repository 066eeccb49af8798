"""What a backup is: one age file, in it one tar, in it database, keys, settings, sealed files, and last a manifest.

    database.sqlite      the main database at one moment, as a SQLite file whichever kind it came from
    keys/locator.key …   the server's own keys, 32 bytes each
    settings.toml        if there is one; put back beside, never in force by itself
    blobs/<32 hex>       each sealed file that the database names
    manifest.json        name, size and SHA-256 of all of these, in their order, and the register's head

The volatile database is never in it: sessions and unfinished uploads do not come back.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from portal.services.errors import ServiceError

VERSION = 1
DATABASE = "database.sqlite"
MANIFEST = "manifest.json"
SETTINGS = "settings.toml"
MAX_MANIFEST_BYTES = 1024**3
"""About 8 million sealed files: a bound, so that a forged backup can't fill the memory without end."""
MEMBER = re.compile(
    r"database\.sqlite|settings\.toml|keys/[a-z]{1,20}\.key|blobs/[0-9a-f]{32}|manifest\.json"
)
MANIFEST_KEYS = {"v", "made_at", "schema", "register", "files", "gone"}


class BackupError(ServiceError):
    """A backup that can't be made, or can't be restored.

    BackupError
    ├─ BackupDamaged      torn, changed, or not what its manifest says; nothing was restored
    ├─ OtherRecipient     sealed to somebody else
    ├─ NewerBackup        made by a newer version of the portal
    ├─ NotEmpty           something is there already where a copy should go
    ├─ EraseKeysMissing   the backup holds cases, and no erase keys were given with it
    ├─ StillRunning       the portal answers on its port: stop it first
    └─ BackupUnderway     another backup or restore is at work in this instance folder
    """

    code = "backup"


class BackupDamaged(BackupError):
    """The backup is torn, was changed, or is not what its manifest says. Nothing was restored."""


class OtherRecipient(BackupError):
    """None of the identities given opens it."""


class NewerBackup(BackupError):
    """A newer version of the portal made it; this one can't read its database."""


class NotEmpty(BackupError):
    """The place to copy to holds something already."""


class EraseKeysMissing(BackupError):
    """The backup holds cases: without their erase keys no officer opens them."""


class StillRunning(BackupError):
    """The portal answers on its port: what it writes meanwhile would be lost."""


class BackupUnderway(BackupError):
    """Another backup or restore is at work in this instance folder."""


@dataclass(frozen=True)
class File:
    """One file of the backup: its name in the tar, its size in bytes, its SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in the backup. `gone` are the ids (hex) of sealed files that the database names and that were
    not there any more when their turn came. `made_at` is a UTC minute, `schema` the database's revision.
    """

    made_at: str
    schema: str
    entries: int
    head: str
    files: tuple[File, ...]
    gone: tuple[str, ...]

    @property
    def blob_ids(self) -> set[bytes]:
        """The ids of the sealed files in it."""
        names = (file.name for file in self.files if file.name.startswith("blobs/"))
        return {bytes.fromhex(name.removeprefix("blobs/")) for name in names}

    @property
    def gone_ids(self) -> set[bytes]:
        """The ids in `gone`."""
        return {bytes.fromhex(blob_id) for blob_id in self.gone}

    def size_of(self, name: str) -> int | None:
        """The size of the file called `name`; None where it is not in the backup."""
        return next((file.size for file in self.files if file.name == name), None)

    def to_json(self) -> bytes:
        """The manifest as it stands in the tar."""
        said = {
            "v": VERSION,
            "made_at": self.made_at,
            "schema": self.schema,
            "register": {"entries": self.entries, "head": self.head},
            "files": [[file.name, file.size, file.sha256] for file in self.files],
            "gone": list(self.gone),
        }
        return json.dumps(said, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> "Manifest":
        """The manifest in `raw`. Raises BackupDamaged, NewerBackup."""
        try:
            said: dict[str, Any] = json.loads(raw)
            if said["v"] != VERSION:
                raise NewerBackup("this backup has a form that this version does not know")
            if set(said) != MANIFEST_KEYS:
                raise BackupDamaged("the manifest has other keys than it should")
            return cls(
                made_at=str(said["made_at"]),
                schema=str(said["schema"]),
                entries=int(said["register"]["entries"]),
                head=str(said["register"]["head"]),
                files=tuple(File(str(name), int(size), str(sha)) for name, size, sha in said["files"]),
                gone=tuple(bytes.fromhex(blob_id).hex() for blob_id in said["gone"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BackupDamaged("the manifest can't be read") from error
