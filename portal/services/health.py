"""Whether the portal can take a report at this moment: both databases can be read, and the disk takes some more."""

from collections.abc import Iterator
from pathlib import Path

from portal.services.parts import Parts
from portal.store import channels, volatile
from portal.store.errors import StoreError
from portal.store.folders import takes_writing


def is_healthy(parts: Parts) -> bool:
    """Whether the main and the volatile database answer a query on their own tables, and a text report has room.

    Room is looked for where the files of this machine lie; what the disk of a PostgreSQL has left is not known here.
    Fails closed.
    """
    try:
        with parts.database.read() as session:
            channels.organisation(session)
        with parts.volatile.read() as session:
            volatile.upload_ids(session)
        return takes_text(parts)
    except (StoreError, OSError):
        return False


def takes_text(parts: Parts) -> bool:
    """Whether the disks of the instance folder and of SQLite's files can be written to and are not full."""
    return all(takes_writing(folder) for folder in {parts.settings.blobs, *_folders(parts)})


def _folders(parts: Parts) -> Iterator[Path]:
    for database in (parts.database, parts.volatile):
        if database.is_sqlite:
            yield Path(str(database.url.database)).parent
