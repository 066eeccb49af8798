"""What the start does before the first request: schema, and leftovers of a crash."""

from portal.services import erasing, sessions
from portal.services.parts import Parts
from portal.store import cases, migrate, volatile


def bring_up_to_date(parts: Parts) -> None:
    """Both databases at this version's schema, erasures finished, and no blob on disk that no row names.

    A blob without a row is a file whose report was never acknowledged: the process died in between.
    """
    migrate.upgrade(parts.settings.database_url, parts.settings.volatile_url)
    erasing.finish(parts)
    erasing.erase_again(parts)
    sessions.sweep(parts)
    with parts.database.read() as session, parts.volatile.read() as pending:
        known = cases.blob_ids(session) | volatile.upload_ids(pending)
    parts.blobs.sweep(known)
