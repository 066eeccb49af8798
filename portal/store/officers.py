"""Queries on officers: who they are, their recovery codes, and what was granted to them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.store.models import Channel, ChannelRecord, Grant, Keeper, Officer, RecoveryCode


def by_folded_name(session: Session, folded: str) -> Officer | None:
    """The officer who signs in under this folded name, or None."""
    return session.scalars(select(Officer).where(Officer.name_folded == folded)).one_or_none()


def locked(session: Session, officer_id: bytes) -> Officer | None:
    """The officer, whose row nobody else changes until the transaction ends, or None.

    Two guesses at a code at the same moment must not both count as the first one.
    """
    return session.get(Officer, officer_id, with_for_update=True, populate_existing=True)


def unused_code(session: Session, officer_id: bytes, code_hash: bytes) -> RecoveryCode | None:
    """The officer's unused recovery code with this hash, or None."""
    query = select(RecoveryCode).where(
        RecoveryCode.officer_id == officer_id,
        RecoveryCode.code_hash == code_hash,
        RecoveryCode.used_on.is_(None),
    )
    return session.scalars(query).one_or_none()


def unused_codes(session: Session, officer_id: bytes) -> int:
    """How many recovery codes the officer has left."""
    query = select(func.count()).where(RecoveryCode.officer_id == officer_id, RecoveryCode.used_on.is_(None))
    return session.scalars(query).one()


def granted_channels(session: Session, receiver: bytes) -> Sequence[Channel]:
    """The channels of which an epoch's root was granted to the party `receiver`, in their order."""
    granted = select(Grant.channel_id).where(Grant.receiver == receiver, Grant.purpose == "channel")
    query = select(Channel).where(Channel.id.in_(granted)).order_by(Channel.position, Channel.id)
    return session.scalars(query).all()


def records(session: Session, channel_id: bytes) -> Sequence[bytes]:
    """The channel's signed records, raw, oldest first."""
    query = (
        select(ChannelRecord.raw).where(ChannelRecord.channel_id == channel_id).order_by(ChannelRecord.number)
    )
    return session.scalars(query).all()


def channel_grants(session: Session, channel_id: bytes, receiver: bytes) -> Sequence[bytes]:
    """The sealed grants of this channel's epochs to the party `receiver`, oldest epoch first."""
    query = (
        select(Grant.sealed)
        .where(Grant.channel_id == channel_id, Grant.receiver == receiver, Grant.purpose == "channel")
        .order_by(Grant.number)
    )
    return session.scalars(query).all()


def is_keeper(session: Session, channel_id: bytes, officer_id: bytes) -> bool:
    """Whether the officer holds the channel's anchor."""
    return session.get(Keeper, (channel_id, officer_id)) is not None
