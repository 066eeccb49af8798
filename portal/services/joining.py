"""Letting somebody in: a keeper's browser signs the next record and grants the newcomer the channel's roots.

The keeper has compared the newcomer's 8 words by voice before; the newcomer compares two of the anchor's words
before using what was granted (PROTOCOL 2). Neither takes the other's keys on this server's word.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from crypto.records import ChannelRecord
from portal.domain.register import Kind
from portal.services import channel_change
from portal.services.channel_change import Asked, ChannelGrant, EpochDue, Team
from portal.services.desk_errors import Changed, Malformed
from portal.services.parts import Parts
from portal.services.staff import enter
from portal.services.team import party_of
from portal.store import models
from portal.store.errors import Conflict


@dataclass(frozen=True)
class Admission:
    """The next record, with one member more, and what is granted to that member."""

    record: bytes
    grants: tuple[ChannelGrant, ...]


def admit(parts: Parts, keeper_id: bytes, channel_id: bytes, admission: Admission) -> None:
    """The newcomer is on the team from now on, and the public page says so.

    Raises NotFound unless a keeper of the channel asks; Changed when a colleague's record came first; EpochDue
    while somebody's access has ended; Malformed. Register: `channel-record-signed`, `member-added`,
    `grant-made`, and `keeper-added` where the anchor was granted.
    """
    try:
        with parts.database.write() as session:
            team = channel_change.team_for(session, keeper_id, channel_id)
            record = channel_change.next_record(parts, team, admission.record)
            if team.leaving:
                raise EpochDue
            newcomer = _newcomer(session, team, record)
            keeps = _check_grants(team, party_of(newcomer), admission.grants)
            channel_change.store(session, team, record, team.parties()[record.epoch])
            channel_change.store_grants(session, channel_id, admission.grants)
            if keeps:
                session.add(models.Keeper(channel_id=channel_id, officer_id=newcomer.id))
            _enter(parts, session, team, record, newcomer, admission, keeps=keeps)
    except Conflict as error:
        raise Changed from error


def _newcomer(session: Transaction, team: Team, record: ChannelRecord) -> models.Officer:
    """Whom the record adds. Raises Malformed unless it adds exactly one person and changes nothing else."""
    before = team.newest
    anchor = (before.anchor_verify_key, before.anchor_recipient_hash)
    same = record.epoch == before.epoch and (record.anchor_verify_key, record.anchor_recipient_hash) == anchor
    added = set(record.members) - set(before.members)
    if not same or len(added) != 1 or len(record.members) != len(before.members) + 1:
        raise Malformed
    (member,) = added
    return next(one for one in channel_change.officers_of(session, record) if one.id == member.officer_id)


def _check_grants(team: Team, newcomer: bytes, grants: tuple[ChannelGrant, ...]) -> bool:
    """Whether the anchor is among the grants: all to the newcomer, the epoch in force among them, none twice."""
    epochs = {grant.number for grant in grants if grant.purpose == "channel"}
    keeps = any(grant.purpose == "anchor" for grant in grants)
    if team.newest.epoch not in epochs or not epochs <= set(team.parties()):
        raise Malformed
    expected: list[Asked] = [("channel", epoch, newcomer) for epoch in epochs]
    if keeps:
        expected.append(("anchor", 0, newcomer))
    channel_change.check_grants(grants, expected)
    return keeps


def _enter(
    parts: Parts,
    session: Transaction,
    team: Team,
    record: ChannelRecord,
    newcomer: models.Officer,
    admission: Admission,
    *,
    keeps: bool,
) -> None:
    channel, member = team.channel.id.hex(), newcomer.id.hex()
    channel_change.enter_record(parts, session, team, record)
    enter(parts, session, team.keeper, Kind.MEMBER_ADDED, channel=channel, member=member, name=newcomer.name)
    epochs = sorted(grant.number for grant in admission.grants if grant.purpose == "channel")
    said = " ".join(map(str, epochs[-100:]))
    enter(parts, session, team.keeper, Kind.GRANT_MADE, channel=channel, member=member, epochs=said)
    if keeps:
        enter(parts, session, team.keeper, Kind.KEEPER_ADDED, channel=channel, member=member)
