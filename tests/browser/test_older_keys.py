"""Rule: a newcomer reads a case from before, is told why nothing can be written yet, and answers once it has moved.

Sources: PROTOCOL 2 (leaving, case records); SPEC 8; docs/decisions/0009; WCAG 2.2 AA.
"""

import pytest
from playwright.sync_api import Browser, expect

from portal.demo.reporter_hand import hand_in
from tests.browser.axe import assert_accessible
from tests.browser.live import Live
from tests.browser.team_browser import WAIT, founder, person
from tests.browser.test_people import joined

pytestmark = pytest.mark.browser
REPORT = "The drain leads to the stream."


def test_a_newcomer_answers_in_an_older_case_after_a_colleague_has_opened_it(
    live: Live, browser: Browser
) -> None:
    with founder(live, browser) as astrid, person(live, browser, "Carla Riis") as carla:
        opened = hand_in(live.parts, "whistleblowing", REPORT)
        unopened = hand_in(live.parts, "whistleblowing", "Nobody has read this yet.")
        astrid.open(f"/en/desk/cases/{opened.reference}")
        astrid.page.wait_for_selector(f"text={REPORT}", timeout=WAIT)
        with person(live, browser, "Bent Dahl") as bent:
            joined(astrid, bent)
        astrid.removes("Bent Dahl")
        astrid.page.wait_for_selector("#said", timeout=WAIT)
        joined(astrid, carla)

        for reporter, words in ((opened, REPORT), (unopened, "Nobody has read this yet.")):
            carla.open(f"/en/desk/cases/{reporter.reference}")
            expect(carla.page.locator("#talk")).to_contain_text(words)
            expect(carla.page.locator("#older-key")).to_contain_text("open it once: Astrid Holm.")
            for form in ("#acknowledge", "#reply", "#note"):
                expect(carla.page.locator(form)).to_be_hidden()
            assert_accessible(carla.page)
            assert reporter.visit().talk.records[-1].number == 0

        for reporter in (opened, unopened):
            astrid.open(f"/en/desk/cases/{reporter.reference}")
            expect(astrid.page.locator("#reply")).to_be_visible()
            expect(astrid.page.locator("#older-key")).to_be_hidden()
            assert reporter.visit().talk.records[-1].number == 1
            carla.open(f"/en/desk/cases/{reporter.reference}")
            expect(carla.page.locator("#older-key")).to_be_hidden()
            carla.page.fill("#reply-text", "I am new here, and I have read it.")
            carla.page.click("#reply button[type=submit]")
            expect(carla.page.locator("#talk")).to_contain_text("I am new here")
            expect(carla.page.locator("#verified")).to_be_visible()
            last = reporter.reads().messages[-1]
            assert (last.text, last.problem) == ("I am new here, and I have read it.", None)


def test_a_case_closed_under_an_older_key_moves_when_it_is_taken_up_again(
    live: Live, browser: Browser
) -> None:
    with founder(live, browser) as astrid, person(live, browser, "Bent Dahl") as bent:
        reporter = hand_in(live.parts, "whistleblowing", REPORT)
        joined(astrid, bent)
        with person(live, browser, "Carla Riis") as carla:
            joined(astrid, carla)
        page = astrid.page
        astrid.open(f"/en/desk/cases/{reporter.reference}")
        page.click("#acknowledge button[type=submit]")
        page.click("[data-from=open]")
        expect(page.locator("[data-from=closed]")).to_be_visible()
        astrid.removes("Carla Riis")
        page.wait_for_selector("#said", timeout=WAIT)
        page.goto(f"{live.address}/en/desk")
        page.wait_for_selector("html[data-rerooted]", timeout=WAIT)
        assert reporter.visit().talk.records[-1].number == 0

        astrid.open(f"/en/desk/cases/{reporter.reference}")
        expect(page.locator("#older-key")).to_contain_text("Take it up again to write in it")
        expect(page.locator("#reply")).to_be_hidden()
        assert_accessible(page)
        page.click("[data-from=closed]")
        expect(page.locator("#reply")).to_be_visible()
        assert reporter.visit().talk.records[-1].number == 1
        page.fill("#reply-text", "We look into it again.")
        page.click("#reply button[type=submit]")
        expect(page.locator("#talk")).to_contain_text("We look into it again.")
        assert reporter.reads().messages[-1].problem is None
