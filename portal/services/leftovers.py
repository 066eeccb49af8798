"""Sealed files that no message lists: uploads that were given up, and what a crash or a lost connection left behind."""

import secrets
from datetime import timedelta

from portal.services.attachments_desk import WAITING_DAYS
from portal.services.parts import Parts
from portal.store import cases, desk_queries, leases, volatile
from portal.store.errors import Conflict

LEASE = "leftovers"
LEASE_BYTES = 16
EVERY_SECONDS = 60 * 60


def sweep(parts: Parts) -> int:
    """How many leftovers went: uploads that nothing has listed for a day, and blobs that no row has known for a day.

    What waited at the beginning stays for this time, also where it waits no longer: a message that is being stored may
    list it, and has its rows when the next one looks. So those that wait are read first, and those listed last.
    """
    with parts.volatile.read() as session:
        waiting = volatile.upload_ids(session)
    with parts.volatile.write() as session:
        desk_queries.erase_pending_before(session, parts.clock.today() - timedelta(days=WAITING_DAYS))
    with parts.database.read() as session:
        listed = cases.blob_ids(session)
    return parts.blobs.sweep(waiting | listed)


def sweep_hourly(parts: Parts) -> int:
    """As `sweep`, once an hour on all nodes together: looking through every file each minute would be for nothing.

    The hour is a lease that nobody gives back or prolongs.
    """
    now = int(parts.clock.now().timestamp())
    try:
        with parts.database.write() as session:
            taker = secrets.token_bytes(LEASE_BYTES)
            if not leases.take(session, LEASE, taker, now=now, seconds=EVERY_SECONDS):
                return 0
    except Conflict:
        return 0  # two nodes' first rounds at once: the other one was quicker
    return sweep(parts)
