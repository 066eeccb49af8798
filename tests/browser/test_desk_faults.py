"""Whoever changes a case on the server is found out in the browser, at the place, and the rest stays readable.

Sources: PROTOCOL 2 (records, grants: full-page error), 4 (a gap, repeat, wrong `prev` is shown at that place), 5.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import delete, update

from portal.store import models
from tests.browser.axe import assert_accessible
from tests.browser.desk_browser import Running, opened
from tests.builders import Reporter
from tests.officer_hand import hand

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("no_faults")]
REPORT = "Light curtain bypassed on press four. It has been so since August.\n\nI work nights."


def test_a_damaged_message_is_told_at_its_place_and_the_rest_stays_readable(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    reporter.answers("It is line two.")
    reporter.answers("And line three.")
    spoil(desk, reporter, 1, lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]))
    opened(desk, tab, reporter)
    expect(tab.locator('[data-key="talk-0"]')).to_contain_text("I work nights.")
    expect(tab.locator('[data-key="talk-1"]')).to_contain_text("This message is damaged")
    expect(tab.locator('[data-key="talk-2"]')).to_contain_text("And line three.")
    expect(tab.locator('[data-key="talk-2"]')).to_contain_text("missing or was changed")
    expect(tab.locator("#unverified")).to_be_visible()
    assert_accessible(tab)


def test_a_missing_message_leaves_a_gap_that_is_told(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    reporter.answers("It is line two.")
    reporter.answers("And line three.")
    with desk.portal.parts.database.write() as session:
        row = session.get_one(models.Message, (reporter.case_id, "talk", 1))
        session.delete(row)
    opened(desk, tab, reporter)
    expect(tab.locator('[data-key="talk-1"]')).to_contain_text("A message is missing here")
    expect(tab.locator('[data-key="talk-2"]')).to_contain_text("And line three.")


def test_a_message_of_somebody_outside_the_team_is_not_shown(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    stranger = desk.portal.staff("Mallory", "Head of compliance")
    forger = hand(desk.portal, desk.officer, desk.team, reporter)
    opened(desk, tab, reporter)
    forger.officer = stranger
    view = hand(desk.portal, desk.officer, desk.team, reporter).read
    forger.read = view  # type: ignore[method-assign]
    forged = forger.seals("Please tell us your name.")
    hand(desk.portal, desk.officer, desk.team, reporter).posts(forged)
    opened(desk, tab, reporter)
    expect(tab.locator('[data-key="talk-1"]')).to_contain_text("The signature of this message is wrong")
    assert "tell us your name" not in tab.inner_text("#talk")


def test_a_message_of_somebody_who_left_is_readable_and_says_so(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    bent = desk.portal.staff("Bent", "HR partner")
    desk.portal.join(desk.team, bent, desk.officer)
    leaving = hand(desk.portal, bent, desk.team, reporter)
    leaving.posts(leaving.seals("Which line is it?"))
    opened(desk, tab, reporter)
    expect(tab.locator('[data-key="talk-1"] header')).to_contain_text("HR partner")
    expect(tab.locator('[data-key="talk-1"]')).not_to_contain_text("no longer on the team")
    desk.portal.sign_record(desk.team, desk.officer)
    opened(desk, tab, reporter)
    expect(tab.locator('[data-key="talk-1"]')).to_contain_text("Which line is it?")
    expect(tab.locator('[data-key="talk-1"]')).to_contain_text("no longer on the team")


def test_another_desk_record_stops_the_whole_page(desk: Running, tab: Page) -> None:
    reporter, other = (desk.portal.report(desk.team, REPORT) for _ in range(2))
    for one in (reporter, other):
        opened(desk, tab, one)
    with desk.portal.parts.database.write() as session:
        swapped = session.get_one(models.CaseRecord, (other.case_id, "desk", 0))
        mine = session.get_one(models.CaseRecord, (reporter.case_id, "desk", 0))
        mine.raw = swapped.raw
    tab.goto(f"{desk.address}/en/desk/cases/{reporter.reference}")
    expect(tab.locator("h1")).to_have_text("The keys of this case do not fit its signed records")
    expect(tab.locator("#reply-text")).to_have_count(0)


def test_an_answer_of_another_shape_stops_the_whole_page(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    address = f"{desk.address}/desk/api/cases/{reporter.case_id.hex()}"

    def twice(route: Route) -> None:
        given = route.fetch().json()
        route.fulfill(json={**given, "messages": given["messages"] * 2})

    tab.route(address, twice)
    tab.reload()
    expect(tab.locator("h1")).to_have_text("The server's answer makes no sense")
    expect(tab.locator("#reply-text")).to_have_count(0)
    tab.unroute(address)


def test_a_conversation_cut_short_while_its_page_is_open_stops_the_page(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    reporter.answers("It is line two.")
    opened(desk, tab, reporter)
    with desk.portal.parts.database.write() as session:
        session.delete(session.get_one(models.Message, (reporter.case_id, "talk", 1)))
    tab.fill("#note-text", "Line two, she says.")
    tab.click("#note button[type=submit]")
    expect(tab.locator("h1")).to_have_text("Something that stood in this case is gone")
    expect(tab.locator("#reply-text")).to_have_count(0)


def test_an_exchanged_file_is_refused_and_nothing_of_it_is_kept(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT, files={"a.txt": b"mine", "b.txt": b"yours"})
    opened(desk, tab, reporter)
    with desk.portal.parts.database.read() as session:
        one, two = session.query(models.Attachment).filter_by(case_id=reporter.case_id).all()
    blobs = desk.portal.parts.blobs
    blobs.path(one.id).write_bytes(blobs.path(two.id).read_bytes())
    start = b"age-encryption.org/v1\n"
    blobs.path(two.id).write_bytes(start + bytes(two.sealed_size - len(start)))
    for name in ("a.txt", "b.txt"):
        tab.get_by_role("link", name=name).click()
        expect(tab.locator("#download-problem")).to_contain_text(f"{name} is not the file that was sent")


def spoil(desk: Running, reporter: Reporter, n: int, change: Callable[[bytes], bytes]) -> None:
    """Message `n` as somebody with the database would change it."""
    with desk.portal.parts.database.write() as session:
        row = session.get_one(models.Message, (reporter.case_id, "talk", n))
        query = update(models.Message).where(
            models.Message.case_id == reporter.case_id,
            models.Message.scope == "talk",
            models.Message.n == n,
        )
        session.execute(query.values(sealed=change(row.sealed)))


def test_a_case_that_lost_its_desk_records_is_not_opened_as_if_it_were_new(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    tab.click("#acknowledge button[type=submit]")
    expect(tab.locator("#acknowledge")).to_be_hidden()
    with desk.portal.parts.database.write() as session:
        mine = models.CaseRecord.case_id == reporter.case_id
        session.execute(delete(models.CaseRecord).where(mine, models.CaseRecord.scope == "desk"))
    tab.reload()
    expect(tab.locator("#talk")).to_have_count(0)
    expect(tab.locator("h1")).not_to_contain_text("Light curtain")
