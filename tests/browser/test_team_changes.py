"""Rule: what a team does while a case is open on a page is an ordinary day, and takes nothing away that was typed.

Sources: PROTOCOL 2 (joining, leaving), 4 (409, re-read). What does look like tampering is in test_people_tampering.py.
"""

import pytest
from playwright.sync_api import Page, expect

from portal.services import rerooting
from tests.browser.desk_browser import Running, opened
from tests.keeper_hand import Keeper, reroots
from tests.officer_hand import hand

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("no_faults")]
TYPED = "Two pages of a reply."


def test_a_page_goes_on_while_somebody_is_let_in_and_leaves(desk: Running, tab: Page) -> None:
    portal, team = desk.portal, desk.team
    reporter = portal.report(team)
    opened(desk, tab, reporter)
    tab.fill("#reply-text", TYPED)
    keeper, bent = Keeper(portal, desk.officer, team), portal.staff("Bent Dahl", "Counsel")

    keeper.admits(bent)
    newcomer = hand(portal, bent, team, reporter)
    newcomer.posts(newcomer.seals("I am new here."))
    tab.click("#reply button[type=submit]")
    expect(tab.locator('[data-key="talk-1"]')).to_contain_text("I am new here.")
    expect(tab.locator("#verified")).to_be_visible()
    assert tab.input_value("#reply-text") == TYPED

    keeper.removes(bent)
    colleague = hand(portal, desk.officer, team, reporter)
    moved = reroots(colleague, reporter.visit().root.party)
    rerooting.reroot(portal.parts, desk.officer.id, reporter.case_id, moved)
    tab.click("#reply button[type=submit]")
    expect(tab.locator("#reply-problem")).to_contain_text("A colleague changed it a moment ago")
    assert tab.input_value("#reply-text") == TYPED

    tab.click("#reply button[type=submit]")
    expect(tab.locator("#talk")).to_contain_text(TYPED)
    assert [one.problem for one in reporter.reads().messages] == [None, "left_team", None]
