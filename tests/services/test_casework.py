"""An officer answers what has been read, acknowledges once, and no colleague is overwritten silently.

Sources: PROTOCOL 4 (messages, 409); Directive (EU) 2019/1937, Art. 9(1)(b) and (f) (acknowledgement, feedback).
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from crypto.wrap import wrap_card
from portal.services import casework, stages
from portal.services.casework import Posted
from portal.services.desk_errors import Changed, DayChanged, Malformed, StepRefused, TooLarge
from portal.services.errors import Taken
from tests.builders import Portal, Reporter, SetClock, Staff, Team
from tests.officer_hand import Hand, hand


def test_a_reply_reaches_the_reporter_verified_and_with_the_officers_role(
    at_work: Hand, reporter: Reporter
) -> None:
    at_work.posts(at_work.seals("Which drain?"))
    shown = reporter.reads().messages[-1]
    assert (shown.text, shown.author, shown.problem) == ("Which drain?", "Head of compliance", None)


def test_a_note_stays_with_the_desk(at_work: Hand, reporter: Reporter) -> None:
    at_work.posts(at_work.seals("Ask the caretaker.", "desk", kind="note"))
    assert [message.body.text for message in at_work.messages("desk")] == ["Ask the caretaker."]
    assert [message.text for message in reporter.reads().messages] == ["The drain leads to the stream."]


def test_nobody_answers_what_has_not_been_read(at_work: Hand, reporter: Reporter) -> None:
    reply = at_work.seals("Which drain?")
    reporter.answers("The one behind hall two.")
    with pytest.raises(Taken):
        at_work.posts(reply)
    assert len(at_work.messages("talk")) == 2


def test_a_message_posted_twice_is_taken_the_second_time(at_work: Hand) -> None:
    reply = at_work.seals("Which drain?")
    at_work.posts(reply)
    with pytest.raises(Taken):
        at_work.posts(reply)


def test_a_number_left_out_is_refused(at_work: Hand) -> None:
    with pytest.raises(Taken):
        at_work.posts(at_work.seals("From the future", n=7))


def test_a_message_that_is_not_a_padded_age_file_is_not_stored(at_work: Hand) -> None:
    sealed = at_work.seals("Which drain?").sealed
    for broken in (b"plain text", sealed[:-1], sealed + b"\n", b"X" + sealed[1:], sealed[:1_700]):
        with pytest.raises(Malformed):
            at_work.posts(Posted("talk", 1, 0, broken))


def test_a_message_over_two_mebibytes_is_too_large(at_work: Hand) -> None:
    sealed = at_work.seals("Which drain?").sealed
    with pytest.raises(TooLarge):
        at_work.posts(Posted("talk", 1, 0, sealed + bytes(2 * 1024**2)))


def test_a_note_before_the_first_opening_is_refused(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter
) -> None:
    unopened = hand(portal, ida, team, reporter)
    sealed = unopened.seals("A note that nobody could open").sealed
    with pytest.raises(Malformed):
        unopened.posts(Posted("desk", 0, 0, sealed))


def test_what_was_sealed_to_a_root_that_the_case_does_not_have_is_not_stored(at_work: Hand) -> None:
    for scope in ("talk", "desk"):
        posted = at_work.seals("Which drain?", scope)
        with pytest.raises(Changed):
            at_work.posts(replace(posted, under=posted.under + 1))
        at_work.posts(posted)


def test_acknowledging_sends_the_text_and_sets_both_dates_at_once(
    portal: Portal, at_work: Hand, reporter: Reporter
) -> None:
    at_work.acknowledges("We received your report.")
    case, shown = portal.case(reporter), reporter.reads()
    assert (case.stage, case.acknowledged_on, case.feedback_due_on) == (
        "acknowledged",
        date(2026, 3, 2),
        date(2026, 6, 2),
    )
    assert (shown.messages[-1].kind, shown.next_on) == ("acknowledgement", date(2026, 6, 2))


def test_a_taken_number_leaves_the_case_unacknowledged(
    portal: Portal, at_work: Hand, reporter: Reporter
) -> None:
    posted = at_work.seals("We received your report.", kind="acknowledgement")
    reporter.answers("One thing more.")
    with pytest.raises(Taken):
        casework.acknowledge(
            portal.parts, at_work.officer.id, at_work.case_id, posted, at_work.read().feedback_if_today
        )
    assert portal.case(reporter).acknowledged_on is None
    assert len(at_work.messages("talk")) == 2


def test_a_text_that_names_yesterdays_date_is_not_sent(portal: Portal, at_work: Hand) -> None:
    due = at_work.read().feedback_if_today
    assert isinstance(portal.clock, SetClock)
    portal.clock.move(days=1)
    with pytest.raises(DayChanged):
        at_work.acknowledges(due=due)


def test_a_case_is_acknowledged_once(at_work: Hand) -> None:
    at_work.acknowledges()
    with pytest.raises(Changed):
        at_work.acknowledges()


def test_stages_follow_the_table_and_close_and_reopen(
    portal: Portal, at_work: Hand, reporter: Reporter
) -> None:
    at_work.acknowledges()
    change = _stage_changer(at_work)
    change("acknowledged", "in_progress")
    change("in_progress", "closed")
    assert portal.case(reporter).closed_on == date(2026, 3, 2)
    change("closed", "in_progress")
    assert portal.case(reporter).closed_on is None


@pytest.mark.parametrize("to", ["acknowledged", "in_progress", "closed"])
def test_a_case_that_was_not_acknowledged_goes_nowhere_by_hand(at_work: Hand, to: str) -> None:
    with pytest.raises(StepRefused):
        _stage_changer(at_work)("received", to)


def test_a_stage_that_a_colleague_changed_meanwhile_is_not_overwritten(at_work: Hand) -> None:
    at_work.acknowledges()
    _stage_changer(at_work)("acknowledged", "in_progress")
    with pytest.raises(Changed):
        _stage_changer(at_work)("acknowledged", "closed")


def _stage_changer(at_work: Hand) -> Callable[[str, str], None]:
    def change(seen: str, to: str) -> None:
        stages.change(at_work.portal.parts, at_work.officer.id, at_work.case_id, seen=seen, to=to)

    return change


def test_a_title_is_changed_only_by_who_has_seen_the_last_one(at_work: Hand) -> None:
    parts, officer_id = at_work.portal.parts, at_work.officer.id
    view = at_work.read()
    assert view.card is not None
    seen = hashlib.sha256(view.card.sealed).digest()
    card = {"v": 1, "title": "The drain behind hall two", "category": "ENVIRON"}
    sealed = wrap_card(at_work.desk_root(view), card, case=at_work.case_id, number=0)
    casework.put_card(parts, officer_id, at_work.case_id, sealed=sealed, replaces=seen)
    assert at_work.card()["title"] == "The drain behind hall two"
    with pytest.raises(Changed):
        casework.put_card(parts, officer_id, at_work.case_id, sealed=sealed, replaces=seen)
