"""Rule: a legal hold that was set, and said to stand, is never lost to an erasure that had looked a moment earlier.

Also of a test report. Sources: REQUIREMENTS RD-01; GDPR, Art. 17(3)(b) and (e).
"""

import threading
from typing import Any

import pytest

from portal.domain.register import Kind
from portal.services import desk_register, erasing, holds
from portal.services.desk_errors import Held
from portal.services.errors import NotFound
from portal.store import models
from tests.builders import Portal, Reporter, Staff, Team


def hold(portal: Portal, officer: Staff, reporter: Reporter) -> None:
    review_on = portal.today.replace(year=2027)
    holds.keep(portal.parts, officer.id, reporter.case_id, reason="Court case", review_on=review_on)


def kinds(portal: Portal, reporter: Reporter) -> list[str]:
    """What the register says of the case, in order."""
    with portal.parts.database.read() as session:
        query = session.query(models.RegisterEntry).filter_by(case_id=reporter.case_id)
        return [entry.kind for entry in query.order_by(models.RegisterEntry.seq)]


def test_a_hold_that_comes_while_the_case_is_erased_is_refused(
    portal: Portal, ida: Staff, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its officer is told that there is no such case: not that it is held, while it goes."""
    refused: list[type[Exception]] = []

    def set_hold() -> None:
        try:
            hold(portal, ida, reporter)
        except NotFound as error:
            refused.append(type(error))

    other = threading.Thread(target=set_hold)

    def note(*given: Any, **facts: Any) -> None:
        """No hold was found; now the other officer's request comes."""
        other.start()
        other.join(0.5)
        desk_register.note(*given, **facts)

    monkeypatch.setattr("portal.services.erasing.note", note)
    assert erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference]) == 1
    other.join()
    assert refused == [NotFound]
    assert kinds(portal, reporter) == [Kind.REPORT_RECEIVED, Kind.CASE_ERASED_BY_OFFICER]


def test_two_officers_who_erase_the_same_cases_at_once_erase_them_once(
    portal: Portal, ida: Staff, team: Team
) -> None:
    junk = [portal.report(team, "Buy now") for _ in range(3)]
    references = [one.reference for one in junk]
    said: list[object] = []
    start = threading.Barrier(2)

    def erase(order: list[str]) -> None:
        start.wait()
        try:
            said.append(erasing.erase_by_officer(portal.parts, ida.id, order))
        except NotFound:
            said.append(NotFound)

    threads = [threading.Thread(target=erase, args=(order,)) for order in (references, references[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(said) == {3, NotFound}
    assert kinds(portal, junk[0]).count(Kind.CASE_ERASED_BY_OFFICER) == 1


def test_a_held_test_report_is_not_erased_from_its_own_page(portal: Portal, ida: Staff, team: Team) -> None:
    test = portal.report(team, "A try.", is_test=True)
    hold(portal, ida, test)
    with pytest.raises(Held):
        erasing.erase_test_report(portal.parts, ida.id, test.case_id, test.reference)
    holds.end(portal.parts, ida.id, test.case_id)
    erasing.erase_test_report(portal.parts, ida.id, test.case_id, test.reference)
    assert kinds(portal, test)[-1] == Kind.TEST_REPORT_ERASED
