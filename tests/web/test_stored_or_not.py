"""Rule: a page never says "Nothing was stored" of what is stored, and no file of a stored message is erased.

What comes after the commit (a mark, a key, a file to take away) may fail: the next round of the worker does it.
Source: docs/threat-model.md ("nothing half stored").
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.services import erasing, mailbox
from portal.services.parts import Parts
from portal.store import models
from portal.store.database import Database
from portal.store.errors import StorageFull, StoreBusy, StoreError
from tests.builders import Portal, Reporter, Staff, Team
from tests.web import paper

EVIDENCE = b"evidence" * 500


@pytest.fixture
def team(portal: Portal, ida: Staff) -> Team:
    """The channel "Whistleblowing", whose officer is Ida."""
    return portal.team(ida)


@pytest.fixture
def reporter(portal: Portal, team: Team) -> Reporter:
    """Who has reported to it."""
    return portal.report(team, "The drain.")


def refuse(
    monkeypatch: pytest.MonkeyPatch, database: Database, error: StoreError, *, after: int
) -> Callable[[], int]:
    """Every write but the first `after` is refused, as by a store that is busy or full; how many were asked for."""
    asked = 0
    real = database.write

    @contextmanager
    def write() -> Iterator[Session]:
        nonlocal asked
        asked += 1
        if asked > after:
            raise error
        with real() as session:
            yield session

    def writes() -> AbstractContextManager[Session]:
        return write()

    monkeypatch.setattr(database, "write", writes)
    return lambda: asked


def blobs(portal: Portal) -> list[Path]:
    return list(portal.parts.settings.blobs.glob("??/*"))


def count(portal: Portal, kind: type[models.Case | models.Message | models.Attachment]) -> int:
    with portal.parts.database.read() as session:
        return session.query(kind).count()


def test_an_answer_is_stored_by_one_write_with_what_the_reporters_side_remembers_of_it(
    portal: Portal, visitor: FlaskClient, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = paper.page_of(visitor, reporter)
    asked = refuse(monkeypatch, portal.parts.database, StoreBusy("later"), after=1)
    sent = paper.answer(visitor, page, "With evidence.", {"evidence.txt": EVIDENCE})
    assert (sent.status_code, asked()) == (303, 1)
    page = visitor.get("/en/mailbox/case").text
    link = re.search(r'href="(/en/mailbox/files/[0-9a-f]{32})"', page)
    assert link
    assert visitor.get(link[1]).data == EVIDENCE
    monkeypatch.undo()
    assert reporter.visit().notebook.last_n == 1


@pytest.mark.parametrize("error", [StoreBusy("later"), StorageFull("full")], ids=["busy", "full"])
def test_an_answer_that_is_not_stored_leaves_no_file_and_says_so(
    portal: Portal,
    visitor: FlaskClient,
    reporter: Reporter,
    error: StoreError,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = paper.page_of(visitor, reporter)
    refuse(monkeypatch, portal.parts.database, error, after=0)
    sent = paper.answer(visitor, page, "With evidence.", {"evidence.txt": EVIDENCE})
    assert sent.status_code in {503, 507}
    assert "With evidence." in sent.text
    assert (count(portal, models.Message), blobs(portal)) == (1, [])


def test_files_of_a_message_that_is_stored_stay_whatever_fails_after_it(
    visitor: FlaskClient, reporter: Reporter, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a connection that breaks off while the database says that it has committed."""
    page = paper.page_of(visitor, reporter)
    real = mailbox.answer

    def answer(parts: Parts, seen: mailbox.Visit, **given: object) -> None:
        real(parts, seen, **given)  # type: ignore[arg-type]
        raise StoreBusy("the line broke off")

    monkeypatch.setattr(mailbox, "answer", answer)
    paper.answer(visitor, page, "With evidence.", {"evidence.txt": EVIDENCE})
    assert (count(portal, models.Attachment), len(blobs(portal))) == (1, 1)


@pytest.mark.parametrize("files", [None, {"evidence.txt": EVIDENCE}], ids=["words alone", "with a file"])
def test_an_answer_to_a_case_that_is_erased_meanwhile_is_not_stored_and_its_text_is_handed_back(
    portal: Portal,
    visitor: FlaskClient,
    ida: Staff,
    reporter: Reporter,
    files: dict[str, bytes] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = paper.page_of(visitor, reporter)
    real = mailbox.visit

    def visit(parts: Parts, cookie: str | None) -> mailbox.Visit:
        monkeypatch.undo()
        seen = real(parts, cookie)
        erasing.erase_by_officer(parts, ida.id, [reporter.reference])
        return seen

    monkeypatch.setattr(mailbox, "visit", visit)
    sent = paper.answer(visitor, page, "A long text that I typed.", files)
    assert sent.status_code == 410
    assert "A long text that I typed." in sent.text
    assert "has been erased" in sent.text
    assert (count(portal, models.Message), blobs(portal)) == (0, [])


@pytest.mark.parametrize("error", [StoreBusy("later"), StorageFull("full")], ids=["busy", "full"])
def test_a_report_that_is_stored_gets_its_receipt_also_where_its_mark_can_not_be_set_right(
    portal: Portal, team: Team, visitor: FlaskClient, error: StoreError, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert team
    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    with monkeypatch.context() as first_try:
        refuse(first_try, portal.parts.database, StoreBusy("later"), after=0)
        assert paper.report(visitor, token=token, text="The first text.").status_code == 503
    refuse(monkeypatch, portal.parts.volatile, error, after=1)
    files = {"evidence.txt": EVIDENCE}
    sent = paper.report(visitor, token=token, text="Another text.", files=files)
    assert sent.status_code == 200
    monkeypatch.undo()
    page = paper.open_case(visitor, paper.receipt_on(sent.text)).text
    assert "Another text." in page
    link = re.search(r'href="(/en/mailbox/files/[0-9a-f]{32})"', page)
    assert link
    assert visitor.get(link[1]).data == EVIDENCE


@pytest.mark.parametrize("error", [StoreBusy("later"), StorageFull("full")], ids=["busy", "full"])
def test_a_case_that_its_reporter_erased_is_said_to_be_erased_also_where_a_part_of_it_has_to_wait(
    portal: Portal,
    visitor: FlaskClient,
    reporter: Reporter,
    error: StoreError,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paper.page_of(visitor, reporter)
    token = paper.hidden(visitor.get("/en/mailbox/erase").text, "csrf_token")
    refuse(monkeypatch, portal.parts.volatile, error, after=0)
    sent = visitor.post("/en/mailbox/erase", data={"csrf_token": token})
    assert (sent.status_code, sent.location) == (303, "/en/mailbox/erased")
    assert count(portal, models.Case) == 0
    monkeypatch.undo()
    assert erasing.finish(portal.parts)
    assert reporter.case_id in portal.parts.erase_keys.destroyed()
    assert visitor.get("/en/mailbox/case").status_code == 403
