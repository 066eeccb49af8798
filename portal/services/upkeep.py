"""What the start does before the first request: schema, and leftovers of a crash."""

from portal.services import erasing, leftovers, sessions
from portal.services.parts import Parts
from portal.store import channels, migrate
from portal.store.errors import StoreError

LOST_DATABASE = (
    "the database is empty, but this instance has had cases (erase/keys): database_url names another one, or it was "
    "lost; restore the backup (docs/operations.md, sections 7 and 10)"
)


def has_lost_its_database(parts: Parts) -> bool:
    """Whether erase keys lie here and the database has never been set up. Raises StoreError.

    An empty portal in the place of a full one would offer its set-up anew, and sweep every sealed file away.
    """
    revision = migrate.revision_of(parts.database)
    if revision not in {None, migrate.MAIN.head}:
        return False
    if revision is not None:
        with parts.database.read() as session:
            if channels.organisation(session) is not None:
                return False
    return bool(parts.erase_keys.known())


def bring_up_to_date(parts: Parts) -> None:
    """Both databases at this version's schema, erasures finished, and no blob on disk that no row names.

    A blob without a row is a file whose report was never acknowledged: the process died in between. Raises
    StoreError, also for an empty database in an instance that has had cases: nothing is swept then.
    """
    if has_lost_its_database(parts):
        raise StoreError(LOST_DATABASE)
    migrate.upgrade(parts.settings.database_url, parts.settings.volatile_url)
    erasing.finish(parts)
    erasing.erase_again(parts)
    sessions.sweep(parts)
    leftovers.sweep(parts)
