"""What a keeper's browser does, in Python: sign the next record of a channel, and grant its roots (js/team/)."""

from dataclasses import dataclass, field
from typing import Any

from crypto.grant import Grant, Purpose, seal_grant
from crypto.keys import Party, Root
from crypto.records import CaseRecord, ChannelRecord, Member, Reader
from crypto.wrap import Scope, fit_card, wrap_card, wrap_case_root
from portal.demo.people import PeopledPortal
from portal.services import epochs, joining
from portal.services.channel_change import ChannelGrant
from portal.services.epochs import NextEpoch
from portal.services.grants import NewGrant, NewWrap
from portal.services.joining import Admission
from portal.services.rerooting import NewRoots
from tests.builders import Staff, Team
from tests.officer_hand import Hand


def member(staff: Staff) -> Member:
    """The person's line in a record."""
    return Member(staff.id, staff.party.verify_key, staff.party.recipient.hash)


@dataclass
class Keeper:
    """A keeper of `team` at work. What it signs is kept in `team` once the portal has taken it."""

    portal: PeopledPortal
    staff: Staff
    team: Team
    members: list[Staff] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.members = self.members or [self.staff]

    def next_record(self, *, signer: Root | None = None, **changes: Any) -> ChannelRecord:
        """The record after the newest, as it is but for `changes`."""
        before = self.team.newest
        fields: dict[str, Any] = {
            "channel": before.channel,
            "number": before.number + 1,
            "previous": before.hash,
            "anchor_verify_key": before.anchor_verify_key,
            "anchor_recipient_hash": before.anchor_recipient_hash,
            "epoch": before.epoch,
            "recipient": before.recipient,
            "members": before.members,
            "day": self.portal.today,
        }
        return ChannelRecord.sign(signer or self.team.anchor, **{**fields, **changes})

    def grant(self, purpose: Purpose, record: ChannelRecord, root: Root, receiver: Party) -> ChannelGrant:
        """One root granted to one party."""
        number = 0 if purpose == "anchor" else record.epoch
        made = Grant(purpose, self.team.id, None, number, record.hash, receiver.hash, root)
        return ChannelGrant(purpose, number, receiver.hash, seal_grant(made, receiver.recipient))

    def epochs_for(self, receiver: Party, *newer: ChannelRecord) -> list[ChannelGrant]:
        """Every epoch's root, granted under the newest record of its epoch."""
        naming = {record.epoch: record for record in (*self.team.records, *newer)}
        return [
            self.grant("channel", record, self.team.epochs[epoch], receiver)
            for epoch, record in naming.items()
            if epoch < len(self.team.epochs)
        ]

    def admission(self, newcomer: Staff, *, keeper: bool = False, **changes: Any) -> Admission:
        """The record that names the newcomer as well, and the newcomer's grants."""
        record = self.next_record(**{"members": (*self.team.newest.members, member(newcomer)), **changes})
        grants = self.epochs_for(newcomer.party, record)
        if keeper:
            grants.append(self.grant("anchor", record, self.team.anchor, newcomer.party))
        return Admission(record.raw, tuple(grants))

    def admits(self, newcomer: Staff, *, keeper: bool = False) -> None:
        """The newcomer is let in."""
        admission = self.admission(newcomer, keeper=keeper)
        joining.admit(self.portal.parts, self.staff.id, self.team.id, admission)
        self.team.records.append(ChannelRecord.read(admission.record))
        self.members.append(newcomer)

    def next_epoch(
        self, *leavers: Staff, new_anchor: Root | None = None, root: Root | None = None, **changes: Any
    ) -> NextEpoch:
        """The next epoch without `leavers`, under `root`; with `new_anchor` the anchor hands over."""
        root = root or Root.generate()
        gone = {one.id for one in leavers}
        staying = [one for one in self.members if one.id not in gone]
        fields: dict[str, Any] = {
            "epoch": self.team.newest.epoch + 1,
            "recipient": root.party.recipient,
            "members": tuple(map(member, staying)),
        }
        if new_anchor:
            fields["anchor_verify_key"] = new_anchor.verify_key
            fields["anchor_recipient_hash"] = new_anchor.party.recipient.hash
        record = self.next_record(**{**fields, **changes})
        anchor = new_anchor or self.team.anchor
        receivers = (*(one.party for one in staying), anchor.party)
        grants = [self.grant("channel", record, root, receiver) for receiver in receivers]
        if new_anchor:
            grants += self.epochs_for(anchor.party)
            grants.append(self.grant("anchor", record, anchor, self.staff.party))
        shown = str(anchor.party.recipient) if new_anchor else ""
        return NextEpoch(record.raw, root.party.hash, tuple(grants), shown, sheet_confirmed=bool(new_anchor))

    def removes(self, *leavers: Staff, new_anchor: Root | None = None) -> None:
        """The next epoch is made, without `leavers`."""
        root = Root.generate()
        new = self.next_epoch(*leavers, new_anchor=new_anchor, root=root)
        epochs.make_next(self.portal.parts, self.staff.id, self.team.id, new)
        self.team.records.append(ChannelRecord.read(new.record))
        self.team.epochs.append(root)
        self.team.anchor = new_anchor or self.team.anchor
        self.members = [one for one in self.members if one not in leavers]


def reroots(at_work: Hand, mailbox: Party) -> NewRoots:
    """New roots for one case, in the newest epoch, as a member's browser makes them."""
    team, view = at_work.team, at_work.read()
    holder = team.epochs[-1]
    roots: dict[Scope, Root] = {"talk": Root.generate(), "desk": Root.generate()}
    receivers: dict[Scope, tuple[Party, ...]] = {"talk": (holder.party, mailbox), "desk": (holder.party,)}
    made: dict[Scope, CaseRecord] = {}
    grants: dict[Scope, tuple[NewGrant, ...]] = {}
    talk0 = at_work.talk_records(view)[0]
    for scope, root in roots.items():
        raws = [row.raw for row in view.records if row.scope == scope]
        if not raws:
            continue
        before = CaseRecord.read(raws[-1])
        mail: tuple[Reader, ...] = (("mailbox", None),) if scope == "talk" else ()
        made[scope] = CaseRecord.sign(
            at_work.officer.root,
            channel=team.id,
            case=at_work.case_id,
            scope=scope,
            number=before.number + 1,
            previous=before.hash,
            channel_record=team.newest.hash,
            talk=talk0.hash,
            recipient=root.party.recipient,
            readers=(("channel", team.newest.epoch), *mail),
        )
        grants[scope] = tuple(_case_grant(made[scope], root, to) for to in receivers[scope])
    wraps = tuple(_case_wrap(record, holder, roots[scope]) for scope, record in made.items())
    if "desk" not in made:
        return NewRoots(made["talk"].raw, grants["talk"], b"", (), wraps, b"")
    number = made["desk"].number
    card = wrap_card(roots["desk"], fit_card("A drain", "ENVIRON"), case=at_work.case_id, number=number)
    return NewRoots(made["talk"].raw, grants["talk"], made["desk"].raw, grants["desk"], wraps, card)


def _case_grant(record: CaseRecord, root: Root, to: Party) -> NewGrant:
    grant = Grant(record.scope, record.channel, record.case, record.number, record.hash, to.hash, root)
    return NewGrant(to.hash, seal_grant(grant, to.recipient))


def _case_wrap(record: CaseRecord, holder: Root, root: Root) -> NewWrap:
    wrapped = wrap_case_root(holder, root, case=record.case, scope=record.scope, number=record.number)
    return NewWrap(record.scope, record.number, holder.party.hash, wrapped)
