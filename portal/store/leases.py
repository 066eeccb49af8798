"""Leases: one node at a time does what several must not do at once."""

from sqlalchemy.orm import Session

from portal.store.models import Lease


def take(session: Session, name: str, holder: bytes, *, now: int, seconds: int) -> bool:
    """Whether `holder` (16 bytes) has the lease `name` for the next `seconds`; it had it, or nobody has.

    `now` in Unix seconds, by the node's own clock. A lease that ends later than two leases from now was taken by a
    clock that went wrong, and counts for nothing: otherwise nobody would work until that day.
    """
    lease = session.get(Lease, name, with_for_update=True)
    if lease is None:
        session.add(Lease(name=name, holder=holder, held_until=now + seconds))
        return True
    if lease.holder != holder and now < lease.held_until <= now + 2 * seconds:
        return False
    lease.holder, lease.held_until = holder, now + seconds
    return True


def give_back(session: Session, name: str, holder: bytes) -> None:
    """The lease is free, if `holder` has it."""
    lease = session.get(Lease, name, with_for_update=True)
    if lease is not None and lease.holder == holder:
        session.delete(lease)
