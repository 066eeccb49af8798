"""What an officer's browser opens its keys from: sealed or public bytes, which the server can't open."""

from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from crypto.keys import Party, Recipient
from portal.services.errors import NotSignedIn
from portal.services.officers import OfficerView, view
from portal.services.parts import Parts
from portal.services.sessions import Session
from portal.store import officers as rows
from portal.store import people
from portal.store.models import Officer


@dataclass(frozen=True)
class ChannelKeys:
    """What one officer needs of one channel: its records, and the grants of its epochs, all sealed.

    `keepers` are the ids of who holds the anchor; `anchor_grant` is there for them; `leaving` are the ids of
    members whose access has ended: the next epoch is due.
    """

    id: bytes
    name: str
    slug: str
    records: tuple[bytes, ...]
    anchor_recipient: str | None
    grants: tuple[bytes, ...]
    keeper: bool
    keepers: tuple[bytes, ...]
    sheet_confirmed: bool
    anchor_grant: bytes | None
    leaving: tuple[bytes, ...]


@dataclass(frozen=True)
class KeyRing:
    """Everything that an officer's browser opens keys from. The server can open none of it."""

    officer: OfficerView
    sealed_root: bytes | None
    pins: bytes | None
    channels: tuple[ChannelKeys, ...]


def key_ring(parts: Parts, session: Session) -> KeyRing:
    """What the browser of a session opens its keys from. Raises NotSignedIn."""
    with parts.database.read() as transaction:
        officer = transaction.get(Officer, session.owner)
        if officer is None or not officer.active:
            raise NotSignedIn
        shown = view(officer)
        channels = _channels(transaction, shown)
    return KeyRing(officer=shown, sealed_root=session.sealed, pins=officer.pins, channels=channels)


def keep_pins(parts: Parts, officer_id: bytes, pins: bytes) -> None:
    """What the officer has compared and confirmed, sealed under a key of its own; replaces what was there."""
    with parts.database.write() as session:
        officer = rows.locked(session, officer_id)
        if officer is None:
            raise NotSignedIn
        officer.pins = pins


def _channels(session: Transaction, officer: OfficerView) -> tuple[ChannelKeys, ...]:
    party = party_hash(officer.recipient, officer.verify_key)
    ended = people.removals_of(session, officer.id)
    return tuple(
        ChannelKeys(
            id=channel.id,
            name=channel.name,
            slug=channel.slug,
            records=tuple(rows.records(session, channel.id)),
            anchor_recipient=channel.anchor_recipient,
            grants=tuple(rows.channel_grants(session, channel.id, party)),
            keeper=rows.is_keeper(session, channel.id, officer.id),
            keepers=tuple(sorted(people.keepers(session, channel.id))),
            sheet_confirmed=channel.sheet_confirmed_on is not None,
            anchor_grant=people.anchor_grant(session, channel.id, party),
            leaving=tuple(sorted(people.removals(session, channel.id))),
        )
        for channel in rows.granted_channels(session, party)
        if channel.id not in ended
    )


def party_hash(recipient: str, verify_key: bytes) -> bytes:
    """The 32 bytes that name the party of these two public keys (SPEC 4)."""
    return Party(Recipient.parse(recipient), verify_key).hash
