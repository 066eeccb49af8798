"""The list shows what is due first, then what is new, then the rest, fifty at a time, and no word that was sealed.

Sources: LOOK (desk); PROTOCOL 7 (what the server knows); REQUIREMENTS AC-05 (the earliest clock first).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Portal, SetClock, Staff, Team
from tests.officer_hand import hand
from tests.web.desk_client import DeskClient


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A portal of its own."""
    made = Portal(tmp_path)
    yield made
    made.close()


@pytest.fixture
def team(portal: Portal, ida: Staff) -> Team:
    """The channel that Ida is on."""
    return portal.team(ida)


def references(page: str) -> list[str]:
    """The references in the table, in order."""
    return re.findall(r"<td>(\d{4}-\w{5})</td>", page)


@pytest.mark.usefixtures("team")
def test_an_empty_list_says_so(portal: Portal, ida: Staff) -> None:
    assert "No report has come in yet." in DeskClient(portal, ida).page("/en/desk")


def test_due_comes_first_then_new_then_the_rest_then_closed(portal: Portal, ida: Staff, team: Team) -> None:
    assert isinstance(portal.clock, SetClock)
    closed, in_time, late = (portal.report(team) for _ in range(3))
    for reporter in (closed, in_time):
        ida_at_work = hand(portal, ida, team, reporter)
        ida_at_work.opens()
        ida_at_work.acknowledges()
    DeskClient(portal, ida).post_stage(closed, "acknowledged", "closed")
    portal.clock.move(days=9)
    new = portal.report(team)
    expected = [one.reference for one in (late, new, in_time, closed)]
    assert references(DeskClient(portal, ida).page("/en/desk")) == expected


@pytest.mark.parametrize("lang", ["en", "da", "nl", "nb"])
def test_the_pages_hold_no_sealed_word_in_any_language(
    portal: Portal, ida: Staff, team: Team, lang: str
) -> None:
    reporter = portal.report(
        team, "Bypassed light curtain", name="Solveig Bakke", files={"curtain__jpg": b"x"}
    )
    hand(portal, ida, team, reporter).opens()
    client = DeskClient(portal, ida)
    for path in (f"/{lang}/desk", f"/{lang}/desk/cases/{reporter.reference}"):
        page = client.page(path)
        assert reporter.reference in page
        for sealed in ("curtain", "Solveig", "A drain"):
            assert sealed not in page


def test_a_page_holds_fifty_and_the_next_begins_after_them(portal: Portal, ida: Staff, team: Team) -> None:
    every = {portal.report(team).reference for _ in range(53)}
    client = DeskClient(portal, ida)
    first = client.page("/en/desk")
    following = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert following is not None
    second = client.page(following[1].replace("&amp;", "&"))
    assert (len(references(first)), len(references(second))) == (50, 3)
    assert set(references(first)) | set(references(second)) == every


@pytest.mark.usefixtures("team")
def test_a_place_that_no_page_gave_is_not_found(portal: Portal, ida: Staff) -> None:
    for after in ("x", "2026-03-02.9.2026-03-02.00", "2026-03-02.0.2026-03-02.zz"):
        assert DeskClient(portal, ida).get(f"/en/desk?after={after}").status_code == 404


def test_another_teams_case_is_neither_listed_nor_found(portal: Portal, team: Team) -> None:
    bent = portal.staff("Bent")
    portal.team(bent, name="Complaints")
    reporter = portal.report(team)
    client = DeskClient(portal, bent)
    assert references(client.page("/en/desk")) == []
    assert client.get(f"/en/desk/cases/{reporter.reference}").status_code == 404


def test_a_test_report_is_shown_as_such_and_can_be_erased(portal: Portal, ida: Staff, team: Team) -> None:
    test, true = portal.report(team, is_test=True), portal.report(team)
    client = DeskClient(portal, ida)
    assert "This is a test report" in client.page(f"/en/desk/cases/{test.reference}")
    assert (
        "erase" not in client.page(f"/en/desk/cases/{true.reference}").split("<main")[1].split("data-text")[0]
    )


def test_the_page_names_who_can_read_it_from_the_signed_record(
    portal: Portal, ida: Staff, team: Team
) -> None:
    portal.staff("Nobody on the team", "Accountant")
    page = DeskClient(portal, ida).page(f"/en/desk/cases/{portal.report(team).reference}")
    readers = page.split('class="readers"')[1].split("</ul>")[0]
    assert "Head of compliance" in readers
    assert "Accountant" not in readers


def test_a_page_carries_the_idle_minutes_of_the_settings_for_its_script(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "other", idle_minutes="7")
    page = DeskClient(portal, portal.staff("Ida", "Head of compliance")).page("/en/desk")
    portal.close()
    assert '<meta name="desk-idle-minutes" content="7">' in page


@pytest.mark.usefixtures("team")
def test_the_team_page_has_words_for_a_change_whose_answer_was_lost(portal: Portal, ida: Staff) -> None:
    """Without them it would say that nothing was stored (js/team/epoch.js)."""
    assert 'data-text="failed.unclear"' in DeskClient(portal, ida).page("/en/desk/team")
