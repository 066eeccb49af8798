"""Queries on people: invitations, who keeps an anchor, who waits to be let out, and what was granted to whom."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.store.models import (
    Channel,
    ChannelRecord,
    Grant,
    Invitation,
    Keeper,
    Officer,
    RecoveryCode,
    Removal,
)


def invitation_of(session: Session, token_hash: bytes) -> Invitation | None:
    """The invitation behind a link, expired or not, or None."""
    return session.scalars(select(Invitation).where(Invitation.token_hash == token_hash)).one_or_none()


def invitations(session: Session, organisation_id: bytes) -> Sequence[Invitation]:
    """The organisation's invitations, the one that ends first in front."""
    query = select(Invitation).where(Invitation.organisation_id == organisation_id)
    return session.scalars(query.order_by(Invitation.expires_at, Invitation.name)).all()


def erase_invitation(session: Session, invitation_id: bytes) -> bool:
    """Whether there was such an invitation; there is none any more."""
    erased = delete(Invitation).where(Invitation.id == invitation_id).returning(Invitation.id)
    return session.scalars(erased).one_or_none() is not None


def erase_expired_invitations(session: Session, now: int) -> None:
    """Links that have run out are forgotten."""
    session.execute(delete(Invitation).where(Invitation.expires_at <= now))


def people(session: Session, organisation_id: bytes) -> Sequence[Officer]:
    """Everybody who is or was on the staff, in the order of enrolment."""
    query = select(Officer).where(Officer.organisation_id == organisation_id)
    return session.scalars(query.order_by(Officer.enrolled_on, Officer.name)).all()


def locked_channel(session: Session, channel_id: bytes) -> Channel | None:
    """The channel, whose people nobody else changes until the transaction ends, or None."""
    return session.get(Channel, channel_id, with_for_update=True, populate_existing=True)


def records(session: Session, channel_id: bytes) -> Sequence[ChannelRecord]:
    """The channel's signed records, oldest first."""
    query = select(ChannelRecord).where(ChannelRecord.channel_id == channel_id)
    return session.scalars(query.order_by(ChannelRecord.number)).all()


def keepers(session: Session, channel_id: bytes) -> frozenset[bytes]:
    """The ids of those who hold the channel's anchor."""
    return frozenset(session.scalars(select(Keeper.officer_id).where(Keeper.channel_id == channel_id)))


def removals(session: Session, channel_id: bytes) -> frozenset[bytes]:
    """The ids of those whose access has ended, and whom the newest record still names."""
    return frozenset(session.scalars(select(Removal.officer_id).where(Removal.channel_id == channel_id)))


def removals_of(session: Session, officer_id: bytes) -> frozenset[bytes]:
    """The channels in which this officer's access has ended, though the newest record still names it."""
    return frozenset(session.scalars(select(Removal.channel_id).where(Removal.officer_id == officer_id)))


def granted_epochs(session: Session, receiver: bytes) -> dict[bytes, frozenset[int]]:
    """By channel, the epochs whose root was granted to the party `receiver`."""
    query = select(Grant.channel_id, Grant.number).where(
        Grant.receiver == receiver, Grant.purpose == "channel"
    )
    found: dict[bytes, set[int]] = {}
    for channel_id, epoch in session.execute(query):
        found.setdefault(channel_id, set()).add(epoch)
    return {channel_id: frozenset(epochs) for channel_id, epochs in found.items()}


def anchor_grant(session: Session, channel_id: bytes, receiver: bytes) -> bytes | None:
    """The sealed grant of the channel's anchor to the party `receiver`, or None."""
    query = select(Grant.sealed).where(
        Grant.purpose == "anchor", Grant.channel_id == channel_id, Grant.receiver == receiver
    )
    return session.scalars(query).one_or_none()


def erase_channel_grants(session: Session, channel_id: bytes, receiver: bytes) -> None:
    """Nothing of the channel is granted to the party `receiver` any more: no epoch, no anchor."""
    session.execute(
        delete(Grant).where(
            Grant.channel_id == channel_id, Grant.case_id.is_(None), Grant.receiver == receiver
        )
    )


def erase_anchor_grants(session: Session, channel_id: bytes) -> None:
    """The anchor is granted to nobody: a new one takes its place in the same transaction."""
    session.execute(delete(Grant).where(Grant.purpose == "anchor", Grant.channel_id == channel_id))


def erase_keepers(session: Session, channel_id: bytes, officer_ids: Collection[bytes]) -> None:
    """These officers keep the channel's anchor no more."""
    session.execute(delete(Keeper).where(Keeper.channel_id == channel_id, Keeper.officer_id.in_(officer_ids)))


def erase_removals(session: Session, channel_id: bytes) -> None:
    """Nobody waits to be let out of the channel any more."""
    session.execute(delete(Removal).where(Removal.channel_id == channel_id))


def erase_recovery_codes(session: Session, officer_id: bytes) -> None:
    """No recovery code of the officer counts any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.officer_id == officer_id))


def erase_invitations_by(session: Session, officer_id: bytes) -> None:
    """No link that this officer made works any more: one may have been meant as a way back in."""
    session.execute(delete(Invitation).where(Invitation.invited_by == officer_id))
