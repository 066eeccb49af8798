"""Rule: a page says "sent" of what was stored and of nothing else, whatever the line does, and loses nothing typed.

Sources: LOOK, voice ("errors say what to do and lose nothing that was typed"); PROTOCOL 4 (409, re-read), 5 (a message
lists its files: one that may be stored keeps them).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import FilePayload, Page, Request, Route, expect

from tests.browser.desk_browser import Running, opened
from tests.builders import Reporter

pytestmark = pytest.mark.browser
MESSAGES = "**/desk/api/cases/*/messages"
STAGE = "**/desk/api/cases/*/stage"
FILE: FilePayload = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"a plan"}


@pytest.fixture
def reporter(desk: Running, tab: Page) -> Iterator[Reporter]:
    """Somebody whose case is open in the tab."""
    made = desk.portal.report(desk.team, "The guard was taken off the press on line two.")
    opened(desk, tab, made)
    yield made
    tab.unroute_all()


def case_address(desk: Running, reporter: Reporter) -> str:
    """Where the page reads the case."""
    return f"{desk.address}/desk/api/cases/{reporter.case_id.hex()}"


def stored_but_unanswered(route: Route) -> None:
    """The server has stored it, and its answer is lost on the way."""
    route.fetch()
    route.abort()


@contextmanager
def taken_back(tab: Page) -> Iterator[list[str]]:
    """The uploads that the page takes back meanwhile."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if request.method == "DELETE":
            seen.append(request.url)

    tab.on("request", note)
    yield seen
    tab.remove_listener("request", note)


def said_by_the_team(reporter: Reporter) -> list[str]:
    """The team's messages, as the reporter reads them."""
    return [one.text for one in reporter.reads().messages if one.kind == "message"]


def send(tab: Page, form: str) -> None:
    """Press the button of a form."""
    tab.click(f"#{form} button[type=submit]")


def test_a_file_stays_where_its_message_may_have_been_stored(tab: Page, reporter: Reporter) -> None:
    tab.set_input_files("#reply-files", files=[FILE])
    tab.fill("#reply-text", "Here is the plan.")
    tab.route(MESSAGES, stored_but_unanswered)
    with taken_back(tab) as seen:
        send(tab, "reply")
        expect(tab.locator("#reply-problem")).to_contain_text("Nothing came back")
        tab.wait_for_timeout(300)
    assert seen == []
    assert [one.name for one in reporter.reads().messages[-1].files] == ["plan.txt"]


@pytest.mark.parametrize("status", [502, 503])
def test_a_file_stays_while_the_server_gave_no_clear_no(tab: Page, reporter: Reporter, status: int) -> None:
    tab.set_input_files("#reply-files", files=[FILE])
    tab.route(MESSAGES, lambda route: route.fulfill(status=status, body="<h1>Bad gateway</h1>"))
    with taken_back(tab) as seen:
        send(tab, "reply")
        expect(tab.locator("#reply-problem")).to_contain_text("Nothing came back")
        tab.wait_for_timeout(300)
    assert seen == []
    assert said_by_the_team(reporter) == []


def test_a_file_is_taken_back_where_the_server_refused_its_message(tab: Page, reporter: Reporter) -> None:
    tab.set_input_files("#reply-files", files=[FILE])
    tab.route(MESSAGES, lambda route: route.fulfill(status=400, json={"error": "malformed"}))
    with taken_back(tab) as seen, tab.expect_request(lambda request: request.method == "DELETE"):
        send(tab, "reply")
    assert len(seen) == 1
    assert said_by_the_team(reporter) == []
