"""A case is there for the members of its team in the newest signed record, and for nobody else.

Its desk root is made at the first opening and goes to the same readers, never to the reporter.
Sources: PROTOCOL 2 (records, grants); Directive (EU) 2019/1937, Art. 16(1); REQUIREMENTS RO-02, CO-03.
"""

from typing import Any

import pytest

from crypto.keys import Recipient, Root
from crypto.records import CaseRecord
from portal.services import casework
from portal.services.casework import CaseView
from portal.services.desk_errors import AlreadyOpened, Malformed
from portal.services.errors import NotFound
from portal.services.grants import NewWrap, Opening
from portal.store import models
from tests.builders import Portal, Reporter, Staff, Team
from tests.officer_hand import Hand, hand


def test_a_member_of_the_team_opens_the_report_with_the_granted_root(at_work: Hand) -> None:
    (first,) = at_work.messages("talk")
    assert (first.body.kind, first.body.text) == ("report", "The drain leads to the stream.")


def test_for_an_officer_of_another_team_the_case_does_not_exist(portal: Portal, reporter: Reporter) -> None:
    stranger = portal.staff("Bent")
    portal.team(stranger, name="Complaints")
    with pytest.raises(NotFound):
        casework.read(portal.parts, stranger.id, reporter.case_id)
    with pytest.raises(NotFound):
        casework.summary(portal.parts, stranger.id, reporter.reference)


def test_who_left_the_newest_record_finds_nothing_any_more(portal: Portal, ida: Staff, team: Team) -> None:
    bent = portal.staff("Bent")
    portal.sign_record(team, ida, bent, new_epoch=True)
    later = portal.report(team)
    casework.read(portal.parts, bent.id, later.case_id)
    portal.sign_record(team, ida, new_epoch=True)
    with pytest.raises(NotFound):
        casework.read(portal.parts, bent.id, later.case_id)


def test_a_row_that_names_a_member_with_another_key_opens_nothing(
    portal: Portal, ida: Staff, reporter: Reporter
) -> None:
    with portal.parts.database.write() as session:
        session.get_one(models.Officer, ida.id).verify_key = Root.generate().verify_key
    with pytest.raises(NotFound):
        casework.read(portal.parts, ida.id, reporter.case_id)


@pytest.mark.parametrize("flag", ["active", "is_officer"])
def test_who_is_no_active_officer_finds_nothing(
    portal: Portal, ida: Staff, reporter: Reporter, flag: str
) -> None:
    with portal.parts.database.write() as session:
        setattr(session.get_one(models.Officer, ida.id), flag, False)
    with pytest.raises(NotFound):
        casework.read(portal.parts, ida.id, reporter.case_id)


def test_the_first_opening_makes_a_desk_root_that_the_team_opens_by_wrap(at_work: Hand) -> None:
    view = at_work.read()
    assert at_work.desk_root(view).identity.recipient == _desk_recipient(view)
    assert at_work.card() == {"v": 1, "title": "A drain", "category": "ENVIRON"}


def test_of_two_first_openings_one_is_told_to_read_again(at_work: Hand) -> None:
    late = at_work.opening()
    with pytest.raises(AlreadyOpened):
        casework.open_first(at_work.portal.parts, at_work.officer.id, at_work.case_id, late)


def test_a_desk_record_signed_by_somebody_else_is_refused(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter
) -> None:
    bent = portal.staff("Bent")
    portal.sign_record(team, ida, bent)
    opening = hand(portal, ida, team, reporter).opening(signer=bent.root)
    with pytest.raises(Malformed):
        casework.open_first(portal.parts, ida.id, reporter.case_id, opening)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"number": 1}, id="not number 0"),
        pytest.param({"talk": bytes(32)}, id="another talk record"),
        pytest.param({"channel_record": bytes(32)}, id="a channel record that is not there"),
        pytest.param({"case": bytes(16)}, id="another case"),
        pytest.param({"scope": "talk"}, id="the talk's scope"),
    ],
)
def test_a_desk_record_that_readers_would_refuse_is_not_stored(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter, changes: dict[str, Any]
) -> None:
    opening = hand(portal, ida, team, reporter).opening(**changes)
    with pytest.raises(Malformed):
        casework.open_first(portal.parts, ida.id, reporter.case_id, opening)


def test_the_desk_root_goes_to_the_readers_of_the_talk_and_to_nobody_else(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter
) -> None:
    for readers in [(("officer", ida.id),), (("channel", 0), ("officer", ida.id))]:
        opening = hand(portal, ida, team, reporter).opening(readers=readers)
        with pytest.raises(Malformed):
            casework.open_first(portal.parts, ida.id, reporter.case_id, opening)


def test_every_reader_gets_exactly_one_grant(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter
) -> None:
    opening = hand(portal, ida, team, reporter).opening()
    for grants in [(), opening.grants * 2]:
        broken = Opening(opening.record, grants, opening.wraps, opening.card)
        with pytest.raises(Malformed):
            casework.open_first(portal.parts, ida.id, reporter.case_id, broken)
    assert casework.read(portal.parts, ida.id, reporter.case_id).card is None


def test_a_wrap_for_somebody_outside_the_team_is_refused(at_work: Hand) -> None:
    stranger = NewWrap("desk", 0, bytes(32), bytes(72))
    with pytest.raises(Malformed):
        casework.keep_wraps(at_work.portal.parts, at_work.officer.id, at_work.case_id, (stranger,))


def _desk_recipient(view: CaseView) -> Recipient:
    raw = next(record.raw for record in view.records if record.scope == "desk")
    return CaseRecord.read(raw).recipient
