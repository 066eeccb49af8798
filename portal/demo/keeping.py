"""The demonstration is kept between starts, in a folder of its own, and started anew on demand.

`demo.json` (mode 0600) holds every passphrase, so that the same table can be printed again: a demonstration is
not secret. The file also marks the folder. Without it nothing is ever erased, and nothing is filled into a
database that holds anything: nobody's real portal becomes a demonstration by a slip. Both fail closed.
"""

import json
import os
import shutil
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from portal.demo.filling import Demonstration, Person, Told, fill
from portal.services.erase_keys import keys_of, open_database
from portal.services.errors import ServiceError
from portal.services.parts import Parts
from portal.services.upkeep import bring_up_to_date
from portal.settings import ROOT, SECRET_FILES, Settings, load, load_secrets
from portal.store.blobs import Blobs
from portal.store.database import Database

NAME = "demo.json"
MARK = "a demonstration of Fortrolig; everything in this folder is invented, and nothing in it is secret"
DATABASE = "fortrolig.sqlite"


class NotADemonstration(ServiceError):
    """This folder is not the demonstration's: nothing was written or erased. The message says why."""

    code = "not_a_demonstration"


def kept(settings: Settings) -> Demonstration | None:
    """The demonstration that the folder holds, or None where none was finished. Raises NotADemonstration."""
    found = _read(settings.instance)
    if found is None or not found["complete"]:
        return None
    return Demonstration(
        made_on=date.fromisoformat(found["made_on"]),
        people=tuple(Person(**{**one, "channels": tuple(one["channels"])}) for one in found["people"]),
        reports=tuple(Told(**one) for one in found["reports"]),
    )


def make(parts: Parts) -> Demonstration:
    """A new demonstration in the folder of `parts`, after all that an older one left there is erased.

    Raises NotADemonstration. `parts` is not to be used afterwards: keys and databases are others.
    """
    settings = parts.settings
    check(settings)
    mine = _read(settings.instance) is not None
    # Marked as unfinished first: whatever ends this early, the next start erases it and begins again.
    _write(settings.instance, {"complete": False})
    parts.database.close()
    parts.volatile.close()
    if mine:
        _erase(settings.instance)
    anew = _anew(parts)
    try:
        bring_up_to_date(anew)
        made = fill(anew)
    finally:
        anew.database.close()
        anew.volatile.close()
    _write(settings.instance, {"complete": True, **asdict(made), "made_on": made.made_on.isoformat()})
    return made


def check(settings: Settings) -> None:
    """Nothing, if a demonstration may be made here: an empty place, or one that is marked as a demonstration's.

    Raises NotADemonstration. Fails closed.
    """
    if settings.instance == ROOT / "instance":
        raise NotADemonstration("instance/ is for a real portal: set PORTAL_INSTANCE=instance/demo")
    usual = load({}, instance=settings.instance)
    if (settings.database_url, settings.volatile_url) != (usual.database_url, usual.volatile_url):
        raise NotADemonstration("a demonstration keeps its data in its own folder, in no other database")
    if _read(settings.instance) is None and _holds_data(settings.instance / DATABASE):
        raise NotADemonstration(f"{settings.instance} holds a portal that is not a demonstration")


def _holds_data(database: Path) -> bool:
    """Whether anything was ever written there: the empty file that every start makes is none."""
    return any(
        path.exists() and path.stat().st_size for path in (database, database.with_name(f"{DATABASE}-wal"))
    )


def _read(folder: Path) -> dict[str, Any] | None:
    """What demo.json says, None without one. Raises NotADemonstration for a file of that name that isn't ours."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise NotADemonstration(f"{folder / NAME} can't be read") from error
    if not isinstance(found, dict) or found.get("what") != MARK:
        raise NotADemonstration(f"{folder / NAME} is not a demonstration's")
    return found


def _write(folder: Path, said: dict[str, Any]) -> None:
    fresh = folder / f".{NAME}.{os.getpid()}"
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump({"what": MARK, **said}, file, ensure_ascii=False, indent=1)
    fresh.replace(folder / NAME)


def _erase(folder: Path) -> None:
    """All that a portal stores in its folder, by name; what else somebody put there stays."""
    for path in (*folder.glob(f"{DATABASE}*"), folder / "setup.token"):
        path.unlink(missing_ok=True)
    for name in SECRET_FILES:
        (folder / f"{name}.key").unlink(missing_ok=True)
    for name in ("blobs", "erase", "volatile"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _anew(parts: Parts) -> Parts:
    """The same portal with keys, databases and blobs as they are on disk now."""
    settings = parts.settings
    erase_keys = keys_of(settings)
    return replace(
        parts,
        secrets=load_secrets(settings.instance),
        erase_keys=erase_keys,
        database=open_database(settings, erase_keys),
        volatile=Database(settings.volatile_url, durable=False),
        blobs=Blobs(settings.blobs, settings.min_free_bytes),
    )
