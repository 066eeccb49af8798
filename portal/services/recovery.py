"""The way back with the recovery sheet: whoever holds the anchor's 21 words makes a keeper, when no keeper is left.

The words stay in the browser. What arrives is a record signed by the anchor, and this signature is the whole
authority: no keeper is asked. An officer still has to be enrolled and in office, so that a sheet without an
account opens nothing here, and every use of one is in the register under a name. All of it fails closed.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from crypto.keys import Recipient
from crypto.records import ChannelRecord
from portal.domain.access import Right, may
from portal.domain.register import Kind
from portal.services import channel_change
from portal.services.channel_change import Asked, ChannelGrant, Team, member_of
from portal.services.desk_errors import Changed, Malformed
from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.services.staff import enter, person_of
from portal.services.team import is_member, party_of, verified
from portal.store import models
from portal.store import officers as officer_rows
from portal.store import people as rows
from portal.store.desk_queries import channels as all_channels
from portal.store.errors import Conflict


@dataclass(frozen=True)
class SheetChannel:
    """A channel whose sheet somebody may hold: its records, and each epoch's root sealed to the anchor."""

    id: bytes
    name: str
    records: tuple[bytes, ...]
    anchor_recipient: str
    grants: tuple[bytes, ...]


@dataclass(frozen=True)
class Recovery:
    """What the browser made with the anchor: the next record, the grants to this officer, and its new pins."""

    record: bytes
    grants: tuple[ChannelGrant, ...]
    pins: bytes


def sheet_channels(parts: Parts, officer_id: bytes) -> tuple[SheetChannel, ...]:
    """Every channel of the organisation that has a key. Without its anchor nothing of it can be opened.

    Raises NotFound for anybody but an officer in office.
    """
    with parts.database.read() as session:
        officer = _in_office(session.get(models.Officer, officer_id))
        found = (_sheet_channel(session, one) for one in all_channels(session, officer.organisation_id))
        return tuple(one for one in found if one is not None)


def recover(parts: Parts, officer_id: bytes, channel_id: bytes, recovery: Recovery) -> None:
    """The officer is a member of the channel and one of its keepers from now on.

    Somebody whose access to it was ended is refused: NotFound, as for anybody but an officer in office. Raises
    Changed when a colleague's record came first, Malformed. Register: `sheet-used`, `channel-record-signed`,
    `member-added` unless the officer was one, `grant-made`, `keeper-added`.
    """
    try:
        with parts.database.write() as session:
            team = _team(session, officer_id, channel_id)
            record = channel_change.next_record(parts, team, recovery.record)
            _check_change(team, record)
            _check_grants(session, team, recovery.grants)
            rows.erase_channel_grants(session, channel_id, party_of(team.keeper))
            channel_change.store(session, team, record, team.parties()[record.epoch])
            channel_change.store_grants(session, channel_id, recovery.grants)
            if officer_id not in team.keepers:
                session.add(models.Keeper(channel_id=channel_id, officer_id=officer_id))
            team.keeper.pins = recovery.pins
            # Twenty-one words were read from it just now: that is what confirming a sheet means.
            team.channel.sheet_confirmed_on = parts.clock.today()
            _enter(parts, session, team, record, recovery)
    except Conflict as error:
        raise Changed from error


def _in_office(found: models.Officer | None) -> models.Officer:
    if found is None or not may(person_of(found), Right.HANDLE_CASES):
        raise NotFound
    return found


def _sheet_channel(session: Transaction, channel: models.Channel) -> SheetChannel | None:
    raws = tuple(officer_rows.records(session, channel.id))
    if not raws or channel.anchor_recipient is None:
        return None
    anchor = verified(channel.id, raws)[-1].anchor_party(Recipient.parse(channel.anchor_recipient))
    grants = tuple(officer_rows.channel_grants(session, channel.id, anchor.hash))
    return SheetChannel(channel.id, channel.name, raws, channel.anchor_recipient, grants)


def _team(session: Transaction, officer_id: bytes, channel_id: bytes) -> Team:
    """The channel as it stands. In the keeper's place stands who is about to become one."""
    channel, officer = rows.locked_channel(session, channel_id), officer_rows.locked(session, officer_id)
    officer = _in_office(officer)
    found = tuple(rows.records(session, channel_id))
    if channel is None or not found or channel.organisation_id != officer.organisation_id:
        raise NotFound
    records = verified(channel_id, tuple(row.raw for row in found))
    keepers, leaving = rows.keepers(session, channel_id), rows.removals(session, channel_id)
    if officer.id in leaving:
        raise NotFound
    return Team(channel, found, records, keepers, leaving, officer)


def _check_change(team: Team, record: ChannelRecord) -> None:
    """Nothing, if `record` names this officer beside everybody named before, and changes nothing else."""
    before = team.newest
    anchor = (before.anchor_verify_key, before.anchor_recipient_hash)
    same = record.epoch == before.epoch and (record.anchor_verify_key, record.anchor_recipient_hash) == anchor
    if not same or set(record.members) != {*before.members, member_of(team.keeper)}:
        raise Malformed


def _check_grants(session: Transaction, team: Team, grants: tuple[ChannelGrant, ...]) -> None:
    """Nothing, if all are to this officer: the anchor, the epoch in force, and every epoch granted before."""
    receiver = party_of(team.keeper)
    epochs = {grant.number for grant in grants if grant.purpose == "channel"}
    had = rows.granted_epochs(session, receiver).get(team.channel.id, frozenset())
    if not {team.newest.epoch, *had} <= epochs <= set(team.parties()):
        raise Malformed
    expected: list[Asked] = [("channel", epoch, receiver) for epoch in epochs]
    channel_change.check_grants(grants, [*expected, ("anchor", 0, receiver)])


def _enter(parts: Parts, session: Transaction, team: Team, record: ChannelRecord, recovery: Recovery) -> None:
    officer, channel = team.keeper, team.channel.id.hex()
    member = officer.id.hex()
    enter(parts, session, officer, Kind.SHEET_USED, channel=channel, name=officer.name)
    channel_change.enter_record(parts, session, team, record)
    if not is_member(team.newest, officer):
        enter(parts, session, officer, Kind.MEMBER_ADDED, channel=channel, member=member, name=officer.name)
    epochs = sorted(grant.number for grant in recovery.grants if grant.purpose == "channel")
    said = " ".join(map(str, epochs[-100:]))
    enter(parts, session, officer, Kind.GRANT_MADE, channel=channel, member=member, epochs=said)
    if officer.id not in team.keepers:
        enter(parts, session, officer, Kind.KEEPER_ADDED, channel=channel, member=member)
