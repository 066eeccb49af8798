"""Rule: a keeper prints the recovery sheet again and confirms it; key and words stay, and the register has a line.

Sources: PROTOCOL 2 and 6 (recovery sheet); issue of the team, section 1 (loss).
"""

import json

import pytest

from crypto.keys import Root
from portal.services import sheets
from portal.services.desk_errors import Changed
from portal.services.errors import NotFound
from portal.services.safeguards import weak_channels
from portal.store import models
from tests.builders import Portal, Staff, Team
from tests.keeper_hand import Keeper
from tests.sheet_hand import SheetHolder


@pytest.fixture
def bent(portal: Portal, ida: Staff, team: Team) -> Staff:
    """A member who is no keeper, of a channel whose sheet nobody has confirmed."""
    bent = portal.staff("Bent Dahl")
    Keeper(portal, ida, team).admits(bent)
    with portal.parts.database.write() as session:
        session.get_one(models.Channel, team.id).sheet_confirmed_on = None
    return bent


def without_sheet(portal: Portal, officer: Staff) -> bool:
    """Whether the desk warns this officer of a channel without a confirmed sheet."""
    return any(one.without_sheet for one in weak_channels(portal.parts, officer.id))


def test_a_confirmed_sheet_ends_the_warning(portal: Portal, ida: Staff, team: Team, bent: Staff) -> None:
    assert without_sheet(portal, bent)
    sheets.confirm(portal.parts, ida.id, team.id, team.anchor.verify_key)
    assert not without_sheet(portal, bent)


def test_the_register_says_who_confirmed_the_sheet_again(
    portal: Portal, ida: Staff, team: Team, bent: Staff
) -> None:
    assert bent
    sheets.confirm(portal.parts, ida.id, team.id, team.anchor.verify_key)
    with portal.parts.database.read() as session:
        last = session.query(models.RegisterEntry).order_by(models.RegisterEntry.seq.desc()).first()
    assert last
    assert last.kind == "sheet-confirmed"
    facts = json.loads(last.body)["facts"]
    assert facts == {"again": 1, "channel": team.id.hex(), "officer": ida.id.hex()}


def test_only_a_keeper_of_the_channel_confirms_its_sheet(
    portal: Portal, ida: Staff, team: Team, bent: Staff
) -> None:
    outsider = portal.staff("Carla Riis", administrator=True)
    for one in (bent, outsider):
        with pytest.raises(NotFound):
            sheets.confirm(portal.parts, one.id, team.id, team.anchor.verify_key)
    portal.add(models.Removal(channel_id=team.id, officer_id=ida.id, asked_on=portal.today))
    with pytest.raises(NotFound):
        sheets.confirm(portal.parts, ida.id, team.id, team.anchor.verify_key)
    assert without_sheet(portal, bent)


def test_a_sheet_of_an_anchor_that_has_handed_over_does_not_count(
    portal: Portal, ida: Staff, team: Team, bent: Staff
) -> None:
    with pytest.raises(Changed):
        sheets.confirm(portal.parts, ida.id, team.id, Root.generate().verify_key)
    assert without_sheet(portal, bent)


def test_a_sheet_printed_before_goes_on_working(portal: Portal, ida: Staff, team: Team, bent: Staff) -> None:
    sheets.confirm(portal.parts, ida.id, team.id, team.anchor.verify_key)
    assert bent
    carla = portal.staff("Carla Riis")
    SheetHolder(portal, carla, team).recovers()
    assert len(weak_channels(portal.parts, carla.id)) == 0
