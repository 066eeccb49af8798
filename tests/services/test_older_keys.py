"""Rule: a newcomer answers in every case that was moved to a key the newcomer was on the team under, and in no other.

Readers refuse the signature of somebody who was not on the team in the epoch that a case's newest record names. So
no case is left behind: open ones move when somebody has left, closed ones when they are reopened, and at the latest
while one person is there who can still sign for them.
Sources: PROTOCOL 2 (leaving, case records); SPEC 6, 8; docs/decisions/0009.
"""

import hashlib
from dataclasses import replace

import pytest

from crypto.errors import RecordNotAllowed
from crypto.keys import Root
from crypto.records import CaseRecord, Reader, check_reader
from crypto.wrap import Scope, fit_card, unwrap_case_root, wrap_card
from portal.services import casework, leaving, rerooting, stages
from portal.services.desk_errors import Changed, OlderKey
from portal.services.team_page import team_of
from portal.store import models
from tests.builders import Portal, Reporter, Staff, Team
from tests.keeper_hand import Keeper, reroots
from tests.officer_hand import Hand, hand


@pytest.fixture
def bent(portal: Portal) -> Staff:
    """Who leaves."""
    return portal.staff("Bent", "Counsel")


@pytest.fixture
def carla(portal: Portal) -> Staff:
    """Who comes after Bent has left."""
    return portal.staff("Carla", "Chair of the board")


@pytest.fixture
def keeper(portal: Portal, ida: Staff, team: Team, bent: Staff, carla: Staff, at_work: Hand) -> Keeper:
    """Ida, who opened the case while Bent was there; Bent has left, and Carla has come."""
    assert at_work
    made = Keeper(portal, ida, team)
    made.admits(bent)
    made.removes(bent)
    made.admits(carla, keeper=True)
    return made


@pytest.fixture
def newcomer(portal: Portal, team: Team, reporter: Reporter, carla: Staff, keeper: Keeper) -> Hand:
    """Carla at work on the older case."""
    assert keeper
    return hand(portal, carla, team, reporter)


def move(by: Hand, reporter: Reporter) -> None:
    """The case is moved to the newest epoch."""
    rerooting.reroot(by.portal.parts, by.officer.id, by.case_id, reroots(by, reporter.visit().root.party))


def close(by: Hand) -> None:
    """The case is closed, after it was acknowledged."""
    by.acknowledges()
    change = stages.change
    change(by.portal.parts, by.officer.id, by.case_id, seen="acknowledged", to="closed")


def test_a_newcomer_answers_in_an_older_case_once_it_is_moved(
    at_work: Hand, newcomer: Hand, reporter: Reporter
) -> None:
    move(at_work, reporter)
    newcomer.acknowledges("I am new here, and I have read it.")
    newcomer.posts(newcomer.seals("Asked the foreman.", "desk"))
    last = reporter.reads().messages[-1]
    assert (last.text, last.author, last.problem) == (
        "I am new here, and I have read it.",
        "Chair of the board",
        None,
    )
    reporter.answers("Thank you.")
    assert [one.problem for one in reporter.reads().messages] == [None, None, None]


def test_who_signed_in_a_moved_case_is_one_of_its_readers(
    at_work: Hand, newcomer: Hand, reporter: Reporter, team: Team
) -> None:
    before, key = newcomer.read(), newcomer.officer.root.verify_key
    chain = {"channel_record": team.newest.hash, "channel_records": team.records}
    with pytest.raises(RecordNotAllowed):
        check_reader(newcomer.talk_records(before)[-1], key, **chain)  # type: ignore[arg-type]
    move(at_work, reporter)
    for scope in ("talk", "desk"):
        newest = [CaseRecord.read(row.raw) for row in newcomer.read().records if row.scope == scope][-1]
        found = check_reader(newest, key, **chain)  # type: ignore[arg-type]
        assert found.officer_id == newcomer.officer.id


def test_a_newcomer_moves_the_case_on_when_the_next_one_leaves(
    at_work: Hand, newcomer: Hand, reporter: Reporter, keeper: Keeper, ida: Staff, carla: Staff
) -> None:
    move(at_work, reporter)
    theirs = Keeper(keeper.portal, carla, keeper.team, [ida, carla])
    theirs.removes(ida, new_anchor=Root.generate())
    assert rerooting.waiting(newcomer.portal.parts, carla.id) == (reporter.case_id,)
    move(newcomer, reporter)
    newcomer.acknowledges("Still here.")
    assert [one.problem for one in reporter.reads().messages] == [None, None]


def test_nobody_writes_in_a_case_before_it_is_moved(at_work: Hand, newcomer: Hand) -> None:
    for one in (at_work, newcomer):
        with pytest.raises(OlderKey):
            one.posts(one.seals("Too early."))
        with pytest.raises(OlderKey):
            one.acknowledges()
    assert [row.n for row in newcomer.read().messages] == [0]


def test_nobody_changes_a_title_before_the_case_is_moved(
    at_work: Hand, newcomer: Hand, reporter: Reporter
) -> None:
    with pytest.raises(OlderKey):
        retitle(newcomer, "It is about Bent")
    move(at_work, reporter)
    retitle(newcomer, "It is about Bent")
    assert newcomer.card()["title"] == "It is about Bent"


@pytest.mark.parametrize("scope", ["talk", "desk"])
def test_nobody_writes_in_a_case_whose_newest_record_names_people(
    at_work: Hand, reporter: Reporter, scope: Scope
) -> None:
    """No browser makes one in this version; who has left could, and be among its readers."""
    talk, note = at_work.seals("A reply."), at_work.seals("A note.", "desk")
    before = [CaseRecord.read(row.raw) for row in at_work.read().records if row.scope == scope][-1]
    fields = {name: getattr(before, name) for name in before.__dataclass_fields__}
    mail: tuple[Reader, ...] = (("mailbox", None),) if scope == "talk" else ()
    readers = (*mail, ("officer", at_work.officer.id))
    for name in ("signer", "signature"):
        del fields[name]
    changes = {"number": 1, "previous": before.hash, "talk": at_work.talk_records(at_work.read())[0].hash}
    named = CaseRecord.sign(at_work.officer.root, **{**fields, **changes, "readers": readers})
    row = models.CaseRecord(case_id=reporter.case_id, scope=scope, number=1, raw=named.raw, hash=named.hash)
    with at_work.portal.parts.database.write() as session:
        session.add(row)
    for posted in (talk, note):
        under = posted.under + (posted.scope == scope)
        with pytest.raises(OlderKey):
            at_work.posts(replace(posted, under=under))


def retitle(by: Hand, title: str) -> None:
    """The title is changed, under the newest desk root."""
    view = by.read()
    assert view.card is not None
    seen = hashlib.sha256(view.card.sealed).digest()
    wraps = [one for one in view.wraps if (one.scope, one.number) == ("desk", view.card.number)]
    (root,) = [
        unwrap_case_root(epoch, one.wrapped, case=by.case_id, scope="desk", number=one.number)
        for one in wraps
        for epoch in by.team.epochs
        if epoch.party.hash == one.holder
    ]
    sealed = wrap_card(root, fit_card(title, "OTHER"), case=by.case_id, number=view.card.number)
    casework.put_card(by.portal.parts, by.officer.id, by.case_id, sealed=sealed, replaces=seen)


def test_what_was_sealed_before_a_case_moved_is_not_stored_after(
    at_work: Hand, keeper: Keeper, reporter: Reporter
) -> None:
    assert keeper
    late = at_work.seals("Sealed to the root that Bent knew.")
    move(at_work, reporter)
    with pytest.raises(Changed):
        at_work.posts(late)


def test_a_closed_case_waits_only_while_a_colleague_could_still_move_it(
    portal: Portal, ida: Staff, team: Team, bent: Staff, carla: Staff, at_work: Hand, reporter: Reporter
) -> None:
    close(at_work)
    keeper = Keeper(portal, ida, team)
    dina = portal.staff("Dina")
    for one in (bent, dina):
        keeper.admits(one)
    keeper.removes(bent)
    keeper.admits(carla)
    assert [rerooting.waiting(portal.parts, one.id) for one in (ida, dina, carla)] == [(), (), ()]
    keeper.removes(dina)
    assert rerooting.waiting(portal.parts, carla.id) == ()
    assert rerooting.waiting(portal.parts, ida.id) == (reporter.case_id,)
    move(at_work, reporter)
    assert rerooting.waiting(portal.parts, ida.id) == ()


def test_a_case_closed_under_the_first_key_is_reopened_and_answered_by_a_team_of_newcomers(
    portal: Portal, at_work: Hand, reporter: Reporter, ida: Staff, team: Team, carla: Staff
) -> None:
    close(at_work)
    keeper = Keeper(portal, ida, team)
    keeper.removes()
    keeper.admits(carla, keeper=True)
    (last_chance,) = rerooting.waiting(portal.parts, ida.id)
    assert last_chance == reporter.case_id
    move(at_work, reporter)
    Keeper(portal, carla, team, [ida, carla]).removes(ida, new_anchor=Root.generate())
    theirs = hand(portal, carla, team, reporter)
    stages.change(portal.parts, carla.id, reporter.case_id, seen="closed", to="in_progress")
    move(theirs, reporter)
    theirs.posts(theirs.seals("We take it up again."))
    assert [one.problem for one in reporter.reads().messages] == [None, "left_team", None]


def test_the_team_page_says_how_many_cases_hang_by_one_person(
    portal: Portal, at_work: Hand, keeper: Keeper, reporter: Reporter, ida: Staff, team: Team
) -> None:
    assert keeper
    assert team_of(portal.parts, ida.id, team.id).last_chances == {ida.id: 1}
    move(at_work, reporter)
    assert team_of(portal.parts, ida.id, team.id).last_chances == {}


def test_somebody_whose_access_has_ended_counts_no_more_among_those_who_could_move_a_case(
    portal: Portal, ida: Staff, team: Team, bent: Staff, carla: Staff, at_work: Hand
) -> None:
    assert at_work
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent)
    keeper.removes()
    keeper.admits(carla)
    assert team_of(portal.parts, ida.id, team.id).last_chances == {}
    with portal.parts.database.write() as session:
        session.get_one(models.Officer, carla.id).is_administrator = True
    leaving.ask_removal(portal.parts, carla.id, team.id, bent.id)
    assert team_of(portal.parts, ida.id, team.id).last_chances == {ida.id: 1}
