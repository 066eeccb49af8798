"""Rule: a colleague comes by a link, is let in by a keeper who compared eight words, and compares two in turn.

Sources: PROTOCOL 2 (joining, leaving); issue of the team, sections 1 and "What must be shown" 1; WCAG 2.2 AA.
"""

import pytest
from playwright.sync_api import Browser

from crypto.sheet import anchor_root
from portal.demo.reporter_hand import hand_in
from portal.services import channels
from tests.browser.axe import assert_accessible
from tests.browser.live import Live
from tests.browser.team_browser import WAIT, Person, founded, founder, person

pytestmark = pytest.mark.browser


def fits(someone: Person) -> None:
    """The page passes axe, and nothing sticks out to the side."""
    assert_accessible(someone.page)
    assert someone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def readers(live: Live) -> list[str]:
    """Whom the public page names."""
    return sorted(one.name for one in channels.public_channel(live.parts, "whistleblowing").readers)


def test_a_colleague_comes_and_reads_a_case(live: Live, browser: Browser) -> None:
    with founded(live, browser) as astrid, person(live, browser, "Bent Dahl") as bent:
        reporter = hand_in(live.parts, "whistleblowing", "The drain leads to the stream.")
        fits(astrid)
        link = astrid.invites("Bent Dahl")
        fits(astrid)
        bent.page.goto(link)
        fits(bent)
        own = bent.enrols(link)
        fits(bent)

        bent.signs_in()
        bent.team()
        assert "You are in no channel yet" in bent.page.inner_text("main")
        fits(bent)
        assert astrid.sees_words_of("Bent Dahl") == own
        fits(astrid)
        astrid.lets_in("Bent Dahl", keeper=True)
        assert readers(live) == ["Astrid Holm", "Bent Dahl"]
        words = astrid.channel_words()

        bent.open("/en/desk")
        assert bent.page.is_visible("#to-confirm")
        bent.team()
        assert bent.page.locator("[data-channel]").is_visible()
        assert not set(bent.page.inner_text("main").split()) & set(words)
        fits(bent)
        bent.types_words(list(reversed(words)))
        bent.page.wait_for_selector("#confirm-form [data-problem]:not([hidden])")
        assert "do not go on" in bent.page.inner_text("#confirm-form [data-problem]")
        fits(bent)
        bent.confirms(words)
        fits(bent)
        bent.open(f"/en/desk/cases/{reporter.reference}")
        bent.page.wait_for_selector("text=The drain leads to the stream.", timeout=WAIT)


def joined(keeper: Person, newcomer: Person, *, keeps: bool = False) -> list[str]:
    """The newcomer enrolled, let in and confirmed; the channel's words."""
    own = newcomer.is_enrolled(keeper.invites(newcomer.name))
    assert keeper.sees_words_of(newcomer.name) == own
    keeper.lets_in(newcomer.name, keeper=keeps)
    words = keeper.channel_words()
    newcomer.is_at_the_desk()
    newcomer.confirms(words)
    return words


def test_a_keeper_leaves_and_the_words_and_the_sheet_change(live: Live, browser: Browser) -> None:
    with founder(live, browser) as astrid, person(live, browser, "Bent Dahl") as bent:
        words = joined(astrid, bent, keeps=True)
        with person(live, browser, "Carla Riis") as carla:
            assert joined(astrid, carla) == words
            astrid.removes("Bent Dahl")
            astrid.page.wait_for_selector("#new-sheet:not([hidden])", timeout=WAIT)
            fits(astrid)
            sheet = astrid.copies_new_sheet()
            fits(astrid)
            new_words = astrid.channel_words()
            assert new_words != words
            assert list(anchor_root(sheet).party.words) == new_words
            assert list(channels.public_channel(live.parts, "whistleblowing").words) == new_words
            assert readers(live) == ["Astrid Holm", "Carla Riis"]

            reporter = hand_in(live.parts, "whistleblowing", "After the change.")
            astrid.open(f"/en/desk/cases/{reporter.reference}")
            astrid.page.wait_for_selector("text=After the change.", timeout=WAIT)
            assert bent.page.request.get(f"{live.address}/desk/api/keys").status == 401
            carla.team()
            carla.page.wait_for_selector("#confirm-changed:not([hidden])")
            fits(carla)
            carla.confirms(new_words)
            carla.open(f"/en/desk/cases/{reporter.reference}")
            carla.page.wait_for_selector("text=After the change.", timeout=WAIT)


def test_an_administrator_closes_an_account_and_the_keepers_next_visit_makes_the_key(
    live: Live, browser: Browser
) -> None:
    with founder(live, browser) as astrid, person(live, browser, "Bent Dahl") as bent:
        joined(astrid, bent)
        astrid.ends_access_of("Bent Dahl")
        fits(astrid)
        assert readers(live) == ["Astrid Holm", "Bent Dahl"]
        assert "next key of this channel is due" in astrid.page.inner_text("[data-channel]")
        assert bent.page.request.get(f"{live.address}/desk/api/keys").status == 401
        astrid.page.goto(f"{live.address}/en/desk")
        astrid.page.wait_for_selector("html[data-opened=page]", timeout=WAIT)
        assert readers(live) == ["Astrid Holm"]
        assert astrid.page.is_hidden("#epoch-due")
        reporter = hand_in(live.parts, "whistleblowing", "After the change.")
        astrid.open(f"/en/desk/cases/{reporter.reference}")
        astrid.page.wait_for_selector("text=After the change.", timeout=WAIT)


def test_open_cases_follow_the_new_key_while_the_list_is_used(live: Live, browser: Browser) -> None:
    with founder(live, browser) as astrid, person(live, browser, "Bent Dahl") as bent:
        opened = hand_in(live.parts, "whistleblowing", "The drain leads to the stream.")
        unopened = hand_in(live.parts, "whistleblowing", "Nobody has read this yet.")
        astrid.open(f"/en/desk/cases/{opened.reference}")
        astrid.page.wait_for_selector("text=The drain leads to the stream.", timeout=WAIT)
        joined(astrid, bent)
        astrid.removes("Bent Dahl")
        astrid.page.wait_for_selector("#said", timeout=WAIT)
        astrid.page.goto(f"{live.address}/en/desk")
        astrid.page.wait_for_selector("html[data-rerooted]", timeout=WAIT)
        assert "2 cases are under the new key" in astrid.page.inner_text("#rerooting")
        assert astrid.page.is_hidden("#problem")
        fits(astrid)
        for reporter, words in ((opened, "The drain leads"), (unopened, "Nobody has read")):
            assert reporter.visit().talk.records[-1].number == 1
            reporter.answers("And one thing more.")
            assert [one.problem for one in reporter.reads().messages] == [None, None]
            astrid.open(f"/en/desk/cases/{reporter.reference}")
            astrid.page.wait_for_selector(f"text={words}", timeout=WAIT)
            astrid.page.wait_for_selector("text=And one thing more.", timeout=WAIT)
        astrid.page.goto(f"{live.address}/en/desk")
        astrid.page.wait_for_selector("html[data-opened=page]", timeout=WAIT)
        assert "The drain leads to the stream" in astrid.page.inner_text("#listed")


def test_the_last_keeper_is_not_removed_and_the_page_says_why(live: Live, browser: Browser) -> None:
    with founder(live, browser) as astrid, person(live, browser, "Dina Friis") as dina:
        dina.is_enrolled(astrid.invites("Dina Friis", "Head of IT", administrator=True))
        dina.is_at_the_desk()
        dina.removes("Astrid Holm")
        dina.page.wait_for_selector("[data-ask] [data-problem]:not([hidden])")
        assert "last one who reads" in dina.page.inner_text("[data-ask] [data-problem]")
        fits(dina)


def test_an_administrator_without_a_channel_lands_on_the_team_page_and_sees_no_case(
    live: Live, browser: Browser
) -> None:
    with founder(live, browser) as astrid, person(live, browser, "Dina Friis") as dina:
        reporter = hand_in(live.parts, "whistleblowing", "The drain leads to the stream.")
        dina.is_enrolled(astrid.invites("Dina Friis", "Head of IT", administrator=True))
        dina.is_at_the_desk()
        assert dina.page.url.endswith("/en/desk/team")
        assert "Whistleblowing" in dina.page.inner_text("main")
        assert dina.page.locator("form[data-admit]").count() == 0
        assert dina.page.request.get(f"{live.address}/en/desk/cases/{reporter.reference}").status == 403
        for path in (f"/desk/api/cases/{reporter.case_id.hex()}", "/desk/api/cases", "/desk/api/cards"):
            assert dina.page.request.get(live.address + path).status == 403, path
        fits(dina)
