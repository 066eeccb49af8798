"""Rule: what looks a crashed portal through sees each thing that a crash could break.

A check that finds nothing proves nothing until it has been seen to find (BUDGETS, the second safety budget).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from benchmarks.crash import Said
from benchmarks.crash_checks import Outcome, Promise, check
from portal.services.attachments import SealingSink
from portal.store import models
from tests.builders import Portal, Reporter, Team
from tests.web.paper import Receipt

TEXT = "The drain leads to the stream."
FILE = bytes(range(256)) * 300


@dataclass
class Crashed:
    """A portal with one report, its answer and its file, and what was promised to the reporter."""

    portal: Portal
    reporter: Reporter
    promise: Promise

    def found(self) -> Outcome:
        """What the checks say."""
        return check(self.portal, [self.promise], 0)

    def change(self, *statements: object) -> None:
        """Do to the database what a crash must not."""
        with self.portal.parts.database.write() as session:
            for statement in statements:
                session.execute(statement)  # type: ignore[call-overload]

    def blob(self) -> Path:
        """The file's blob."""
        (path,) = self.portal.parts.blobs.root.glob("??/*")
        return path


@pytest.fixture
def crashed(portal: Portal, team: Team) -> Crashed:
    """A portal in which nothing is broken yet."""
    reporter = portal.report(team, TEXT, files={"plan__pdf": FILE})
    reporter.answers("And one thing more.")
    receipt = Receipt(reporter.receipt.shown_key, reporter.receipt.passphrase)
    digest = hashlib.sha256(FILE).hexdigest()
    return Crashed(portal, reporter, (receipt, [Said(TEXT, (digest,)), Said("And one thing more.", ())], []))


def test_a_portal_without_fault_is_whole(crashed: Crashed) -> None:
    found = crashed.found()
    assert found.is_whole, found
    assert (found.acknowledged_reports, found.acknowledged_answers, found.acknowledged_files) == (1, 1, 1)


def test_an_answer_whose_acknowledgement_never_came_may_be_there_or_not(crashed: Crashed) -> None:
    receipt, said, _doubtful = crashed.promise
    crashed.promise = (receipt, said[:1], [*said[1:], Said("Never arrived.", ())])
    assert crashed.found().is_whole


def test_a_message_that_is_gone_is_lost(crashed: Crashed) -> None:
    crashed.change(delete(models.Message).where(models.Message.n == 1))
    assert crashed.found().lost


def test_a_file_that_is_another_than_was_sent_is_lost(crashed: Crashed) -> None:
    receipt, said, doubtful = crashed.promise
    crashed.promise = (receipt, [replace(said[0], files=("00" * 32,)), said[1]], doubtful)  # type: ignore[type-var]
    assert crashed.found().lost


def test_a_message_that_nobody_wrote_is_named(crashed: Crashed) -> None:
    receipt, said, doubtful = crashed.promise
    crashed.promise = (receipt, said[:1], doubtful)
    assert crashed.found().lost


@pytest.mark.parametrize(
    "broken",
    [
        lambda: delete(models.CaseRecord),
        lambda: delete(models.Grant).where(models.Grant.case_id.is_not(None)),
        lambda: update(models.Message).where(models.Message.n == 0).values(n=7),
        lambda: update(models.Message).where(models.Message.n == 1).values(hash=bytes(32)),
        lambda: update(models.Attachment).values(n=None),
        lambda: update(models.Attachment).values(sealed_size=1),
    ],
    ids=["no record", "no grant", "a gap", "a damaged message", "a file of no message", "a file cut short"],
)
def test_a_case_that_is_there_by_halves_is_named(crashed: Crashed, broken: Callable[[], object]) -> None:
    crashed.change(broken())
    assert half_visible(crashed)


def test_a_blob_that_is_gone_leaves_a_case_there_by_halves(crashed: Crashed) -> None:
    crashed.blob().unlink()
    assert half_visible(crashed)


def half_visible(crashed: Crashed) -> list[str]:
    """What the checks call half visible, whether or not the reporter can still read something."""
    return check(crashed.portal, [], 0).half_visible


@pytest.mark.parametrize(
    "broken",
    [
        lambda: update(models.RegisterEntry).values(hash=bytes(32)),
        lambda: delete(models.RegisterEntry).where(models.RegisterEntry.running_number.is_not(None)),
    ],
    ids=["changed", "a line is gone"],
)
def test_a_broken_register_is_named(crashed: Crashed, broken: Callable[[], object]) -> None:
    crashed.change(broken())
    assert crashed.found().register_broken


def test_an_unfinished_write_that_was_not_swept_is_counted(crashed: Crashed) -> None:
    (crashed.portal.parts.blobs.incoming / f"{'0' * 32}.part").write_bytes(b"sealed")
    assert crashed.found().unfinished_writes == 1


def test_a_blob_that_no_row_knows_is_gone_after_the_sweep_and_nothing_else(
    crashed: Crashed, team: Team
) -> None:
    opened = SealingSink(crashed.portal.parts, team.newest.recipient, lambda _fields: None)
    opened.begin({}, "a", "b")
    opened.write(FILE)
    opened.finish()
    opened.keep()
    found = crashed.found()
    assert found.blobs_waiting_for_the_sweep == 1
    assert found.is_whole
