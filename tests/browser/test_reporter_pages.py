"""Rule: the reporter's pages have no axe-core violation in any state, and a script only adds what can be done without.

Sources: WCAG 2.2 AA; BUDGETS, safety table; HOUSE, third principle. The journeys themselves are elsewhere.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from portal.services.parts import Clock
from tests.browser.axe import assert_accessible, violations
from tests.browser.live import listening
from tests.builders import Portal, Reporter

FORM = "c/whistleblowing/report"
PATIENCE_SECONDS = 10.0
READ = ("", "c/whistleblowing", FORM, "procedure", "safety", "elsewhere", "readers", "mailbox", "nowhere")
SCREENS = (("light", 1366), ("dark", 360))

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Running:
    """A portal that answers at `address`, and somebody who has reported to it."""

    address: str
    reporter: Reporter
    browser: Browser

    @contextmanager
    def page(self, scheme: str = "light", width: int = 1366, *, script: bool = True) -> Iterator[Page]:
        """A browser window of somebody who was never here before."""
        size = {"width": width, "height": 800}
        window = self.browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=script,
        )
        page = window.new_page()
        page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="<title>x</title>"))
        yield page
        window.close()

    def open_case(self, page: Page) -> None:
        """The reporter's case, by case key and passphrase."""
        page.goto(f"{self.address}/en/mailbox")
        page.fill("#case_key", self.reporter.receipt.shown_key)
        page.fill("#passphrase", self.reporter.receipt.passphrase)
        page.click("main form button")
        page.wait_for_selector("#log-out")


@pytest.fixture(scope="module")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A portal with two channels and one report, and Chromium."""
    portal = Portal(tmp_path_factory.mktemp("portal"), Clock())
    team = portal.team(portal.staff("Anna Holm"))
    portal.team(portal.staff("Jan de Wit", "Ombudsman"), name="Complaints")
    reporter = portal.report(team, files={"drain.txt": b"brown"})
    with listening(portal.app) as port:
        yield Running(f"http://127.0.0.1:{port}", reporter, browser)
    portal.close()


def send(page: Page, text: str) -> None:
    """Fill in the report form that is open, and send it."""
    page.fill("#text", text)
    page.click("form[enctype] button[type=submit]")


def collect(page: Page, asked: list[Request]) -> None:
    """Put every request of `page` into `asked`."""

    def note(request: Request) -> None:
        asked.append(request)

    page.on("request", note)


def fits(page: Page, width: int) -> bool:
    """Whether nothing makes the page wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


@pytest.mark.parametrize(("scheme", "width"), SCREENS, ids=["light and wide", "dark and narrow"])
def test_pages_that_are_only_read_are_accessible(running: Running, scheme: str, width: int) -> None:
    with running.page(scheme, width) as page:
        for path in READ:
            page.goto(f"{running.address}/en/{path}")
            assert_accessible(page)
            assert fits(page, width), path


@pytest.mark.parametrize(("scheme", "width"), SCREENS, ids=["light and wide", "dark and narrow"])
def test_the_form_its_errors_the_receipt_and_the_case_are_accessible(
    running: Running, scheme: str, width: int
) -> None:
    with running.page(scheme, width) as page:
        page.goto(f"{running.address}/en/{FORM}")
        for text in (" \n ", "The drain leads to the stream."):
            send(page, text)
            assert_accessible(page)
            assert fits(page, width)
        for words in ("anvil anvil", "anvilx"):
            page.fill("#passphrase", words)
            page.click("main form button[type=submit]")
            assert_accessible(page)
        running.open_case(page)
        assert_accessible(page)
        assert fits(page, width)


def test_axe_finds_what_is_wrong(running: Running) -> None:
    """Seeded faults: a picture without words and a field without a label."""
    with running.page() as page:
        page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src=x.png><input></main>")
        found = " ".join(violations(page))
    assert "image-alt" in found
    assert "label" in found


def test_after_an_error_the_focus_is_on_the_problem_without_a_script_too(running: Running) -> None:
    with running.page(script=False) as page:
        page.goto(f"{running.address}/en/{FORM}")
        send(page, " \n ")
        expect(page.locator("#problem")).to_be_focused()


def test_without_a_script_the_receipt_has_no_dead_buttons(running: Running) -> None:
    for script, buttons in ((False, []), (True, ["Copy both", "Print"])):
        with running.page(script=script) as page:
            page.goto(f"{running.address}/en/{FORM}")
            send(page, "The drain leads to the stream.")
            expect(page.locator("#shown-receipt button")).to_have_text(buttons)


def test_copy_both_copies_the_receipt_and_nothing_else(running: Running) -> None:
    with running.page() as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{running.address}/en/{FORM}")
        send(page, "The drain leads to the stream.")
        page.get_by_role("button", name="Copy both").click()
        page.get_by_text("Copied.").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.splitlines() == [page.inner_text("#shown-key"), page.inner_text("#shown-passphrase")]


def is_closed(page: Page, case: str) -> bool:
    """Whether the case shows itself no more; the browser's word of leaving may take a moment to arrive."""
    until = time.monotonic() + PATIENCE_SECONDS
    while page.goto(case) and page.locator("#log-out").count():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize("way", ["the link", "Escape twice"])
def test_the_way_out_closes_the_case_and_leaves_nothing_behind_the_back_button(
    running: Running, way: str
) -> None:
    with running.page() as page:
        running.open_case(page)
        before = page.evaluate("history.length")
        with page.expect_request("**/mailbox/leave"):
            if way == "the link":
                page.click("#leave")
            else:
                page.keyboard.press("Escape")
                page.keyboard.press("Escape")
        page.wait_for_url("https://www.wikipedia.org/")
        assert page.evaluate("history.length") <= before
        assert is_closed(page, f"{running.address}/en/mailbox/case")


def test_without_a_script_the_way_out_is_a_link(running: Running) -> None:
    with running.page(script=False) as page:
        page.goto(f"{running.address}/en/{FORM}")
        page.click("#leave")
        page.wait_for_url("https://www.wikipedia.org/")


def test_first_visit_of_the_form_needs_at_most_three_requests_without_a_script(running: Running) -> None:
    for script, limit in ((False, 3), (True, 5)):
        asked: list[Request] = []
        with running.page(script=script) as page:
            collect(page, asked)
            page.goto(f"{running.address}/en/{FORM}", wait_until="networkidle")
        assert 0 < len(asked) <= limit
        assert all(request.url.startswith(running.address) for request in asked)
