"""Queries on the organisation, its channels, and the people in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.store.models import Channel, ChannelRecord, Officer, Organisation


@dataclass(frozen=True)
class LoadedChannel:
    """A channel with its records, raw and oldest first, the newest epoch's party, and the organisation's people."""

    channel: Channel
    records: tuple[bytes, ...]
    party: bytes | None
    officers: tuple[Officer, ...]


def organisation(session: Session) -> Organisation | None:
    """The one organisation, or None before set-up."""
    return session.scalars(select(Organisation).limit(1)).one_or_none()


def all_channels(session: Session) -> tuple[LoadedChannel, ...]:
    """Every channel in its order."""
    channels = session.scalars(select(Channel).order_by(Channel.position, Channel.id)).all()
    return _load(session, channels)


def channel_by_slug(session: Session, slug: str) -> LoadedChannel | None:
    """The channel with this address part, or None."""
    return next(
        iter(_load(session, session.scalars(select(Channel).where(Channel.slug == slug)).all())), None
    )


def channel_by_id(session: Session, channel_id: bytes) -> LoadedChannel | None:
    """The channel with this id, or None."""
    found = session.get(Channel, channel_id)
    return None if found is None else _load(session, [found])[0]


def _load(session: Session, channels: Sequence[Channel]) -> tuple[LoadedChannel, ...]:
    ids = [channel.id for channel in channels]
    records = session.scalars(
        select(ChannelRecord).where(ChannelRecord.channel_id.in_(ids)).order_by(ChannelRecord.number)
    ).all()
    officers = tuple(session.scalars(select(Officer).order_by(Officer.enrolled_on, Officer.name)))
    return tuple(_loaded(channel, records, officers) for channel in channels)


def _loaded(
    channel: Channel, records: Sequence[ChannelRecord], officers: tuple[Officer, ...]
) -> LoadedChannel:
    mine = [record for record in records if record.channel_id == channel.id]
    return LoadedChannel(
        channel=channel,
        records=tuple(record.raw for record in mine),
        party=mine[-1].party if mine else None,
        officers=tuple(o for o in officers if o.organisation_id == channel.organisation_id),
    )
