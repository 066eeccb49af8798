"""Rule: a visit lives and ends in all its tabs at once; its end takes what was opened, never what somebody is typing.

Sources: docs/rules.md, section 1 (idle minutes, 12 hours, several visits); PROTOCOL 6; LOOK, voice ("errors say what to
do and lose nothing that was typed").
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from portal.services import sessions
from tests.browser.axe import assert_accessible
from tests.browser.desk_browser import Running, opened
from tests.builders import Reporter

pytestmark = pytest.mark.browser
FILE: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
REPORT = "The guard was taken off the press on line two."


@pytest.fixture
def window(desk: Running) -> Iterator[BrowserContext]:
    """A browser of its own for a test."""
    with desk.window() as made:
        yield made


@pytest.fixture
def reporter(desk: Running) -> Reporter:
    """Somebody who has reported."""
    return desk.portal.report(desk.team, REPORT)


def second_tab(window: BrowserContext, page: Page) -> Page:
    """The page once more, as the browser's own "Duplicate tab" opens it: with what the first tab keeps."""
    with window.expect_page() as made:
        page.evaluate("window.open(location.href)")
    made.value.wait_for_selector("#app:not([hidden])")
    return made.value


def end_visits(desk: Running) -> None:
    """Every visit of the officer is over on the server, as after 12 hours or a new passphrase elsewhere."""
    sessions.end_all(desk.portal.parts, "desk", desk.officer.id)


def said_by_the_team(reporter: Reporter) -> list[str]:
    """The team's messages, as the reporter reads them."""
    return [one.text for one in reporter.reads().messages if one.kind == "message"]


def test_the_end_of_a_visit_closes_the_case_keeps_what_was_typed_and_lets_one_go_on(
    desk: Running, window: BrowserContext, reporter: Reporter
) -> None:
    page = opened(desk, desk.at_the_desk(window), reporter)
    page.fill("#reply-text", "Two pages of reply.")
    page.set_input_files("#reply-files", files=[FILE])
    page.fill("#note-text", "Half a note")
    end_visits(desk)
    page.click("#reply button[type=submit]")
    expect(page.locator("#visit-over")).to_be_visible()
    expect(page.locator("#reply-problem")).to_contain_text("Your visit is over, and nothing was sent.")
    assert "line two" not in page.content()
    assert page.evaluate("sessionStorage.length") == 0
    expect(page.locator("aside")).to_be_hidden()
    expect(page.locator("#reply-text")).to_have_value("Two pages of reply.")
    expect(page.locator("#note-text")).to_have_value("Half a note")
    assert_accessible(page)
    page.fill("#again-passphrase", "another one of six words here")
    page.fill("#again-code", "000000")
    page.keyboard.press("Enter")
    expect(page.locator("#again-problem")).to_contain_text("do not belong together", timeout=90_000)
    page.fill("#again-passphrase", desk.officer.password)
    page.fill("#again-code", desk.code(desk.officer))
    page.keyboard.press("Enter")
    expect(page.locator("#visit-over")).to_be_hidden(timeout=90_000)
    expect(page.locator("#reply-problem")).to_be_hidden()
    expect(page.locator("#talk")).to_contain_text("line two")
    expect(page.locator("#note-text")).to_have_value("Half a note")
    page.click("#reply button[type=submit]")
    expect(page.locator("#talk")).to_contain_text("Two pages of reply.")
    assert [one.name for one in reporter.reads().messages[-1].files] == ["a.txt"]
    page.reload()
    expect(page.locator("#talk")).to_contain_text("Two pages of reply.")


def test_where_nothing_was_typed_the_end_of_a_visit_leads_to_the_door(
    desk: Running, window: BrowserContext, reporter: Reporter
) -> None:
    page = opened(desk, desk.at_the_desk(window), reporter)
    end_visits(desk)
    page.click("#acknowledge button[type=submit]")
    page.wait_for_url("**/sign-in?locked=1")


def test_after_signing_in_anew_in_another_tab_a_reply_in_the_first_still_goes(
    desk: Running, window: BrowserContext, reporter: Reporter
) -> None:
    page = opened(desk, desk.at_the_desk(window), reporter)
    page.fill("#reply-text", "Which shift?")
    page.set_input_files("#reply-files", files=[FILE])
    desk.at_the_desk(window)
    page.click("#reply button[type=submit]")
    expect(page.locator("#talk")).to_contain_text("Which shift?")
    assert said_by_the_team(reporter) == ["Which shift?"]


def test_a_tab_that_nobody_touches_lives_by_the_signs_in_another_and_both_end_together(
    desk: Running, window: BrowserContext, reporter: Reporter
) -> None:
    window.clock.install()
    idle = desk.at_the_desk(window)
    opened(desk, idle, reporter)
    used = second_tab(window, idle)
    for _ in range(2):
        window.clock.fast_forward("14:00")
        used.keyboard.press("Shift")
        idle.wait_for_timeout(300)
    for page in (idle, used):
        expect(page.locator("#talk")).to_contain_text("line two")
    window.clock.fast_forward("15:30")
    for page in (idle, used):
        page.wait_for_url("**/sign-in?locked=1")


def test_logging_out_in_one_tab_empties_the_others(
    desk: Running, window: BrowserContext, reporter: Reporter
) -> None:
    page = desk.at_the_desk(window)
    opened(desk, page, reporter)
    page.fill("#note-text", "Half a note")
    leaving = second_tab(window, page)
    leaving.click("#sign-out button")
    leaving.wait_for_url("**/sign-in?left=1")
    page.wait_for_url("**/sign-in?left=1")
    assert page.evaluate("sessionStorage.length") == 0


def test_logging_out_on_a_page_without_keys_empties_the_others_too(
    desk: Running, window: BrowserContext, reporter: Reporter
) -> None:
    page = desk.at_the_desk(window)
    opened(desk, page, reporter)
    leaving = desk.page(window)
    leaving.goto(f"{desk.address}/en/desk/cases/{reporter.reference}/keeping")
    leaving.click("#sign-out button")
    page.wait_for_url("**/sign-in?left=1")


def test_a_dead_line_leaves_no_opened_case_on_the_screen(
    desk: Running, window: BrowserContext, reporter: Reporter
) -> None:
    page = desk.at_the_desk(window)
    page.clock.install()
    opened(desk, page, reporter)
    page.route("**/desk/api/session", lambda _route: None)  # nothing ever comes back
    page.clock.fast_forward("15:30")
    page.wait_for_url("**/sign-in?locked=1")
    assert "line two" not in page.content()


def test_the_page_carries_the_settings_idle_minutes(desk: Running, window: BrowserContext) -> None:
    page = desk.at_the_desk(window)
    said = page.get_attribute("meta[name=desk-idle-minutes]", "content")
    assert said == str(desk.portal.parts.settings.idle_minutes)
