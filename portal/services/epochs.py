"""The next epoch of a channel: a new root that whoever left never had, made by a keeper's browser.

Where the leaver kept the anchor, the anchor changes too, signed by the old one, and with it the 8 words and the
recovery sheet: who has copied an anchor could sign people in for ever (PROTOCOL 2).
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from crypto.errors import CryptoError
from crypto.keys import Party, Recipient
from crypto.records import ChannelRecord
from portal.domain.register import Kind
from portal.services import channel_change, sessions
from portal.services.channel_change import Asked, ChannelGrant, Team
from portal.services.desk_errors import Changed, Malformed
from portal.services.leaving import check_stays_kept
from portal.services.parts import Parts
from portal.services.staff import enter
from portal.services.team import party_of
from portal.store import models
from portal.store import people as rows
from portal.store.errors import Conflict


@dataclass(frozen=True)
class NextEpoch:
    """What the keeper's browser made. `anchor_recipient` is "" unless the anchor changes; then its new
    recovery sheet was printed and confirmed. `party` is the new root's.
    """

    record: bytes
    party: bytes
    grants: tuple[ChannelGrant, ...]
    anchor_recipient: str = ""
    sheet_confirmed: bool = False


@dataclass(frozen=True)
class _Change:
    """The checked change: who stays and leaves, and both anchors."""

    team: Team
    record: ChannelRecord
    staying: tuple[models.Officer, ...]
    gone: frozenset[bytes]
    old_anchor: Party
    anchor: Party

    @property
    def hands_over(self) -> bool:
        """Whether the anchor changes."""
        return self.anchor != self.old_anchor


def make_next(parts: Parts, keeper_id: bytes, channel_id: bytes, new: NextEpoch) -> None:
    """The channel seals to a new root, granted to those who stay and to the anchor; who left holds nothing.

    Raises NotFound unless a keeper of the channel asks; Changed when a colleague's record came first;
    LastMember, LastKeeper, Malformed. Register: `channel-record-signed`, `member-removed` for each, and
    `anchor-changed`, `sheet-confirmed` where the anchor changed.
    """
    try:
        with parts.database.write() as session:
            team = channel_change.team_for(session, keeper_id, channel_id)
            change = _checked(parts, session, team, new)
            channel_change.check_grants(new.grants, _expected(change))
            _take_away(parts, session, change)
            channel_change.store(session, team, change.record, new.party)
            channel_change.store_grants(session, channel_id, new.grants)
            _enter(parts, session, change)
    except Conflict as error:
        raise Changed from error
    for officer_id in change.gone:
        sessions.end_all(parts, "desk", officer_id)


def _checked(parts: Parts, session: Transaction, team: Team, new: NextEpoch) -> _Change:
    """Who stays, who goes and which anchor, if the record says what the rules ask. Raises Malformed and others."""
    record, before = channel_change.next_record(parts, team, new.record), team.newest
    members = {member.officer_id for member in before.members}
    staying = channel_change.officers_of(session, record)
    gone = frozenset(members - {one.id for one in staying})
    if record.epoch != before.epoch + 1 or not set(record.members) <= set(before.members):
        raise Malformed
    check_stays_kept(team.keepers, members, gone)
    if team.keeper.id in gone or not team.leaving <= gone:
        raise Malformed
    old = before.anchor_party(Recipient.parse(team.channel.anchor_recipient or ""))
    change = _Change(team, record, staying, gone, old, _anchor(record, old, new))
    # A browser may know of a keeper whom this database does not name any more, and change the anchor for that one.
    if gone & team.keepers and not change.hands_over:
        raise Malformed
    known = {*team.parties().values(), old.hash, change.anchor.hash, *map(party_of, staying)}
    if new.party in known:
        raise Malformed
    return change


def _anchor(record: ChannelRecord, old: Party, new: NextEpoch) -> Party:
    """The anchor that the record names. A new one only with its sheet confirmed. Raises Malformed."""
    if not new.anchor_recipient:
        if (record.anchor_verify_key, record.anchor_recipient_hash) != (old.verify_key, old.recipient.hash):
            raise Malformed
        return old
    try:
        anchor = record.anchor_party(Recipient.parse(new.anchor_recipient))
        anchor.recipient.hpke_key  # noqa: B018 - raises KeyMalformed: nobody must seal to a key that is none
    except CryptoError as error:
        raise Malformed from error
    # Half of a new anchor would be one whose words nobody has compared.
    fresh = anchor.verify_key != old.verify_key and anchor.recipient != old.recipient
    if not (new.sheet_confirmed and fresh):
        raise Malformed
    return anchor


def _expected(change: _Change) -> list[Asked]:
    """Exactly these grants: the new root to those who stay and the anchor; a new anchor to its keepers, and
    every older epoch to it, so that its sheet opens what the old one did.
    """
    epoch, team = change.record.epoch, change.team
    receivers = [*map(party_of, change.staying), change.anchor.hash]
    expected: list[Asked] = [("channel", epoch, receiver) for receiver in receivers]
    if change.hands_over:
        keepers = [one for one in change.staying if one.id in team.keepers]
        expected += [("anchor", 0, party_of(one)) for one in keepers]
        expected += [("channel", older, change.anchor.hash) for older in team.parties()]
    return expected


def _take_away(parts: Parts, session: Transaction, change: _Change) -> None:
    """Those who go hold no grant, keep no anchor and are waited for no more; an old anchor opens nothing here."""
    channel = change.team.channel
    for officer_id in change.gone:
        rows.erase_channel_grants(session, channel.id, party_of(session.get_one(models.Officer, officer_id)))
    rows.erase_keepers(session, channel.id, change.gone)
    rows.erase_removals(session, channel.id)
    if change.hands_over:
        rows.erase_anchor_grants(session, channel.id)
        rows.erase_channel_grants(session, channel.id, change.old_anchor.hash)
        channel.anchor_recipient = str(change.anchor.recipient)
        channel.sheet_confirmed_on = parts.clock.today()
    session.flush()


def _enter(parts: Parts, session: Transaction, change: _Change) -> None:
    team, channel = change.team, change.team.channel.id.hex()
    channel_change.enter_record(parts, session, team, change.record)
    for officer_id in sorted(change.gone):
        name = session.get_one(models.Officer, officer_id).name
        facts = {"channel": channel, "member": officer_id.hex(), "name": name}
        enter(parts, session, team.keeper, Kind.MEMBER_REMOVED, **facts)
    if change.hands_over:
        words = " ".join(change.anchor.words)
        enter(parts, session, team.keeper, Kind.ANCHOR_CHANGED, channel=channel, words=words)
        enter(parts, session, team.keeper, Kind.SHEET_CONFIRMED, channel=channel)
