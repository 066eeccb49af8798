"""A backup put back into an instance that holds nothing: all of it, or none.

Everything is unpacked beside and checked to its last byte first. Then sealed files and keys are put in place, and last
the rows, in one transaction: while there are none, the instance counts as empty, and the restore can be begun again.
Sessions, unfinished uploads and invitations do not come back. Register: nothing; the one restored is as it was.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crypto.keys import Identity
from portal.services.backup_format import (
    DATABASE,
    SETTINGS,
    BackupDamaged,
    EraseKeysMissing,
    Manifest,
    NewerBackup,
    NotEmpty,
)
from portal.services.backup_reader import unpack
from portal.services.backup_room import refuse_while_running, working_folder
from portal.services.parts import Parts
from portal.services.register_end import RegisterEnd, register_end
from portal.settings import SECRET_FILES
from portal.store import cases, copying, migrate, volatile
from portal.store.database import Database
from portal.store.erase_keys import cases_in

RESTORED_SETTINGS = "settings.toml.from-backup"
KEY_BYTES = 32
NOT_RESTORED = ("invitations",)
"""One that was used or taken back since the backup would otherwise be good again."""


@dataclass(frozen=True)
class Restored:
    """What was found in a backup. `without_files` are references of cases of which it lacks a sealed file: the case
    was being erased while the backup was made (erase it again), or its file was lost before.

    `erased` cases were erased since: their keys are destroyed, and the next start erases them again. `closed` ones
    have no erase key in what was given: their reporters open them, no officer does.
    """

    made_at: str
    cases: int
    erased: int
    closed: int
    sealed_files: int
    register: RegisterEnd
    without_files: tuple[str, ...]


def restore(
    parts: Parts, source: IO[bytes], identities: Sequence[Identity], *, erase_keys: bytes | None
) -> Restored:
    """What was restored from `source` into this instance, which must be empty and stopped.

    `erase_keys` is the content of the newest backup of them, b"" where none is left: then every case is closed to its
    officers. Those that lie in the instance stay, and a case that was erased by either stays erased. Raises BackupError
    (nothing was restored), EraseKeysMissing for None with cases in the backup, StoreError, OSError.
    """
    refuse_while_running(parts.settings)
    migrate.upgrade(parts.settings.database_url, parts.settings.volatile_url)
    with parts.database.read() as session:
        if not copying.is_empty(session):
            raise NotEmpty("this instance holds data: restore into an empty one")
    with working_folder(parts.settings.instance) as folder:
        manifest = unpack(source, identities, folder, keep_blobs=True)
        with closing(Database(f"sqlite:///{folder / DATABASE}")) as copy:
            known = parts.erase_keys.with_those_in(erase_keys or b"")
            found = _examine(copy, folder, manifest, known)
            if found.cases and erase_keys is None:
                raise EraseKeysMissing(
                    "no officer opens these cases without their erase keys: give the newest ones"
                )
            _put_files(parts, folder, erase_keys)
            copying.copy_rows(copy, parts.database, but=NOT_RESTORED)
    with parts.volatile.write() as session:
        volatile.erase_everything(session)
    (parts.settings.instance / "setup.token").unlink(missing_ok=True)
    return found


def check(
    parts: Parts, source: IO[bytes], identities: Sequence[Identity], *, erase_keys: bytes | None = None
) -> Restored:
    """What a restore would find, in any instance, which stays as it is. Raises as `restore`."""
    with working_folder(parts.settings.instance) as folder:
        manifest = unpack(source, identities, folder, keep_blobs=False)
        with closing(Database(f"sqlite:///{folder / DATABASE}")) as copy:
            return _examine(copy, folder, manifest, cases_in(erase_keys or b""))


def _examine(copy: Database, folder: Path, manifest: Manifest, known: Mapping[bytes, bool]) -> Restored:
    """What the unpacked backup holds, once its parts fit together. The copy then has this version's schema.

    `known` are the cases that have an erase key, and whether it is destroyed.
    """
    if not migrate.knows(manifest.schema):
        raise NewerBackup(f"its database is of a version ({manifest.schema}) that this one does not know")
    for name in SECRET_FILES:
        if manifest.size_of(f"keys/{name}.key") != KEY_BYTES:
            raise BackupDamaged(f"the key {name} is missing or has another size")
    problems = copying.problems_of(folder / DATABASE)
    if problems or migrate.revision_of(copy) != manifest.schema:
        raise BackupDamaged(f"its database is damaged: {'; '.join(problems) or 'another schema'}")
    migrate.upgrade_main(copy.url.render_as_string(hide_password=False))
    with copy.read() as session:
        end = register_end(session)
        if (end.entries, end.head.hex()) != (manifest.entries, manifest.head):
            raise BackupDamaged("its register ends elsewhere than its manifest says")
        held, gone = manifest.blob_ids, manifest.gone_ids
        if held & gone or held | gone != cases.blob_ids(session):
            raise BackupDamaged("its sealed files are not those that its database names")
        ids = cases.ids(session)
        return Restored(
            made_at=manifest.made_at,
            cases=len(ids),
            erased=sum(known.get(case_id, False) for case_id in ids),
            closed=len(ids - set(known)),
            sealed_files=len(held),
            register=end,
            without_files=tuple(cases.references_of(session, gone)),
        )


def _put_files(parts: Parts, folder: Path, erase_keys: bytes | None) -> None:
    for path in sorted((folder / "blobs").glob("*")):
        parts.blobs.adopt(path, bytes.fromhex(path.name))
    instance = parts.settings.instance
    for name in SECRET_FILES:
        key = folder / "keys" / f"{name}.key"
        os.utime(key, (0, 0))  # `check` notes a key that is younger than the portal; this one is as old as it
        key.replace(instance / f"{name}.key")
    if erase_keys:
        parts.erase_keys.put_back(erase_keys)
    if (folder / SETTINGS).exists():
        (folder / SETTINGS).replace(instance / RESTORED_SETTINGS)
    handle = os.open(instance, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
