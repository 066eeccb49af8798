"""Cases under an older key than their channel's newest: who can still move them, and that nobody writes in one.

The next record of a case is signed by somebody who was on the team in the epoch that its last record names
(SPEC 8). Who joined later reads it by a grant and can't sign for it; once nobody of that epoch is left, nobody
ever can. So a case is moved at the latest by the last one who can (docs/decisions/0009).
"""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from crypto.records import CaseRecord, ChannelRecord, Member, Reader
from crypto.wrap import Scope
from portal.services.desk_errors import Changed, Malformed, OlderKey
from portal.services.team import Desk, TeamChannel, party_of
from portal.store import cases, people, rerooting
from portal.store.models import Case, Officer

ByOfficer = Mapping[bytes, frozenset[int]]
SCOPES: tuple[Scope, ...] = ("talk", "desk")


def served(records: Collection[ChannelRecord], officer_id: bytes, verify_key: bytes) -> frozenset[int]:
    """The epochs in which the officer was on the team, by id and verify key."""
    return frozenset(record.epoch for record in records if _names(record, officer_id, verify_key))


def alone_in(session: Session, records: tuple[ChannelRecord, ...], channel_id: bytes) -> ByOfficer:
    """By officer, the older epochs in which nobody else was who is still on the team and holds their roots."""
    newest, leaving = records[-1], people.removals(session, channel_id)
    present = [member for member in newest.members if member.officer_id not in leaving]
    signers: dict[int, list[bytes]] = {}
    for member in present:
        for epoch in _can_sign(session, records, channel_id, member) - {newest.epoch}:
            signers.setdefault(epoch, []).append(member.officer_id)
    return {
        member.officer_id: frozenset(e for e, found in signers.items() if found == [member.officer_id])
        for member in present
    }


def last_chances(
    session: Session, records: tuple[ChannelRecord, ...], channel_id: bytes, parties: Mapping[int, bytes]
) -> dict[bytes, int]:
    """By officer, how many cases could never be answered again if this one left now. Nobody with none."""
    alone = alone_in(session, records, channel_id)
    counts = {
        officer_id: rerooting.count_under(session, channel_id, [parties[epoch] for epoch in epochs])
        for officer_id, epochs in alone.items()
        if epochs
    }
    return {officer_id: count for officer_id, count in counts.items() if count}


def check_newest(session: Session, desk: Desk, case: Case, scope: Scope, under: int) -> None:
    """Nothing, if what was sealed under case record `under` of this scope may be stored. Fails closed.

    Raises Changed when the scope has a newer record: who left could open what is sealed under the old one.
    OlderKey while either scope is under an older epoch, where a newcomer's signature would be refused by
    every reader, or names other readers than a team has. Malformed for a scope without records.
    """
    found = {each: cases.records(session, case.id, each) for each in SCOPES}
    newest = {each: CaseRecord.read(rows[-1].raw) for each, rows in found.items() if rows}
    if scope not in newest:
        raise Malformed
    if newest[scope].number != under:
        raise Changed
    if any(_is_older(record, desk.channels[case.channel_id]) for record in newest.values()):
        raise OlderKey


def _is_older(record: CaseRecord, channel: TeamChannel) -> bool:
    """Whether the record names others than the newest epoch and, in talk, the mailbox (js/desk/older_key.js)."""
    team: set[Reader] = {("channel", channel.newest.epoch)}
    return set(record.readers) != (team | {("mailbox", None)} if record.scope == "talk" else team)


def _can_sign(
    session: Session, records: tuple[ChannelRecord, ...], channel_id: bytes, member: Member
) -> frozenset[int]:
    """The epochs that the member was on the team in and holds. Nobody in office: none."""
    officer = session.get(Officer, member.officer_id)
    if officer is None or not (officer.active and officer.is_officer):
        return frozenset()
    granted = people.granted_epochs(session, party_of(officer)).get(channel_id, frozenset())
    return granted & served(records, member.officer_id, member.verify_key)


def _names(record: ChannelRecord, officer_id: bytes, verify_key: bytes) -> bool:
    return any((one.officer_id, one.verify_key) == (officer_id, verify_key) for one in record.members)
