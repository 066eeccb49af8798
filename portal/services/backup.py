"""A backup: database, keys and sealed files of one moment, sealed as they are read, while the portal is busy.

The order makes it one moment: first the database is copied, then the sealed files that the copy names. They never
change, and each was complete before its row was written, so the copy names no file that is not there, but one that
was erased in between: that is noticed and said. Register: nothing, since a backup is no act on a case.

Nothing is on the disk in clear for it: the stream is sealed in memory. The copy of the database that lies in the
instance folder meanwhile (mode 0600, removed at the end) holds what the database holds: sealed bytes, and the
columns that the server reads anyway.
"""

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crypto.keys import Recipient
from portal.services.backup_format import DATABASE, SETTINGS, BackupError, Manifest
from portal.services.backup_room import private_file, working_folder
from portal.services.backup_writer import Archive, Write
from portal.services.byte_pieces import Pieces
from portal.services.parts import Parts
from portal.services.register_end import RegisterEnd, register_end
from portal.settings import SECRET_FILES
from portal.store import cases, copying, migrate
from portal.store.database import Database
from portal.store.errors import BlobMissing, StorageFull


@dataclass(frozen=True)
class Made:
    """What a backup holds, and what it could not hold.

    `erased` are references of cases that were erased while it was made and are still in it; `lost` are references
    of cases of which the portal itself has lost a sealed file.
    """

    sealed_files: int
    register: RegisterEnd
    erased: tuple[str, ...]
    lost: tuple[str, ...]


def make(parts: Parts, recipients: Sequence[Recipient], write: Write) -> Made:
    """What was handed to `write`: the whole backup, sealed to each of `recipients`.

    Until this returns it is torn, and would be refused. Raises BackupError, StoreError, OSError.
    """
    with working_folder(parts.settings.instance) as folder:
        path = private_file(folder / DATABASE)
        copy_database(parts, path)
        copy = Database(f"sqlite:///{path}")
        try:
            return _write_all(parts, copy, path, Archive(recipients, write))
        finally:
            copy.close()


def copy_database(parts: Parts, path: Path) -> None:
    """One moment of the main database, whichever kind it is, as the SQLite file `path`. Raises StoreError."""
    database = parts.database
    if migrate.revision_of(database) != migrate.MAIN.head:
        raise BackupError("the database is not of this version: run `flask --app wsgi migrate` first")
    if database.is_sqlite:
        size = Path(str(database.url.database)).stat().st_size
        if shutil.disk_usage(path.parent).free - size < parts.settings.min_free_bytes:
            raise StorageFull(f"the copy of the database needs {size} bytes of room")
        copying.copy_sqlite(database, path)
        return
    url = f"sqlite:///{path}"
    migrate.upgrade_main(url)
    with closing(Database(url)) as target:
        copying.copy_rows(database, target)


def _write_all(parts: Parts, copy: Database, path: Path, archive: Archive) -> Made:
    with copy.read() as session:
        end = register_end(session)
        named = sorted(cases.blob_ids(session))
    copy.close()  # one file without a log again: what is hashed is all there is
    archive.add_path(DATABASE, path)
    for name in SECRET_FILES:
        archive.add_path(f"keys/{name}.key", parts.settings.instance / f"{name}.key")
    if (settings := parts.settings.instance / SETTINGS).exists():
        archive.add_path(SETTINGS, settings)
    gone = [blob_id for blob_id in named if not _add_blob(parts, archive, blob_id)]
    archive.finish(
        Manifest(
            made_at=parts.clock.now().strftime("%Y-%m-%dT%H:%MZ"),
            schema=migrate.MAIN.head,
            entries=end.entries,
            head=end.head.hex(),
            files=tuple(archive.files),
            gone=tuple(blob_id.hex() for blob_id in gone),
        )
    )
    erased, lost = _what_happened(parts, copy, gone)
    return Made(len(named) - len(gone), end, erased, lost)


def _add_blob(parts: Parts, archive: Archive, blob_id: bytes) -> bool:
    """Whether the sealed file was still there."""
    try:
        size = parts.blobs.size(blob_id)
        with parts.blobs.open(blob_id) as chunks:
            archive.add(f"blobs/{blob_id.hex()}", Pieces(chunks), size)
    except BlobMissing:
        return False
    return True


def _what_happened(
    parts: Parts, copy: Database, gone: Sequence[bytes]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The references of cases erased meanwhile, and of cases whose file is lost: the database still names that."""
    with parts.database.read() as session:
        lost = cases.references_of(session, gone)
    with copy.read() as session:
        erased = [one for one in cases.references_of(session, gone) if one not in lost]
    return tuple(erased), tuple(lost)
