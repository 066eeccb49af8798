"""Who is on which team, who keeps its anchor, who waits to be let in: what the team page shows.

Members are drawn from the newest signed record; names and roles are the server's word. Nothing here is about a
case, so an administrator may see all of it. An officer sees the channels that the officer is on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session as Transaction

from crypto.records import ChannelRecord
from portal.domain.access import Right, may
from portal.services import invitations, older_keys
from portal.services.errors import NotFound
from portal.services.invitations import Invited
from portal.services.parts import Parts
from portal.services.staff import person_of
from portal.services.team import is_member, verified
from portal.store import models
from portal.store import people as rows
from portal.store.desk_queries import channels as all_channels


@dataclass(frozen=True)
class Colleague:
    """One of the staff, with the public keys that the 8 words are made from."""

    id: bytes
    name: str
    role: str
    is_officer: bool
    is_administrator: bool
    active: bool
    enrolled_on: date
    recipient: str
    verify_key: bytes


@dataclass(frozen=True)
class Team:
    """A channel's people. `mine` and `keeping` are about who looks.

    `leaving`: named in the newest record, without access; `waiting`: officers who never were in a channel;
    `others`: the remaining officers who could be let in; `last_chances`: by member, the cases that nobody could
    answer any more if this one left now.
    """

    id: bytes
    slug: str
    name: str
    members: tuple[Colleague, ...]
    keepers: frozenset[bytes]
    leaving: frozenset[bytes]
    waiting: tuple[Colleague, ...]
    others: tuple[Colleague, ...]
    mine: bool
    keeping: bool
    sheet_confirmed: bool
    epoch: int
    last_chances: Mapping[bytes, int]


@dataclass(frozen=True)
class KeyedChannel:
    """A channel that has keys: its row, its verified records, each epoch's party, and who is leaving it."""

    row: models.Channel
    records: tuple[ChannelRecord, ...]
    parties: Mapping[int, bytes]
    leaving: frozenset[bytes]

    def has_on_team(self, officer: models.Officer) -> bool:
        """Whether the officer reads its cases."""
        here = officer.is_officer and is_member(self.records[-1], officer)
        return here and officer.id not in self.leaving


@dataclass(frozen=True)
class TeamPage:
    """The whole page; `people` and `invitations` are empty unless an administrator looks."""

    channels: tuple[Team, ...]
    people: tuple[Colleague, ...]
    invitations: tuple[Invited, ...]
    administers: bool

    def last_chances(self, officer_id: bytes) -> int:
        """How many cases of these channels nobody could answer any more if this officer left now."""
        return sum(team.last_chances.get(officer_id, 0) for team in self.channels)


def team_page(parts: Parts, officer_id: bytes) -> TeamPage:
    """What the officer may see of the teams. Raises NotFound for somebody who has left."""
    with parts.database.read() as session:
        me, everybody = staff_of(session, officer_id)
        administers = may(person_of(me), Right.ARRANGE_PEOPLE)
        teams = _teams(session, me, everybody)
    return TeamPage(
        channels=tuple(team for team in teams if team.mine or administers),
        people=tuple(_colleague(one) for one in everybody) if administers else (),
        invitations=invitations.listed(parts, officer_id) if administers else (),
        administers=administers,
    )


def team_of(parts: Parts, officer_id: bytes, channel_id: bytes) -> Team:
    """One channel, for a member or an administrator. Raises NotFound for anybody else."""
    with parts.database.read() as session:
        me, everybody = staff_of(session, officer_id)
        administers = may(person_of(me), Right.ARRANGE_PEOPLE)
        teams = _teams(session, me, everybody)
    for team in teams:
        if team.id == channel_id and (team.mine or administers):
            return team
    raise NotFound


def staff_of(session: Transaction, officer_id: bytes) -> tuple[models.Officer, tuple[models.Officer, ...]]:
    """Who looks, and everybody who is or was on the staff. Raises NotFound for somebody who has left."""
    me = session.get(models.Officer, officer_id)
    if me is None or not me.active:
        raise NotFound
    return me, tuple(rows.people(session, me.organisation_id))


def keyed_channels(session: Transaction, organisation_id: bytes) -> tuple[KeyedChannel, ...]:
    """The organisation's channels that have keys, in their order."""
    loaded = []
    for channel in all_channels(session, organisation_id):
        found = rows.records(session, channel.id)
        if found and channel.anchor_recipient is not None:
            records = verified(channel.id, tuple(row.raw for row in found))
            parties = {row.epoch: row.party for row in found}
            loaded.append(KeyedChannel(channel, records, parties, rows.removals(session, channel.id)))
    return tuple(loaded)


def _teams(
    session: Transaction, me: models.Officer, everybody: tuple[models.Officer, ...]
) -> tuple[Team, ...]:
    keyed = keyed_channels(session, me.organisation_id)
    known = frozenset(member.officer_id for one in keyed for r in one.records for member in r.members)
    return tuple(_team(session, one, me, everybody, known) for one in keyed)


def _team(
    session: Transaction,
    keyed: KeyedChannel,
    me: models.Officer,
    everybody: tuple[models.Officer, ...],
    known: frozenset[bytes],
) -> Team:
    channel, newest, keepers = keyed.row, keyed.records[-1], rows.keepers(session, keyed.row.id)
    outside = [one for one in everybody if one.active and one.is_officer and not is_member(newest, one)]
    mine = keyed.has_on_team(me)
    return Team(
        id=channel.id,
        slug=channel.slug,
        name=channel.name,
        members=tuple(_colleague(one) for one in everybody if is_member(newest, one)),
        keepers=keepers,
        leaving=keyed.leaving,
        waiting=tuple(_colleague(one) for one in outside if one.id not in known),
        others=tuple(_colleague(one) for one in outside if one.id in known),
        mine=mine,
        keeping=mine and me.id in keepers,
        sheet_confirmed=channel.sheet_confirmed_on is not None,
        epoch=newest.epoch,
        last_chances=older_keys.last_chances(session, keyed.records, channel.id, keyed.parties),
    )


def _colleague(officer: models.Officer) -> Colleague:
    return Colleague(
        id=officer.id,
        name=officer.name,
        role=officer.role,
        is_officer=officer.is_officer,
        is_administrator=officer.is_administrator,
        active=officer.active,
        enrolled_on=officer.enrolled_on,
        recipient=officer.recipient,
        verify_key=officer.verify_key,
    )
