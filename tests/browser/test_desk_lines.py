"""Rule: a page says "sent" of what was stored and of nothing else, whatever the line does, and loses nothing typed.

Sources: LOOK, voice ("errors say what to do and lose nothing that was typed"); PROTOCOL 4 (409, re-read), 5 (a message
lists its files: one that may be stored keeps them).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import FilePayload, Page, Request, Route, expect

from tests.browser.desk_browser import Running, opened
from tests.builders import Reporter

pytestmark = pytest.mark.browser
MESSAGES = "**/desk/api/cases/*/messages"
STAGE = "**/desk/api/cases/*/stage"
LONGEST_SECONDS = 20.0
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


def refuse(route: Route) -> None:
    """The server is too busy to answer."""
    route.fulfill(status=503, json={"error": "busy"})


def waiting_in(place: list[Route]) -> Callable[[Route], None]:
    """The request waits there until the test lets it go on; Playwright takes no method of a list."""

    def wait(route: Route) -> None:
        place.append(route)

    return wait


def arrived(tab: Page, place: list[Route]) -> Route:
    """The request that waits there, once it has come."""
    until = time.monotonic() + LONGEST_SECONDS
    while not place and time.monotonic() < until:
        tab.wait_for_timeout(50)
    return place[-1]


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


@pytest.mark.parametrize(
    ("form", "said"),
    [("reply", "Sent to the reporter."), ("note", "The note is kept.")],
    ids=["a reply", "a note"],
)
@pytest.mark.parametrize("busy", [False, True], ids=["on a dead line", "from a busy server"])
def test_what_was_stored_counts_as_sent_although_it_could_not_be_read_again(
    desk: Running, tab: Page, reporter: Reporter, form: str, said: str, *, busy: bool
) -> None:
    address = case_address(desk, reporter)
    tab.route(address, lambda route: refuse(route) if busy else route.abort())
    tab.fill(f"#{form}-text", "Which line is it?")
    send(tab, form)
    expect(tab.locator(f"#{form}-problem")).to_contain_text(f"{said} It could not be read again")
    assert tab.input_value(f"#{form}-text") == ""
    tab.unroute(address)
    tab.fill(f"#{form}-text", "And which shift?")
    send(tab, form)
    expect(tab.locator(f"#{form}-problem")).to_contain_text("Something came between")
    expect(tab.locator("#talk")).to_contain_text("Which line is it?")
    send(tab, form)
    expect(tab.locator("#talk")).to_contain_text("And which shift?")


def test_a_step_that_was_taken_counts_although_the_case_could_not_be_read_again(
    desk: Running, tab: Page, reporter: Reporter
) -> None:
    tab.click("#acknowledge button[type=submit]")
    expect(tab.locator("#acknowledge")).to_be_hidden()
    tab.route(case_address(desk, reporter), lambda route: route.abort())
    tab.click("[data-to=in_progress][data-from=acknowledged]")
    expect(tab.locator("#steps-problem")).to_contain_text("The stage is now: Being looked into. It could not")
    assert reporter.reads().stage == "in_progress"


def test_a_title_that_was_changed_counts_although_the_case_could_not_be_read_again(
    desk: Running, tab: Page, reporter: Reporter
) -> None:
    tab.route(case_address(desk, reporter), lambda route: route.abort())
    tab.click("#card-part summary")
    tab.fill("#card-title", "The guard")
    send(tab, "card")
    expect(tab.locator("#card-problem")).to_contain_text("The title is changed. It could not be read again")


def test_typed_text_stays_where_something_came_between_and_then_the_line_broke(
    desk: Running, tab: Page, reporter: Reporter
) -> None:
    reporter.answers("It is line two.")
    tab.route(case_address(desk, reporter), lambda route: route.abort())
    tab.fill("#reply-text", "A long reply.")
    send(tab, "reply")
    expect(tab.locator("#reply-problem")).to_contain_text("Nothing came back")
    expect(tab.locator("#reply-text")).to_have_value("A long reply.")
    tab.unroute(case_address(desk, reporter))
    send(tab, "reply")
    expect(tab.locator("#talk")).to_contain_text("It is line two.")
    send(tab, "reply")
    expect(tab.locator("#talk")).to_contain_text("A long reply.")


def test_a_step_that_a_colleague_was_quicker_with_leaves_the_page_when_the_line_breaks(
    desk: Running, tab: Page, reporter: Reporter
) -> None:
    tab.click("#acknowledge button[type=submit]")
    expect(tab.locator("#acknowledge")).to_be_hidden()
    tab.fill("#note-text", "Half a note")
    tab.route(STAGE, lambda route: route.fulfill(status=409, json={"error": "changed"}))
    tab.route(case_address(desk, reporter), lambda route: route.abort())
    tab.click("[data-to=in_progress][data-from=acknowledged]")
    expect(tab.locator("#steps-problem")).to_contain_text("Nothing came back")
    expect(tab.locator("#note-text")).to_have_value("Half a note")


@pytest.mark.parametrize("form", ["reply", "note"])
def test_sent_again_after_a_lost_answer_it_is_found_to_stand_there_and_is_not_sent_twice(
    tab: Page, reporter: Reporter, form: str
) -> None:
    tab.route(MESSAGES, stored_but_unanswered)
    tab.fill(f"#{form}-text", "Which line is it?")
    send(tab, form)
    expect(tab.locator(f"#{form}-problem")).to_contain_text("Nothing came back")
    tab.unroute(MESSAGES)
    send(tab, form)
    expect(tab.locator("#talk")).to_contain_text("Which line is it?")
    expect(tab.locator(f"#{form}-problem")).to_be_hidden()
    expect(tab.locator(f"#{form}-text")).to_have_value("")
    if form == "reply":
        assert said_by_the_team(reporter) == ["Which line is it?"]


def test_a_step_taken_again_after_a_lost_answer_is_found_to_be_taken(tab: Page, reporter: Reporter) -> None:
    tab.click("#acknowledge button[type=submit]")
    expect(tab.locator("#acknowledge")).to_be_hidden()
    tab.route(STAGE, stored_but_unanswered)
    tab.click("[data-to=in_progress][data-from=acknowledged]")
    expect(tab.locator("#steps-problem")).to_contain_text("Nothing came back")
    tab.unroute(STAGE)
    tab.click("[data-to=in_progress][data-from=acknowledged]")
    expect(tab.locator("#said")).to_contain_text("The stage is now: Being looked into.")
    expect(tab.locator("#steps-problem")).to_be_hidden()
    assert reporter.reads().stage == "in_progress"


def test_what_is_being_sent_can_not_be_changed_under_the_hand(tab: Page, reporter: Reporter) -> None:
    going: list[Route] = []
    tab.route(MESSAGES, waiting_in(going))
    tab.set_input_files("#reply-files", files=[FILE])
    tab.fill("#reply-text", "The first text.")
    send(tab, "reply")
    expect(tab.locator("#reply-text")).to_have_js_property("readOnly", value=True)
    expect(tab.locator("#reply-files")).to_be_disabled()
    tab.focus("#reply-text")
    tab.keyboard.type("And a second paragraph.")
    arrived(tab, going).continue_()
    expect(tab.locator("#said")).to_have_text("Sent to the reporter.")
    assert said_by_the_team(reporter) == ["The first text."]
    tab.focus("#reply-text")
    tab.keyboard.type("Typed after it.")
    expect(tab.locator("#reply-text")).to_have_value("Typed after it.")


def test_what_could_not_be_sent_can_be_changed_again(tab: Page, reporter: Reporter) -> None:
    assert reporter.reference
    tab.route(MESSAGES, lambda route: route.abort())
    tab.fill("#note-text", "Half a note")
    send(tab, "note")
    expect(tab.locator("#note-problem")).to_contain_text("Nothing came back")
    expect(tab.locator("#note-text")).to_be_editable()


def test_stop_counts_until_the_message_goes_and_is_not_offered_after(tab: Page, reporter: Reporter) -> None:
    going: list[Route] = []
    tab.route("**/desk/api/uploads/**", waiting_in(going))
    tab.route(MESSAGES, waiting_in(going))
    tab.set_input_files("#reply-files", files=[FILE])
    send(tab, "reply")
    expect(tab.locator("#reply-words")).to_have_text("Sending plan.txt")
    tab.click("#reply-cancel")
    expect(tab.locator("#reply-problem")).to_contain_text("Stopped. Nothing was sent")
    assert [one.request.method for one in going] == ["PUT"]
    going.clear()
    tab.unroute("**/desk/api/uploads/**")
    send(tab, "reply")
    expect(tab.locator("#reply-words")).to_have_text("Sealing and sending your message")
    expect(tab.locator("#reply-cancel")).to_be_hidden()
    arrived(tab, going).continue_()
    expect(tab.locator("#said")).to_have_text("Sent to the reporter.")
    assert len(reporter.reads().messages[-1].files) == 1
