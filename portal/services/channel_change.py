"""A channel's next record, checked: what follows from those before, signed by the anchor, granted to whom it names.

The server makes no record and no grant. It refuses what a member's browser would refuse later, so that a slip
of one keeper's browser can't stop the page of everybody else. All of it fails closed.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session as Transaction

from crypto.errors import CryptoError, RecordError
from crypto.grant import Purpose
from crypto.keys import Recipient
from crypto.records import ChannelRecord, Member, verify_channel_chain
from portal.domain.register import Kind
from portal.services.desk_errors import Changed, Malformed
from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.services.sealed_shapes import check_grant
from portal.services.staff import enter
from portal.services.team import is_member, verified
from portal.store import models
from portal.store import people as rows

CLOCK_DAYS_APART = timedelta(days=1)
Asked = tuple[Purpose, int, bytes]
"""Which grant: purpose, epoch (0 for the anchor), and the receiver's party."""


class EpochDue(Changed):
    """Somebody's access has ended: the next epoch comes before anything else."""

    code = "epoch_due"


@dataclass(frozen=True)
class ChannelGrant:
    """A root of the channel sealed to one party: an epoch's (`number`), or the anchor's (`number` 0)."""

    purpose: Purpose
    number: int
    receiver: bytes
    sealed: bytes


@dataclass(frozen=True)
class Team:
    """A channel as it stands before a change, and the keeper who makes it. Its row is locked."""

    channel: models.Channel
    rows: tuple[models.ChannelRecord, ...]
    records: tuple[ChannelRecord, ...]
    keepers: frozenset[bytes]
    leaving: frozenset[bytes]
    keeper: models.Officer

    @property
    def newest(self) -> ChannelRecord:
        """The record in force."""
        return self.records[-1]

    def parties(self) -> dict[int, bytes]:
        """Each epoch's party."""
        return {row.epoch: row.party for row in self.rows}


def team_for(session: Transaction, keeper_id: bytes, channel_id: bytes) -> Team:
    """The channel, for one of its keepers. Raises NotFound for anybody else."""
    channel = rows.locked_channel(session, channel_id)
    keeper = session.get(models.Officer, keeper_id)
    found = tuple(rows.records(session, channel_id))
    if channel is None or keeper is None or not found or not (keeper.active and keeper.is_officer):
        raise NotFound
    records = verified(channel_id, tuple(row.raw for row in found))
    keepers, leaving = rows.keepers(session, channel_id), rows.removals(session, channel_id)
    team = Team(channel, found, records, keepers, leaving, keeper)
    if keeper.id not in team.keepers - team.leaving or not is_member(records[-1], keeper):
        raise NotFound
    return team


def next_record(parts: Parts, team: Team, raw: bytes) -> ChannelRecord:
    """The record in `raw`, if it follows the newest and is signed by its anchor.

    Raises Changed when a colleague's record has taken its number, Malformed otherwise.
    """
    try:
        record = ChannelRecord.read(raw)
        if record.channel == team.channel.id and record.number < len(team.records):
            raise Changed
        verify_channel_chain([*(one.raw for one in team.records), raw], channel=team.channel.id)
        record.recipient.hpke_key  # noqa: B018 - raises KeyMalformed: nobody must seal to a key that is none
    except (RecordError, CryptoError) as error:
        raise Malformed from error
    if abs(record.day - parts.clock.today()) > CLOCK_DAYS_APART:
        raise Malformed
    return record


def member_of(officer: models.Officer) -> Member:
    """The line of a record that names this officer by the registered keys."""
    return Member(officer.id, officer.verify_key, Recipient.parse(officer.recipient).hash)


def officers_of(session: Transaction, record: ChannelRecord) -> tuple[models.Officer, ...]:
    """Everybody whom `record` names, as registered. Raises Malformed for somebody unknown or not in office."""
    found = []
    for member in record.members:
        officer = session.get(models.Officer, member.officer_id)
        if officer is None or not (officer.active and officer.is_officer) or member != member_of(officer):
            raise Malformed
        found.append(officer)
    return tuple(found)


def check_grants(grants: Collection[ChannelGrant], expected: Collection[Asked]) -> None:
    """Nothing, if these are exactly the grants `expected`, each of a grant's shape. Raises Malformed."""
    given = [(grant.purpose, grant.number, grant.receiver) for grant in grants]
    if len(given) != len(set(given)) or set(given) != set(expected):
        raise Malformed
    for grant in grants:
        check_grant(grant.sealed)


def store(session: Transaction, team: Team, record: ChannelRecord, party: bytes) -> None:
    """The record, in the caller's transaction; `party` is the party of its epoch."""
    session.add(
        models.ChannelRecord(
            channel_id=team.channel.id,
            number=record.number,
            raw=record.raw,
            hash=record.hash,
            epoch=record.epoch,
            party=party,
        )
    )


def store_grants(session: Transaction, channel_id: bytes, grants: Collection[ChannelGrant]) -> None:
    """The grants, in the caller's transaction, in the place of any to the same receiver."""
    for grant in grants:
        session.add(
            models.Grant(
                id=secrets.token_bytes(16),
                purpose=grant.purpose,
                channel_id=channel_id,
                number=grant.number,
                receiver=grant.receiver,
                sealed=grant.sealed,
            )
        )


def enter_record(parts: Parts, session: Transaction, team: Team, record: ChannelRecord) -> None:
    """The register's line for the record."""
    enter(
        parts, session, team.keeper, Kind.CHANNEL_RECORD_SIGNED,
        channel=team.channel.id.hex(), record=record.hash.hex(), number=record.number, epoch=record.epoch,
    )  # fmt: skip
