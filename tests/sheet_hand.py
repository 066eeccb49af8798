"""What the browser of somebody who holds the recovery sheet does, in Python: make oneself a keeper (js/loss/)."""

from dataclasses import dataclass
from typing import Any

from crypto.grant import open_grant
from crypto.keys import Root
from crypto.records import ChannelRecord
from crypto.sheet import anchor_root, anchor_words
from crypto.wrap import wrap_pins
from portal.services import recovery
from portal.services.recovery import Recovery, SheetChannel
from tests.builders import Portal, Staff, Team
from tests.keeper_hand import Keeper, member


@dataclass
class SheetHolder:
    """`staff` with the 21 words of the sheet of `team`. Nothing else of `team`'s secret halves is used."""

    portal: Portal
    staff: Staff
    team: Team

    @property
    def anchor(self) -> Root:
        """The root that the words stand for."""
        return anchor_root(anchor_words(self.team.anchor))

    def finds(self) -> SheetChannel:
        """The channel as the portal hands it to whoever may hold its sheet."""
        found = recovery.sheet_channels(self.portal.parts, self.staff.id)
        return next(one for one in found if one.id == self.team.id)

    def epochs(self) -> dict[int, Root]:
        """The roots that were granted to the anchor, opened with the sheet."""
        grants = [open_grant(sealed, self.anchor) for sealed in self.finds().grants]
        return {grant.number: grant.root for grant in grants}

    def recovery(self, **changes: Any) -> Recovery:
        """The next record with this officer in it, and the grants to it."""
        keeper = Keeper(self.portal, self.staff, self.team)
        others = tuple(one for one in self.team.newest.members if one.officer_id != self.staff.id)
        record = keeper.next_record(**{"members": (*others, member(self.staff)), **changes})
        naming = {one.epoch: one for one in (*self.team.records, record)}
        party = self.staff.party
        grants = [keeper.grant("channel", naming[n], root, party) for n, root in self.epochs().items()]
        grants.append(keeper.grant("anchor", record, self.anchor, party))
        pin = {
            "anchor": self.anchor.party.hash.hex(),
            "number": record.number,
            "record": record.hash.hex(),
        }
        pins = {"v": 1, "channels": {self.team.id.hex(): pin}}
        return Recovery(record.raw, tuple(grants), wrap_pins(self.staff.root, pins, officer_id=self.staff.id))

    def recovers(self) -> None:
        """The sheet is used."""
        made = self.recovery()
        recovery.recover(self.portal.parts, self.staff.id, self.team.id, made)
        self.team.records.append(ChannelRecord.read(made.record))
