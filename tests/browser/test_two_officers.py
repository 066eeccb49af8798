"""Rule: of two officers in one case at once, neither overwrites the other and neither sends what the other has outrun.

Sources: PROTOCOL 4 (409, re-read); issue of the team, section 1 ("nothing overwritten, nothing sent unseen").
"""

import pytest
from playwright.sync_api import Browser, expect

from portal.demo.reporter_hand import hand_in
from tests.browser.live import Live
from tests.browser.team_browser import founder, person
from tests.browser.test_people import joined

pytestmark = pytest.mark.browser


def test_each_sees_what_the_other_did_before_anything_of_their_own_counts(
    live: Live, browser: Browser
) -> None:
    with founder(live, browser) as astrid, person(live, browser, "Bent Dahl") as bent:
        joined(astrid, bent)
        reporter = hand_in(live.parts, "whistleblowing", "The drain leads to the stream.")
        for one in (astrid, bent):
            one.open(f"/en/desk/cases/{reporter.reference}")
        mine, theirs = astrid.page, bent.page

        for form, words in (("reply", "Which drain?"), ("note", "Ask the foreman.")):
            theirs.fill(f"#{form}-text", f"{words} Bent")
            theirs.click(f"#{form} button[type=submit]")
            expect(theirs.locator("#talk")).to_contain_text(f"{words} Bent")
            mine.fill(f"#{form}-text", f"{words} Astrid")
            mine.click(f"#{form} button[type=submit]")
            expect(mine.locator(f"#{form}-problem")).to_contain_text("Something came between")
            expect(mine.locator("#talk")).to_contain_text(f"{words} Bent")
            expect(mine.locator("#talk")).not_to_contain_text(f"{words} Astrid")
            assert mine.input_value(f"#{form}-text") == f"{words} Astrid"
            mine.click(f"#{form} button[type=submit]")
            expect(mine.locator("#talk")).to_contain_text(f"{words} Astrid")

        theirs.click("#acknowledge button[type=submit]")
        expect(theirs.locator("#acknowledge")).to_be_hidden()
        mine.click("#acknowledge button[type=submit]")
        expect(mine.locator("#acknowledge")).to_be_hidden()
        kinds = [one.kind for one in reporter.reads().messages]
        assert kinds == ["report", "message", "message", "acknowledgement"]

        theirs.click("[data-to=in_progress][data-from=acknowledged]")
        expect(theirs.locator("#steps")).not_to_contain_text("Begin to look into it", use_inner_text=True)
        mine.click("[data-from=open]")
        expect(mine.locator("#steps-problem")).to_contain_text("A colleague changed it a moment ago")
        assert reporter.reads().stage == "in_progress"

        for page, title in ((theirs, "Bent's title"), (mine, "Astrid's title")):
            page.click("#card-part summary")
            page.fill("#card-title", title)
            page.click("#card button[type=submit]")
        expect(mine.locator("#card-problem")).to_contain_text("A colleague changed it a moment ago")
        expect(mine.locator("#title")).to_have_text("Bent's title")
