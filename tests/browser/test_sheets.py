"""Rule: a keeper can print the recovery sheet again; a sheet used for a lost passphrase ends in a new one.

The words of a sheet are on the page only between its showing and its confirmation, and in nothing that is sent.
Sources: PROTOCOL 2 and 6 (recovery sheet); issue of the team, section 1 (loss); WCAG 2.2 AA.
"""

import pytest
from playwright.sync_api import Browser, Page, expect

from crypto.sheet import anchor_root
from portal.demo.reporter_hand import hand_in
from portal.services import channels
from portal.store import models
from tests.browser.axe import assert_accessible
from tests.browser.live import Live, Seen, window
from tests.browser.team_browser import WAIT, Person, founder, person

pytestmark = pytest.mark.browser


def types_sheet(page: Page, words: list[str]) -> None:
    """All words at once, as from a clipboard; sent."""
    page.fill("#word-1", " ".join(words))
    page.click("#sheet-form button[type=submit]")


def test_a_keeper_prints_and_confirms_the_sheet_again_and_the_warning_ends(
    live: Live, browser: Browser
) -> None:
    seen = Seen()
    with founder(live, browser) as astrid:
        page = astrid.page
        seen.watch(page)
        with live.parts.database.write() as session:
            session.query(models.Channel).one().sheet_confirmed_on = None
        astrid.team()
        warning = page.locator("[data-weak]", has_text="No recovery sheet")
        expect(warning).to_contain_text("A keeper can print and confirm one")
        page.click("summary:has-text('Print the recovery sheet again')")
        assert_accessible(page)
        page.click("form[data-sheet] button[type=submit]")
        page.wait_for_selector("#new-sheet:not([hidden])", timeout=WAIT)
        expect(page.locator("#sheet-again")).to_be_visible()
        expect(page.locator("#sheet-handed-over")).to_be_hidden()
        assert_accessible(page)
        page.fill("#sheet-asked-0", "xyzzy")
        page.fill("#sheet-asked-1", "xyzzy")
        page.click("form[data-step=sheet] button[type=submit]")
        expect(page.locator("#sheet-asked-0-wrong")).to_be_visible()
        words = astrid.copies_new_sheet()
        assert words == astrid.kept.sheet
        expect(page.locator("#said")).to_contain_text("The recovery sheet is confirmed")
        assert page.locator("#sheet-words li").count() == 0
        expect(warning).to_have_count(0)
        sent = "".join(seen.bodies).lower()
        assert f"/channels/{channels.public_channel(live.parts, 'whistleblowing').id.hex()}/sheet" in sent
        assert not [secret for secret in (" ".join(words), astrid.kept.identity.lower()) if secret in sent]


def test_a_lost_passphrase_of_the_only_keeper_ends_with_a_new_key_and_a_new_sheet(
    live: Live, browser: Browser
) -> None:
    with (
        founder(live, browser) as astrid,
        person(live, browser, "Dina Friis") as dina,
        window(browser) as (_, page),
    ):
        before = hand_in(live.parts, "whistleblowing", "The drain leads to the stream.")
        old_sheet = list(astrid.kept.sheet)
        dina.is_enrolled(astrid.invites("Dina Friis", "Head of IT", administrator=True))
        dina.is_at_the_desk()
        dina.team()
        dina.page.click("summary:has-text('Invite Astrid Holm anew')")
        dina.page.click("form[data-anew] button[type=submit]")
        dina.page.wait_for_selector("#invite-made:not([hidden])", timeout=WAIT)
        again = Person(live, page, "Astrid Holm")
        again.is_enrolled(dina.page.inner_text("#invite-link"))
        again.is_at_the_desk()
        again.open("/en/desk/sheet")
        types_sheet(page, old_sheet)
        page.wait_for_selector("#done:not([hidden])", timeout=WAIT)

        again.team()
        assert "next key of this channel is due" in page.inner_text("[data-channel]")
        page.click("form[data-remove=''] button[type=submit]")
        new_sheet = again.copies_new_sheet()
        assert anchor_root(new_sheet).secret != anchor_root(old_sheet).secret
        public = channels.public_channel(live.parts, "whistleblowing")
        assert list(public.words) == list(anchor_root(new_sheet).party.words)
        assert [one.name for one in public.readers] == ["Astrid Holm"]

        after = hand_in(live.parts, "whistleblowing", "After the change.")
        page.goto(f"{live.address}/en/desk")
        page.wait_for_selector("html[data-rerooted]", timeout=WAIT)
        for reporter, words in ((before, "The drain leads"), (after, "After the change.")):
            again.open(f"/en/desk/cases/{reporter.reference}")
            expect(page.locator("#talk")).to_contain_text(words)
            page.fill("#reply-text", "Thank you.")
            page.click("#reply button[type=submit]")
            expect(page.locator("#talk")).to_contain_text("Thank you.")
            assert reporter.reads().messages[-1].problem is None
        assert [change.new_words for change in before.reads().team_changes] == [False, True]

        again.open("/en/desk/sheet")
        types_sheet(page, old_sheet)
        page.wait_for_selector("#problem:not([hidden])", timeout=WAIT)
        assert "older" in page.inner_text("#problem") or "handed over" in page.inner_text("#problem")
