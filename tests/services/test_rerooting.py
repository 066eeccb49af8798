"""Rule: after somebody has left, open cases go on under roots that the leaver never had; what was said stays readable.

A member's browser makes the next talk and desk record and grants both roots to the newest epoch, the talk's to the
reporter's mailbox too. Sources: PROTOCOL 2 (leaving, case records), 3 (notebook); SPEC 8.
"""

from dataclasses import replace

import pytest

from crypto.errors import NoIdentityMatches
from crypto.grant import open_grant
from crypto.keys import Party
from crypto.message import open_message
from portal.services import casework, desk_list, rerooting
from portal.services.desk_errors import Changed, Malformed
from portal.services.errors import NotFound
from tests.builders import Portal, Reporter, Staff, Team
from tests.keeper_hand import Keeper, reroots
from tests.officer_hand import Hand, hand


@pytest.fixture
def bent(portal: Portal) -> Staff:
    """Who leaves."""
    return portal.staff("Bent")


@pytest.fixture
def after(portal: Portal, ida: Staff, team: Team, bent: Staff, at_work: Hand) -> Hand:
    """Ida with the opened case, after Bent was on the team and has left."""
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent)
    keeper.removes(bent)
    return at_work


def mailbox_of(reporter: Reporter) -> Party:
    """The party of the reporter's mailbox, as message 0 tells it to officers."""
    return reporter.visit().root.party


def move(after: Hand, reporter: Reporter) -> None:
    """The case is moved."""
    new = reroots(after, mailbox_of(reporter))
    rerooting.reroot(after.portal.parts, after.officer.id, after.case_id, new)


def test_open_cases_wait_for_new_roots_until_they_are_moved(after: Hand, reporter: Reporter) -> None:
    parts, ida = after.portal.parts, after.officer.id
    assert rerooting.waiting(parts, ida) == (reporter.case_id,)
    move(after, reporter)
    assert rerooting.waiting(parts, ida) == ()


def test_nothing_waits_while_nobody_has_left(at_work: Hand) -> None:
    assert rerooting.waiting(at_work.portal.parts, at_work.officer.id) == ()


def test_the_reporter_reads_what_was_said_and_writes_under_the_new_root(
    after: Hand, reporter: Reporter, bent: Staff
) -> None:
    old_root = after.talk_root(after.read())
    reporter.answers("Before.")
    move(after, reporter)
    reporter.answers("After.")
    shown = reporter.reads().messages
    assert [one.text for one in shown][1:] == ["Before.", "After."]
    assert [one.problem for one in shown] == [None, None, None]
    rows = [row for row in after.read().messages if row.scope == "talk"]
    assert open_message(rows[1].sealed, old_root, case=reporter.case_id, scope="talk").body.text == "Before."
    with pytest.raises(NoIdentityMatches):
        open_message(rows[2].sealed, old_root, case=reporter.case_id, scope="talk")
    assert bent not in Keeper(after.portal, after.officer, after.team).members


def test_the_desk_reads_the_new_message_with_the_granted_root(after: Hand, reporter: Reporter) -> None:
    move(after, reporter)
    reporter.answers("After.")
    view = after.read()
    (grant,) = [g for g in view.grants if (g.purpose, g.number) == ("talk", 1)]
    root = open_grant(grant.sealed, after.team.epochs[1]).root
    last = [row for row in view.messages if row.scope == "talk"][-1]
    assert open_message(last.sealed, root, case=reporter.case_id, scope="talk").body.text == "After."


def test_the_list_finds_the_card_under_the_new_desk_root(after: Hand, reporter: Reporter) -> None:
    move(after, reporter)
    (card,) = desk_list.cards(after.portal.parts, after.officer.id, None)
    assert (card.number, card.holder) == (1, after.team.epochs[1].party.hash)


def test_a_report_that_nobody_opened_gets_a_new_talk_root_alone(
    portal: Portal, ida: Staff, team: Team, bent: Staff
) -> None:
    reporter = portal.report(team)
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent)
    keeper.removes(bent)
    move(hand(portal, ida, team, reporter), reporter)
    assert rerooting.waiting(portal.parts, ida.id) == ()
    view = casework.read(portal.parts, ida.id, reporter.case_id)
    assert [(row.scope, row.number) for row in view.records] == [("talk", 0), ("talk", 1)]
    reporter.answers("After.")
    assert [one.problem for one in reporter.reads().messages] == [None, None]


def test_of_two_members_at_once_one_is_told_to_read_again(after: Hand, reporter: Reporter) -> None:
    late = reroots(after, mailbox_of(reporter))
    move(after, reporter)
    with pytest.raises(Changed):
        rerooting.reroot(after.portal.parts, after.officer.id, after.case_id, late)


def test_who_has_left_moves_nothing(after: Hand, reporter: Reporter, bent: Staff) -> None:
    new = reroots(after, mailbox_of(reporter))
    with pytest.raises(NotFound):
        rerooting.reroot(after.portal.parts, bent.id, after.case_id, new)


def test_who_joined_later_is_not_asked_to_sign_for_older_cases(after: Hand, ida: Staff) -> None:
    carla = after.portal.staff("Carla")
    Keeper(after.portal, ida, after.team).admits(carla)
    assert rerooting.waiting(after.portal.parts, carla.id) == ()
    assert rerooting.waiting(after.portal.parts, ida.id) != ()


def test_roots_that_readers_would_refuse_are_not_stored(after: Hand, reporter: Reporter) -> None:
    mailbox = mailbox_of(reporter)
    good = reroots(after, mailbox)
    signed_by_another = replace(after, officer=Staff(bytes(16), "Mallory", "", after.team.anchor))
    signed_by_another.read = after.read  # type: ignore[method-assign]
    for why, new in {
        "signed by somebody else": reroots(signed_by_another, mailbox),
        "no grant to the reporter": replace(good, talk_grants=good.talk_grants[:1]),
        "no grant to the team": replace(good, talk_grants=good.talk_grants[1:]),
        "a grant twice": replace(good, talk_grants=good.talk_grants[:1] * 2),
        "the desk's root to a second reader": replace(good, desk_grants=good.talk_grants),
        "no card": replace(good, card=b""),
        "another card": replace(good, card=bytes(255)),
        "the desk's record as the talk's": replace(good, talk=good.desk),
    }.items():
        with pytest.raises(Malformed):
            rerooting.reroot(after.portal.parts, after.officer.id, after.case_id, new)
        assert rerooting.waiting(after.portal.parts, after.officer.id) == (reporter.case_id,), why
    new = replace(good, desk=b"", desk_grants=(), card=b"")
    with pytest.raises(Changed):
        rerooting.reroot(after.portal.parts, after.officer.id, after.case_id, new)
