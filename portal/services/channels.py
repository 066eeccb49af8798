"""The channels as the public sees them: who reads them, drawn from the signed record and from nothing else."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from crypto.keys import Party, Recipient
from crypto.records import ChannelRecord, verify_channel_chain
from portal.services.errors import ChannelClosed, UnknownChannel
from portal.services.parts import Parts
from portal.store import channels as rows


@dataclass(frozen=True)
class OrganisationView:
    """The organisation of this portal."""

    id: bytes
    name: str
    languages: tuple[str, ...]
    default_language: str
    country: str


@dataclass(frozen=True)
class PublicReader:
    """One person who can open what is sent to a channel."""

    name: str
    role: str


@dataclass(frozen=True)
class PublicChannel:
    """One way in, as a visitor may know it. `words` are the anchor's 8, empty while the channel has no key."""

    id: bytes
    organisation_id: bytes
    slug: str
    name: str
    audience: str
    is_open: bool
    readers: tuple[PublicReader, ...]
    words: tuple[str, ...]
    acknowledge_days: int
    feedback_months: int
    retention_days: int
    record_day: date | None
    epoch: int | None


@dataclass(frozen=True)
class ChannelKeys:
    """A channel's verified records, oldest first, its anchor's public half, and the newest epoch's party hash."""

    channel_id: bytes
    records: tuple[ChannelRecord, ...]
    anchor: Party
    epoch_party: bytes

    @property
    def newest(self) -> ChannelRecord:
        """The record in force."""
        return self.records[-1]


def organisation(parts: Parts) -> OrganisationView | None:
    """The organisation, or None while nothing is set up."""
    with parts.database.read() as session:
        row = rows.organisation(session)
        if row is None:
            return None
        return OrganisationView(
            id=row.id,
            name=row.name,
            languages=tuple(row.languages.split(",")),
            default_language=row.default_language,
            country=row.country,
        )


def public_channels(parts: Parts) -> tuple[PublicChannel, ...]:
    """All channels in their order, each with its real readers."""
    with parts.database.read() as session:
        return tuple(_public(loaded) for loaded in rows.all_channels(session))


def public_channel(parts: Parts, slug: str) -> PublicChannel:
    """The channel with this address part. Raises UnknownChannel."""
    with parts.database.read() as session:
        loaded = rows.channel_by_slug(session, slug)
        if loaded is None:
            raise UnknownChannel
        return _public(loaded)


def public_channel_by_id(parts: Parts, channel_id: bytes) -> PublicChannel:
    """The channel with this id. Raises UnknownChannel."""
    with parts.database.read() as session:
        loaded = rows.channel_by_id(session, channel_id)
        if loaded is None:
            raise UnknownChannel
        return _public(loaded)


def channel_keys(parts: Parts, channel_id: bytes, *, seen: tuple[int, bytes] | None = None) -> ChannelKeys:
    """The verified records of a channel, going on from the record `seen` (number, hash) where one is known.

    Raises ChannelClosed without any, RecordError when one is not valid or older ones were put back. Fails
    closed: a record that does not verify seals nothing.
    """
    with parts.database.read() as session:
        loaded = rows.channel_by_id(session, channel_id)
    if loaded is None:
        raise UnknownChannel
    return _keys(loaded, seen)


def open_channel(parts: Parts, slug: str) -> tuple[PublicChannel, ChannelKeys]:
    """The channel and its verified keys, for a report. Raises UnknownChannel, ChannelClosed, RecordError."""
    with parts.database.read() as session:
        loaded = rows.channel_by_slug(session, slug)
        if loaded is None:
            raise UnknownChannel
        return _public(loaded), _keys(loaded)


def _keys(loaded: rows.LoadedChannel, seen: tuple[int, bytes] | None = None) -> ChannelKeys:
    if loaded.party is None or loaded.channel.anchor_recipient is None:
        raise ChannelClosed
    return _verified(loaded.channel.id, loaded.records, seen, loaded.channel.anchor_recipient, loaded.party)


@lru_cache(maxsize=256)
def _verified(
    channel_id: bytes, raws: tuple[bytes, ...], seen: tuple[int, bytes] | None, anchor: str, party: bytes
) -> ChannelKeys:
    """The keys in these very bytes. Remembered, since a page a second would verify the same signatures anew;
    one changed byte is another call, so nothing unverified is ever answered.
    """
    records = verify_channel_chain(raws, channel=channel_id, seen=seen)
    return ChannelKeys(channel_id, records, records[-1].anchor_party(Recipient.parse(anchor)), party)


def _public(loaded: rows.LoadedChannel) -> PublicChannel:
    channel = loaded.channel
    keys = _keys(loaded) if loaded.records else None
    members = {member.officer_id for member in keys.newest.members} if keys else set()
    return PublicChannel(
        id=channel.id,
        organisation_id=channel.organisation_id,
        slug=channel.slug,
        name=channel.name,
        audience=channel.audience,
        is_open=keys is not None,
        readers=tuple(PublicReader(o.name, o.role) for o in loaded.officers if o.id in members),
        words=keys.anchor.words if keys else (),
        acknowledge_days=channel.acknowledge_days,
        feedback_months=channel.feedback_months,
        retention_days=channel.retention_days,
        record_day=keys.newest.day if keys else None,
        epoch=keys.newest.epoch if keys else None,
    )
