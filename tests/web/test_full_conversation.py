"""Rule: what one reporter can write in one case is bounded, since both sides load all of it; nothing typed is lost.

Source: docs/rules.md, section 1.
"""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.services import mailbox
from portal.services.errors import ConversationFull
from portal.store import models
from tests.builders import Portal, Reporter, Staff, Team
from tests.officer_hand import hand
from tests.web import paper


@pytest.fixture
def team(portal: Portal, ida: Staff) -> Team:
    """The channel "Whistleblowing", whose officer is Ida."""
    return portal.team(ida)


@pytest.fixture
def reporter(portal: Portal, team: Team) -> Reporter:
    """Who has reported to it."""
    return portal.report(team, "The drain.")


def fill(portal: Portal, reporter: Reporter, *, messages: int, size: int = 1, side: str = "reporter") -> None:
    """So many messages more, of `size` each as the database says. What is in them counts for nothing here."""
    with portal.parts.database.write() as session:
        first = session.query(models.Message).count()
        session.add_all(
            models.Message(
                case_id=reporter.case_id, scope="talk", n=first + n, side=side, day=portal.today,
                size=size, hash=n.to_bytes(32), sealed=b"x",
            )
            for n in range(messages)
        )  # fmt: skip


def blobs(portal: Portal) -> list[Path]:
    return [path for path in portal.parts.settings.blobs.rglob("*") if path.is_file()]


FULL = [
    pytest.param(mailbox.MAX_MESSAGES - 1, 1, id="as many messages"),
    pytest.param(1, mailbox.MAX_SEALED_BYTES, id="as many bytes"),
]


@pytest.mark.parametrize(("messages", "size"), FULL)
@pytest.mark.parametrize("files", [None, {"evidence.txt": b"e" * 1_000}], ids=["words alone", "with a file"])
def test_a_full_case_takes_no_more_and_hands_the_text_back(
    portal: Portal,
    visitor: FlaskClient,
    reporter: Reporter,
    files: dict[str, bytes] | None,
    messages: int,
    size: int,
) -> None:
    fill(portal, reporter, messages=messages, size=size)
    sent = paper.answer(visitor, paper.page_of(visitor, reporter), "One thing more that I typed.", files)
    assert sent.status_code == 409
    assert "This case can take no more messages from you" in sent.text
    assert "One thing more that I typed." in sent.text
    assert len(reporter.visit().loaded.messages) == messages + 1
    assert blobs(portal) == []


def test_the_last_message_that_fits_is_taken(portal: Portal, reporter: Reporter) -> None:
    fill(portal, reporter, messages=mailbox.MAX_MESSAGES - 2)
    reporter.answers("The last one.")
    with pytest.raises(ConversationFull):
        reporter.answers("One too many.")


def test_the_text_that_would_be_too_much_is_counted_before_it_is_sealed(
    portal: Portal, reporter: Reporter
) -> None:
    so_far = sum(message.size for message in reporter.visit().loaded.messages)
    fill(portal, reporter, messages=1, size=mailbox.MAX_SEALED_BYTES - so_far - 20)
    with pytest.raises(ConversationFull):
        reporter.answers("x" * 21)
    reporter.answers("x" * 20)


@pytest.mark.parametrize(("messages", "size"), FULL)
def test_the_desk_can_still_answer_in_a_full_case(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter, messages: int, size: int
) -> None:
    at_work = hand(portal, ida, team, reporter)
    at_work.opens()
    fill(portal, reporter, messages=messages, size=size)
    at_work.posts(at_work.seals("We have read all of it."))
    assert reporter.reads().messages[-1].side == "desk"


def test_what_the_desk_writes_does_not_count(portal: Portal, reporter: Reporter) -> None:
    fill(portal, reporter, messages=mailbox.MAX_MESSAGES, size=mailbox.MAX_SEALED_BYTES, side="desk")
    reporter.answers("Still here.")
    assert reporter.visit().notebook.last_n == mailbox.MAX_MESSAGES + 1
