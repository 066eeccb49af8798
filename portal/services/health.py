"""Whether the portal can answer visitors at this moment: both databases can be read."""

from portal.services.parts import Parts
from portal.store import channels, volatile
from portal.store.errors import StoreError


def is_healthy(parts: Parts) -> bool:
    """Whether the main and the volatile database answer a query on their own tables. Fails closed."""
    try:
        with parts.database.read() as session:
            channels.organisation(session)
        with parts.volatile.read() as session:
            volatile.upload_ids(session)
    except StoreError:
        return False
    return True
