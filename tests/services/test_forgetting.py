"""Rule: the minute of a visit is forgotten when the visit is over, whether or not anybody else comes by.

Source: threat model, what the server knows; PROTOCOL 7 (never kept: time of day of anything a reporter did).
"""

import itertools
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.services import receipts, sessions
from portal.services.errors import Busy
from portal.store import models
from portal.store.errors import StorageFull
from tests.builders import Portal, SetClock, Team


def rows(portal: Portal) -> int:
    """How many sessions and marks there are."""
    with portal.parts.volatile.read() as session:
        return session.scalar(select(func.count()).select_from(models.SessionRow)) or 0


def kept_on_disk(portal: Portal, needle: bytes) -> list[str]:
    """The files of the volatile database that hold `needle`.

    Read by another process: closing a file of an open SQLite database here would let go of our own locks on it.
    """
    folder = Path(portal.parts.settings.instance) / "volatile"
    return [
        path.name
        for path in folder.iterdir()
        if needle in subprocess.run(["cat", str(path)], capture_output=True, check=True).stdout
    ]


def test_a_sweep_erases_what_is_over_from_the_database_and_its_log(
    portal: Portal, team: Team, clock: SetClock
) -> None:
    reporter = portal.report(team)
    reporter.visit()
    assert rows(portal) == 2
    assert kept_on_disk(portal, reporter.case_id)
    clock.move(minutes=31)
    sessions.sweep(portal.parts)
    assert rows(portal) == 0
    assert kept_on_disk(portal, reporter.case_id) == []


def test_a_sweep_leaves_what_is_still_going_on(portal: Portal, team: Team, clock: SetClock) -> None:
    reporter = portal.report(team)
    reporter.visit()
    clock.move(minutes=14)
    sessions.sweep(portal.parts)
    assert rows(portal) == 2


def test_the_mark_of_a_fresh_report_does_not_name_its_case(portal: Portal, team: Team) -> None:
    reporter = portal.report(team)
    assert kept_on_disk(portal, reporter.case_id) == []


def test_nothing_in_clear_counts_a_reporters_visits(portal: Portal, team: Team) -> None:
    reporter = portal.report(team)
    versions = [portal.case(reporter).notebook_version]
    for _visit in range(3):
        reporter.visit()
        versions.append(portal.case(reporter).notebook_version)
    steps = {later - earlier for earlier, later in itertools.pairwise(versions)}
    assert len(steps) == 3, "three steps drawn among 2^31 are alike once in 700 million runs"
    assert versions[0] != 0


def test_a_visit_goes_on_when_its_last_minute_can_not_be_written_down(
    portal: Portal, team: Team, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter = portal.report(team)
    cookie = sessions.start(portal.parts, "mailbox", reporter.case_id, secret=b"s" * 32)
    clock.move(minutes=5)

    def full(*_given: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr("portal.services.sessions.volatile.touch", full)
    assert sessions.resume(portal.parts, "mailbox", cookie.value)[0].owner == reporter.case_id


def test_when_too_many_wait_for_the_key_derivation_the_next_one_is_told_at_once(portal: Portal) -> None:
    waiting = portal.parts.kdf_waiters
    while waiting.acquire(blocking=False):
        pass
    with pytest.raises(Busy):
        receipts.stretch(portal.parts, "K7QF9M3TX2VB", "a" * 30)
