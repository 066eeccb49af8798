"""Rule: what an officer loses is made good on a page that says how, and the words of a recovery sheet never leave it.

Sources: PROTOCOL 2 and 6; issue of the team, section 1 ("Loss") and "What must be shown" 1; WCAG 2.2 AA.
"""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from portal.demo.reporter_hand import hand_in
from portal.services import channels
from portal.store import models
from tests.browser.axe import assert_accessible
from tests.browser.live import Live, Seen, running, window
from tests.browser.set_up import Secrets, set_up
from tests.browser.team_browser import WAIT, Person, founder

pytestmark = pytest.mark.browser


def fits(page: Page) -> None:
    """The page passes axe, and nothing sticks out to the side."""
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def complained(page: Page, words: str) -> None:
    """The page says these words, accessibly."""
    page.wait_for_selector("#problem:not([hidden])", timeout=WAIT)
    assert words in page.inner_text("#problem")
    fits(page)


def types_sheet(page: Page, words: list[str]) -> None:
    """The words typed as people do: a word, a space, the next."""
    page.click("#word-1")
    for word in words:
        page.keyboard.press("Control+A")
        page.keyboard.type(word)
        page.keyboard.press("Space")


def deactivated(live: Live, name: str) -> None:
    """The account is closed, and its keeper's flag can't help anybody."""
    with live.parts.database.write() as session:
        session.query(models.Officer).filter_by(name=name).one().active = False


def test_the_only_officer_is_gone_and_a_newcomer_opens_everything_with_the_sheet(
    live: Live, browser: Browser
) -> None:
    seen = Seen()
    with founder(live, browser) as astrid, window(browser, seen) as (_context, page):
        reporter = hand_in(live.parts, "whistleblowing", "The drain leads to the stream.")
        bent = Person(live, page, "Bent Dahl")
        bent.is_enrolled(astrid.invites("Bent Dahl"))
        sheet = list(astrid.kept.sheet)
        deactivated(live, "Astrid Holm")

        bent.is_at_the_desk()
        bent.open("/en/desk/sheet")
        fits(page)
        types_sheet(page, ["xyzzy", *sheet[1:]])
        page.click("#sheet-form button[type=submit]")
        complained(page, "Look at word 1 again")
        assert page.evaluate("document.activeElement.id") == "word-1"
        types_sheet(page, [sheet[1], sheet[0], *sheet[2:]])
        page.keyboard.press("Enter")
        complained(page, "together they are no key")
        seen.bodies.clear()
        types_sheet(page, sheet)
        page.keyboard.press("Enter")
        page.wait_for_selector("#done:not([hidden])", timeout=WAIT)
        fits(page)
        assert page.input_value("#word-1") == page.input_value("#word-21") == ""
        sent = "".join(seen.bodies).lower()
        assert "/recovery" in sent
        assert not [
            word for word in (" ".join(sheet), "".join(sheet), astrid.kept.identity.lower()) if word in sent
        ]
        assert {one.name for one in channels.public_channel(live.parts, "whistleblowing").readers} >= {
            "Bent Dahl"
        }

        page.click("#done a.button")
        page.wait_for_selector("html[data-opened]", timeout=WAIT)
        assert not page.is_visible("#to-confirm")
        bent.open(f"/en/desk/cases/{reporter.reference}")
        page.wait_for_selector("text=The drain leads to the stream.", timeout=WAIT)
        bent.team()
        assert "Keeper" in page.inner_text("main")


def test_a_sheet_of_another_portal_says_so(live: Live, browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path / "other") as other, window(browser) as (_context, page):
        foreign: Secrets = set_up(page, other)
    with founder(live, browser) as astrid:
        astrid.open("/en/desk/sheet")
        types_sheet(astrid.page, foreign.sheet)
        astrid.page.keyboard.press("Enter")
        complained(astrid.page, "no channel of this portal has this key")


def test_pasted_words_run_on_into_the_next_fields(live: Live, browser: Browser) -> None:
    with founder(live, browser) as astrid:
        astrid.open("/en/desk/sheet")
        astrid.page.fill("#word-1", " ".join(f"{n}. {word}" for n, word in enumerate(astrid.kept.sheet, 1)))
        assert astrid.page.input_value("#word-21") == astrid.kept.sheet[20]
        astrid.page.click("#sheet-form button[type=submit]")
        astrid.page.wait_for_selector("#done:not([hidden])", timeout=WAIT)


def test_a_lost_phone_is_replaced_with_a_recovery_code_and_the_passphrase(
    live: Live, browser: Browser
) -> None:
    with founder(live, browser) as astrid, window(browser) as (_context, page):
        words = astrid.kept
        again = Person(live, page, astrid.name, Secrets(passphrase=words.passphrase, codes=words.codes))
        page.goto(f"{live.address}/en/desk/sign-in")
        page.wait_for_selector("#app:not([hidden])")
        page.fill("#name", astrid.name)
        page.fill("#passphrase", words.passphrase)
        page.click("#use-recovery")
        page.fill("#recovery", words.codes[0])
        page.keyboard.press("Enter")
        page.wait_for_url(f"{live.address}/en/desk", timeout=WAIT)
        again.open("/en/desk/account")
        fits(page)
        page.click("#new-factor-begin")
        fits(page)
        again.kept.totp = base64.b32decode(page.inner_text("#factor-secret").replace(" ", ""))
        again.kept.codes = page.locator("#factor-codes li").all_inner_texts()
        assert len(set(again.kept.codes) - set(words.codes)) == 10
        page.fill("#factor-code", "000000")
        page.fill("#factor-current", "not mine")
        page.click("#new-factor button[type=submit]")
        page.wait_for_selector("#factor-current-wrong:not([hidden])", timeout=WAIT)
        fits(page)
        page.fill("#factor-current", words.passphrase)
        page.click("#new-factor button[type=submit]")
        page.wait_for_selector("#factor-code-wrong:not([hidden])", timeout=WAIT)
        page.fill("#factor-code", again.kept.code(live))
        page.click("#new-factor button[type=submit]")
        page.wait_for_selector("#new-factor-done:not([hidden])", timeout=WAIT)
        fits(page)
        assert page.inner_text("#factor-secret") == page.inner_text("#factor-codes") == ""
        astrid.page.goto(f"{live.address}/en/desk/account")
        astrid.page.wait_for_url("**/desk/sign-in**")
        again.is_at_the_desk()


def test_a_lost_passphrase_costs_a_new_account_and_the_sheet_and_no_report(
    live: Live, browser: Browser
) -> None:
    with founder(live, browser) as astrid, window(browser) as (_other, door), window(browser) as (_new, page):
        reporter = hand_in(live.parts, "whistleblowing", "The drain leads to the stream.")
        dina, again = Person(live, door, "Dina Friis"), Person(live, page, "Astrid Holm")
        dina.is_enrolled(astrid.invites("Dina Friis", "Head of IT", administrator=True))
        page.goto(f"{live.address}/en/desk/sign-in")
        page.wait_for_selector("#app:not([hidden])")
        page.click("a[href$='/desk/lost']")
        fits(page)
        assert "Nobody can reset it" in page.inner_text("main")

        dina.is_at_the_desk()
        dina.team()
        door.click("summary:has-text('Invite Astrid Holm anew')")
        fits(door)
        door.click("form[data-anew] button[type=submit]")
        door.wait_for_selector("#invite-made:not([hidden])", timeout=WAIT)
        again.is_enrolled(door.inner_text("#invite-link"))
        astrid.page.goto(f"{live.address}/en/desk")
        astrid.page.wait_for_url("**/desk/sign-in**")
        again.is_at_the_desk()
        again.open("/en/desk/sheet")
        types_sheet(page, astrid.kept.sheet)
        page.keyboard.press("Enter")
        page.wait_for_selector("#done:not([hidden])", timeout=WAIT)
        again.open(f"/en/desk/cases/{reporter.reference}")
        page.wait_for_selector("text=The drain leads to the stream.", timeout=WAIT)
