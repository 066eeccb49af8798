"""What has changed in a channel's team since a report: who came, who left, and when its key or its words changed.

Drawn from the signed records alone, so that a reporter learns of everybody who was let in, also of somebody who
has left again meanwhile; names and roles are the server's word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from crypto.records import ChannelRecord, Member
from portal.services.channels import PublicReader
from portal.store.models import Officer


@dataclass(frozen=True)
class TeamChange:
    """One record's difference from the one before."""

    day: date
    joined: tuple[PublicReader, ...]
    left: tuple[PublicReader, ...]
    new_key: bool
    new_words: bool


def since(
    records: tuple[ChannelRecord, ...], known: bytes, officers: Mapping[bytes, Officer]
) -> tuple[TeamChange, ...]:
    """Every change after the record whose hash is `known`, oldest first. A record that changes nobody is left out."""
    place = next(place for place, record in enumerate(records) if record.hash == known)
    pairs = zip(records[place:], records[place + 1 :], strict=False)
    return tuple(
        TeamChange(
            day=after.day,
            joined=tuple(_people(after, before, officers)),
            left=tuple(_people(before, after, officers)),
            new_key=after.epoch != before.epoch,
            new_words=after.anchor_verify_key != before.anchor_verify_key,
        )
        for before, after in pairs
        if (before.members, before.epoch) != (after.members, after.epoch)
    )


def _people(
    of: ChannelRecord, without: ChannelRecord, officers: Mapping[bytes, Officer]
) -> Iterator[PublicReader]:
    """Who is named in one record and not, with the same keys, in the other."""
    for member in of.members:
        if member not in without.members:
            yield _named(member, officers)


def _named(member: Member, officers: Mapping[bytes, Officer]) -> PublicReader:
    officer = officers.get(member.officer_id)
    return PublicReader(officer.name, officer.role) if officer else PublicReader("", "")
