"""Every act of the staff is in the register, without a word of content; erasing a test report leaves only that.

Sources: Directive (EU) 2019/1937, Art. 18; REQUIREMENTS RG-01, RG-02, CO-06, RD-02; PROTOCOL 7 (erasing).
"""

import json

import pytest

from portal.domain.register import Kind
from portal.services import casework, erasing, mailbox, register, stages
from portal.services.desk_errors import NotATest
from portal.services.errors import NotFound, NotSignedIn, Taken
from portal.store import cases, desk_queries, models
from tests.builders import Portal, Reporter, SetClock, Staff, Team
from tests.officer_hand import Hand, hand


def entries(portal: Portal, reporter: Reporter, kind: Kind) -> list[dict[str, object]]:
    """What the register says of the case, oldest first."""
    with portal.parts.database.read() as session:
        bodies = desk_queries.entries(session, reporter.case_id, kind.value)
    return [json.loads(body) for body in reversed(bodies)]


def test_every_act_is_in_the_register_with_officer_and_minute_and_without_a_word(
    portal: Portal, at_work: Hand, reporter: Reporter
) -> None:
    at_work.acknowledges("We received it, dear reporter.")
    item = at_work.uploads(b"a plan", "secret name.pdf")
    at_work.posts(at_work.seals("The plan is secret.", files=(item,)))
    at_work.posts(at_work.seals("A secret note.", "desk", kind="note"))
    list(at_work.downloads(item))
    casework.note_identity_opened(portal.parts, at_work.officer.id, at_work.case_id, 0)
    stages.change(portal.parts, at_work.officer.id, at_work.case_id, seen="acknowledged", to="in_progress")
    stages.change(portal.parts, at_work.officer.id, at_work.case_id, seen="in_progress", to="closed")
    stages.change(portal.parts, at_work.officer.id, at_work.case_id, seen="closed", to="in_progress")
    expected = [
        Kind.CASE_OPENED, Kind.ACKNOWLEDGED, Kind.REPLY_SENT, Kind.NOTE_WRITTEN, Kind.FILE_DOWNLOADED,
        Kind.IDENTITY_OPENED, Kind.STAGE_CHANGED, Kind.CASE_CLOSED, Kind.CASE_REOPENED,
    ]  # fmt: skip
    for kind in expected:
        (entry,) = entries(portal, reporter, kind)
        facts = entry["facts"]
        assert entry["at"] == "2026-03-02T09:30Z"
        assert isinstance(facts, dict)
        assert (facts["officer"], facts["reference"]) == (at_work.officer.id.hex(), reporter.reference)
        assert "secret" not in json.dumps(entry)
    with portal.parts.database.read() as session:
        assert register.verify(session, portal.organisation_id).entries == len(expected) + 1


def test_reading_is_in_the_register_once_an_officer_and_day(
    portal: Portal, ida: Staff, team: Team, at_work: Hand, reporter: Reporter
) -> None:
    bent = portal.staff("Bent")
    portal.join(team, bent, ida)
    for officer in (ida, bent, ida, bent):
        casework.read(portal.parts, officer.id, reporter.case_id)
    assert len(entries(portal, reporter, Kind.CASE_OPENED)) == 2
    assert isinstance(portal.clock, SetClock)
    portal.clock.move(days=1)
    at_work.read()
    assert len(entries(portal, reporter, Kind.CASE_OPENED)) == 3


def test_a_refused_act_leaves_no_entry(portal: Portal, at_work: Hand, reporter: Reporter) -> None:
    with pytest.raises(Taken):
        at_work.posts(at_work.seals("From the future", n=7))
    assert entries(portal, reporter, Kind.REPLY_SENT) == []


def test_the_identity_entry_names_a_message_that_is_there(portal: Portal, at_work: Hand) -> None:
    for n in (-1, 1):
        with pytest.raises(NotFound):
            casework.note_identity_opened(portal.parts, at_work.officer.id, at_work.case_id, n)


def test_erasing_a_test_report_leaves_only_the_registers_lines(
    portal: Portal, ida: Staff, team: Team
) -> None:
    test = portal.report(team, "Only a test", is_test=True, files={"a__txt": b"test"})
    ida_at_work = hand(portal, ida, team, test)
    ida_at_work.opens()
    ida_at_work.uploads(b"never sent")
    erasing.erase_test_report(portal.parts, ida.id, test.case_id, test.reference)
    assert not [path for path in portal.parts.settings.blobs.rglob("*") if path.is_file()]
    with portal.parts.database.read() as session:
        assert cases.by_reference(session, portal.organisation_id, test.reference) is None
        for table in (models.CaseRecord, models.Wrap, models.Card, models.Message, models.Attachment):
            assert session.query(table).count() == 0
        assert session.query(models.Grant).filter_by(case_id=test.case_id).count() == 0
    assert len(entries(portal, test, Kind.TEST_REPORT_ERASED)) == 1


def test_erasing_ends_the_visits_of_its_reporter(portal: Portal, ida: Staff, team: Team) -> None:
    test = portal.report(team, "Only a test", is_test=True)
    cookie = mailbox.sign_in(portal.parts, test.receipt.case_key, test.receipt.passphrase)
    erasing.erase_test_report(portal.parts, ida.id, test.case_id, test.reference)
    with pytest.raises(NotSignedIn):
        mailbox.visit(portal.parts, cookie.value)


def test_a_true_report_can_not_be_erased_by_hand(portal: Portal, ida: Staff, reporter: Reporter) -> None:
    with pytest.raises(NotATest):
        erasing.erase_test_report(portal.parts, ida.id, reporter.case_id, reporter.reference)


def test_an_erasure_names_the_report_it_means(portal: Portal, ida: Staff, team: Team) -> None:
    test, other = (portal.report(team, "Only a test", is_test=True) for _ in range(2))
    with pytest.raises(NotFound):
        erasing.erase_test_report(portal.parts, ida.id, test.case_id, other.reference)
