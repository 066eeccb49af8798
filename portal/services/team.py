"""Whose cases an officer may see: those of channels in whose newest signed record the officer is a member.

Membership is taken from the records alone, by id and verify key, never from a table that an administrator can
write; such a table (removals) can only take access away. Of a channel's epochs an officer reaches those that
were granted to it, so that who is let in again has no older rights than the keeper gave. Everything else does
not exist for the officer: NotFound, the same for "no such case" and "not yours"
(Directive (EU) 2019/1937, Art. 16; REQUIREMENTS RO-02, CO-03).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from crypto.keys import Party, Recipient
from crypto.records import CaseRecord, ChannelRecord, verify_case_chain, verify_channel_chain
from portal.domain.access import Person, Right, may, reads_case
from portal.services.errors import NotFound
from portal.services.staff import person_of
from portal.store import cases, desk_queries, people
from portal.store.models import Case, Channel, Officer


@dataclass(frozen=True)
class TeamChannel:
    """A channel that the officer is on: its verified records, each epoch's party (32 bytes), the epochs granted."""

    id: bytes
    slug: str
    name: str
    acknowledge_days: int
    feedback_months: int
    records: tuple[ChannelRecord, ...]
    parties: Mapping[int, bytes]
    epochs: frozenset[int]

    @property
    def newest(self) -> ChannelRecord:
        """The record in force."""
        return self.records[-1]


@dataclass(frozen=True)
class Desk:
    """One officer at work: who it is, and the channels in reach."""

    person: Person
    organisation_id: bytes
    verify_key: bytes
    party: bytes
    channels: Mapping[bytes, TeamChannel]

    @property
    def officer_id(self) -> bytes:
        """The officer's id, 16 bytes."""
        return self.person.id

    @property
    def holders(self) -> frozenset[bytes]:
        """The parties whose grants and wraps this officer can open: one's own, and each epoch that was granted."""
        epochs = {channel.parties[epoch] for channel in self.channels.values() for epoch in channel.epochs}
        return frozenset({self.party, *epochs})


def desk_of(session: Session, officer_id: bytes) -> Desk:
    """The desk of an officer. Raises NotFound for anybody who may not handle cases. Fails closed."""
    officer = desk_queries.officer(session, officer_id)
    if officer is None:
        raise NotFound
    person = person_of(officer)
    if not may(person, Right.HANDLE_CASES):
        raise NotFound
    granted = people.granted_epochs(session, party_of(officer))
    ended = people.removals_of(session, officer.id)
    every = desk_queries.channels(session, officer.organisation_id)
    mine = (
        _team_channel(session, channel, officer, granted.get(channel.id, frozenset()))
        for channel in every
        if channel.id not in ended
    )
    return Desk(
        person=person,
        organisation_id=officer.organisation_id,
        verify_key=officer.verify_key,
        party=party_of(officer),
        channels={channel.id: channel for channel in mine if channel is not None},
    )


def party_of(officer: Officer) -> bytes:
    """The party of the officer's root, 32 bytes, from the registered keys."""
    return _party(officer.recipient, officer.verify_key)


def case_in_reach(session: Session, desk: Desk, case_id: bytes, *, to_change: bool = False) -> Case:
    """The case, if this officer is among its readers. Raises NotFound. Fails closed.

    `to_change` keeps others from changing it until the transaction ends.
    """
    return _in_reach(session, desk, desk_queries.case(session, case_id, to_change=to_change))


def case_of_reference(session: Session, desk: Desk, reference: str, *, to_change: bool = False) -> Case:
    """As case_in_reach, for the name that pages use."""
    found = cases.by_reference(session, desk.organisation_id, reference, to_change=to_change)
    return _in_reach(session, desk, found)


def talk_chain(session: Session, channel: TeamChannel, case_id: bytes) -> tuple[CaseRecord, ...]:
    """The verified records of what reporter and desk both read. Raises RecordError."""
    raws = [row.raw for row in cases.records(session, case_id, "talk")]
    return verify_case_chain(raws, channel_records=channel.records, case=case_id, scope="talk")


def _in_reach(session: Session, desk: Desk, case: Case | None) -> Case:
    if case is None or case.channel_id not in desk.channels:
        raise NotFound
    newest = cases.records(session, case.id, "talk")[-1:]
    readers = CaseRecord.read(newest[0].raw).readers if newest else ()
    if not reads_case(desk.person, readers, desk.channels[case.channel_id].epochs):
        raise NotFound
    return case


def _team_channel(
    session: Session, channel: Channel, officer: Officer, epochs: frozenset[int]
) -> TeamChannel | None:
    rows = desk_queries.channel_records(session, [channel.id])
    if not rows:
        return None
    records = verified(channel.id, tuple(row.raw for row in rows))
    if not is_member(records[-1], officer):
        return None
    return TeamChannel(
        id=channel.id,
        slug=channel.slug,
        name=channel.name,
        acknowledge_days=channel.acknowledge_days,
        feedback_months=channel.feedback_months,
        records=records,
        parties={row.epoch: row.party for row in rows},
        epochs=epochs & {record.epoch for record in records},
    )


def is_member(record: ChannelRecord, officer: Officer) -> bool:
    """Whether `record` names the officer, by id and verify key."""
    return any(
        member.officer_id == officer.id and member.verify_key == officer.verify_key
        for member in record.members
    )


@lru_cache(maxsize=256)
def _party(recipient: str, verify_key: bytes) -> bytes:
    return Party(Recipient.parse(recipient), verify_key).hash


@lru_cache(maxsize=256)
def verified(channel_id: bytes, raws: tuple[bytes, ...]) -> tuple[ChannelRecord, ...]:
    """The verified chain. Signatures are checked once a process: the key of the cache is every byte of it."""
    return verify_channel_chain(raws, channel=channel_id)
