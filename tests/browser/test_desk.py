"""An officer reads, acknowledges, asks, answers and closes in the browser; what is wrong with a message is said there.

Sources: issue "sealed round trip" 4 (desk); PROTOCOL 2, 4, 5; WCAG 2.2 AA.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.domain.register import Kind
from portal.services import mailbox
from portal.services.attachments import open_file
from portal.store import desk_queries
from tests.browser.axe import assert_accessible
from tests.browser.desk_browser import Running, opened
from tests.builders import Reporter

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("no_faults")]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
REPORT = "Light curtain bypassed on press four. It has been so since August.\n\nI work nights."


def entries(desk: Running, reporter: Reporter, kind: Kind) -> int:
    """How many entries of a kind the register has about the case."""
    with desk.portal.parts.database.read() as session:
        return len(desk_queries.entries(session, reporter.case_id, kind.value))


def test_a_new_report_is_opened_from_the_list_verified_and_titled(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT, fields={"mode": "anonymous", "category": "SAFETY"})
    tab.goto(f"{desk.address}/en/desk")
    assert_accessible(tab)
    tab.get_by_role("row", name=reporter.reference).get_by_role("link").click()
    expect(tab.locator("h1")).to_have_text("Light curtain bypassed on press four")
    expect(tab.locator("#verified")).to_be_visible()
    expect(tab.locator("#talk")).to_contain_text("I work nights.")
    assert_accessible(tab)
    tab.get_by_role("link", name="All cases").click()
    expect(tab.get_by_role("row", name=reporter.reference)).to_contain_text(
        "Light curtain bypassed on press four"
    )
    expect(tab.get_by_role("row", name=reporter.reference)).to_contain_text("Health and safety at work")


def test_on_a_phone_each_row_is_a_card_whose_parts_keep_their_roles_and_columns(
    desk: Running, tab: Page
) -> None:
    """The style sheet's `display` takes the roles of a table away; js/desk/table.js gives them back."""
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    tab.set_viewport_size({"width": 360, "height": 740})
    tab.goto(f"{desk.address}/en/desk")
    tab.wait_for_selector("html[data-opened]")
    row = tab.get_by_role("table").get_by_role("row", name=reporter.reference)
    expect(row.get_by_role("cell")).to_have_count(4)
    expect(row.locator("td[data-label]")).to_have_count(2)
    expect(row.locator("td[data-label=Stage]")).to_have_text("Received")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(tab)


def test_the_acknowledgement_is_in_the_reporters_language_and_moves_the_dates(
    desk: Running, tab: Page
) -> None:
    reporter = desk.portal.report(desk.team, "Lysgitteret er sat ud af kraft.", lang="da")
    opened(desk, tab, reporter)
    proposed = tab.input_value("#acknowledge-text")
    assert proposed.startswith(f"Vi modtog din indberetning {reporter.reference} den ")
    assert "{" not in proposed
    assert " ".join(desk.team.anchor.party.words) in proposed
    tab.fill("#acknowledge-text", proposed + "\nKære indberetter, tak.")
    tab.click("#acknowledge button")
    expect(tab.locator("#clocks")).to_contain_text("Acknowledged on")
    expect(tab.locator("#acknowledge")).to_be_hidden()
    shown = reporter.reads()
    assert (shown.messages[-1].kind, shown.stage) == ("acknowledgement", "acknowledged")
    assert shown.messages[-1].text.endswith("Kære indberetter, tak.")
    assert shown.messages[-1].problem is None


def test_questions_and_answers_go_both_ways_with_files_byte_for_byte(desk: Running, tab: Page) -> None:
    photo = hashlib.shake_256(b"photo").digest(300_000)
    reporter = desk.portal.report(desk.team, REPORT, files={"near-miss.jpg": photo})
    opened(desk, tab, reporter)
    with tab.expect_download() as saved:
        tab.get_by_role("link", name="near-miss.jpg").click()
    assert saved.value.suggested_filename == "near-miss.jpg"
    assert saved.value.path().read_bytes() == photo
    plan = hashlib.shake_256(b"plan").digest(70_001)
    tab.fill("#reply-text", "Which dates are the sheets from?")
    tab.set_input_files("#reply-files", {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": plan})
    tab.get_by_role("button", name="Seal and send to the reporter").click()
    expect(tab.locator("#talk")).to_contain_text("Which dates are the sheets from?")
    assert tab.input_value("#reply-text") == ""
    last = reporter.reads().messages[-1]
    assert (last.author, last.problem, [file.name for file in last.files]) == (
        "Head of compliance",
        None,
        ["plan.pdf"],
    )
    root, item = mailbox.file(reporter.visit(), last.files[0].id)
    assert b"".join(open_file(desk.portal.parts, root, item)) == plan
    reporter.answers("Weeks 39 to 42.", sheet__txt=b"third and fourth")
    opened(desk, tab, reporter)
    expect(tab.locator("#talk")).to_contain_text("Weeks 39 to 42.")
    expect(tab.locator("#verified")).to_be_visible()


def test_what_came_between_is_shown_and_the_typed_text_stays(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    tab.fill("#reply-text", "Which line is it?")
    tab.fill("#note-text", "Ask the foreman.")
    reporter.answers("It is line two.")
    tab.get_by_role("button", name="Seal and send to the reporter").click()
    expect(tab.locator("#reply-problem")).to_contain_text("Something came between")
    expect(tab.locator('[data-key="talk-1"]')).to_contain_text("It is line two.")
    expect(tab.locator('[data-key="talk-1"]')).to_be_focused()
    assert tab.input_value("#reply-text") == "Which line is it?"
    assert tab.input_value("#note-text") == "Ask the foreman."
    assert_accessible(tab)
    tab.get_by_role("button", name="Seal and send to the reporter").click()
    expect(tab.locator('[data-key="talk-2"]')).to_contain_text("Which line is it?")


def test_a_note_is_for_the_team_alone(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    tab.fill("#note-text", "Treat as possible retaliation.")
    tab.get_by_role("button", name="Keep the note").click()
    expect(tab.locator('[data-key="desk-0"]')).to_contain_text("Note for the team · Head of compliance")
    assert [message.text for message in reporter.reads().messages] == [REPORT]


def test_a_case_goes_through_its_stages_by_keyboard_alone(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    tab.focus("#acknowledge button")
    tab.keyboard.press("Enter")
    expect(tab.locator("#stages [aria-current]")).to_contain_text("Acknowledged")
    for button, stage in [
        ("Begin to look into it", "Being looked into"),
        ("Close the case", "Closed"),
        ("Take it up again", "Being looked into"),
    ]:
        tab.get_by_role("button", name=button).focus()
        tab.keyboard.press("Enter")
        expect(tab.locator("#stages [aria-current]")).to_contain_text(stage)
    assert desk.portal.case(reporter).stage == "in_progress"


def test_a_title_can_be_changed_and_is_found_by_the_search(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    tab.get_by_text("Change title and type").click()
    tab.fill("#card-title", "Brønden bag hal to")
    tab.select_option("#card-category", "ENVIRON")
    assert_accessible(tab)
    tab.click("#card button")
    expect(tab.locator("h1")).to_have_text("Brønden bag hal to")
    tab.goto(f"{desk.address}/en/desk")
    tab.wait_for_selector("#search[data-ready]")
    tab.fill("#q", "bronden HAL")
    expect(tab.locator("#q-state")).to_contain_text("Nothing found")
    tab.fill("#q", "brønden HAL")
    expect(tab.locator("#found-rows tr")).to_have_count(1)
    expect(tab.locator("#found-rows")).to_contain_text(reporter.reference)
    assert_accessible(tab)
    tab.get_by_role("link", name="Brønden bag hal to").click()
    expect(tab.locator("h1")).to_have_text("Brønden bag hal to")


def test_a_name_is_shown_only_after_the_register_was_told(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, REPORT, name="Solveig Bakke")
    opened(desk, tab, reporter)
    assert "Solveig" not in tab.content()
    assert entries(desk, reporter, Kind.IDENTITY_OPENED) == 0
    tab.get_by_role("button", name="Open the name").click()
    expect(tab.locator("#talk")).to_contain_text("Solveig Bakke")
    assert entries(desk, reporter, Kind.IDENTITY_OPENED) == 1


def test_a_file_goes_straight_to_the_disk_where_the_browser_can(desk: Running, tab: Page) -> None:
    photo = hashlib.shake_256(b"large").digest(9_000_000)
    reporter = desk.portal.report(desk.team, REPORT, files={"large.bin": photo})
    opened(desk, tab, reporter)
    tab.evaluate(
        """() => { window.showSaveFilePicker = async ({suggestedName}) => {
             const folder = await navigator.storage.getDirectory();
             return folder.getFileHandle(suggestedName, {create: true}); }; }"""
    )
    tab.get_by_role("link", name="large.bin").click()
    expect(tab.locator("#said")).to_have_text("large.bin is on your computer.", timeout=30_000)
    digest = tab.evaluate(
        """async () => {
             const folder = await navigator.storage.getDirectory();
             const file = await (await folder.getFileHandle("large.bin")).getFile();
             const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
             return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join(""); }"""
    )
    assert digest == hashlib.sha256(photo).hexdigest()


def test_what_is_too_large_for_the_browser_opens_with_the_command_line_it_names(
    desk: Running, tab: Page, tmp_path: Path
) -> None:
    reporter = desk.portal.report(desk.team, REPORT, files={"film.mp4": b"short"})
    opened(desk, tab, reporter)
    tab.evaluate("() => { document.getElementById('app').dataset.memoryBytes = '4'; }")
    tab.get_by_role("link", name="film.mp4").click()
    expect(tab.locator("#command-line")).to_be_focused()
    assert_accessible(tab)
    with tab.expect_download() as sealed:
        tab.get_by_role("link", name="Download the sealed file").click()
    with tab.expect_download() as key:
        tab.get_by_role("button", name="Save the key").click()
    folder = tmp_path / "offline"
    folder.mkdir()
    sealed.value.save_as(folder / sealed.value.suggested_filename)
    key.value.save_as(folder / "case.key")
    command = tab.inner_text("#command-line-command").replace("python ", f"{sys.executable} ", 1)
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], cwd=folder, env=ENVIRONMENT, check=False
    )
    assert (done.returncode, (folder / "film.mp4").read_bytes()) == (0, b"short")


def test_stopping_an_upload_sends_nothing_and_keeps_the_text(
    desk: Running, tab: Page, tmp_path: Path
) -> None:
    reporter = desk.portal.report(desk.team, REPORT)
    opened(desk, tab, reporter)
    tab.fill("#reply-text", "Here is the plan.")
    plan = tmp_path / "plan.bin"
    plan.write_bytes(bytes(120_000_000))
    tab.set_input_files("#reply-files", plan)
    tab.get_by_role("button", name="Seal and send to the reporter").click()
    tab.click("#reply-cancel")
    expect(tab.locator("#reply-problem")).to_contain_text("Stopped")
    assert tab.input_value("#reply-text") == "Here is the plan."
    assert len(reporter.reads().messages) == 1


def test_a_test_report_is_erased_after_one_question(desk: Running, tab: Page) -> None:
    reporter = desk.portal.report(desk.team, "Only a test", is_test=True)
    opened(desk, tab, reporter)
    tab.get_by_role("button", name="Erase this test report").click()
    expect(tab.get_by_role("button", name="No, keep it")).to_be_focused()
    assert_accessible(tab)
    tab.get_by_role("button", name="Yes, erase it").click()
    tab.wait_for_url(f"{desk.address}/en/desk")
    assert reporter.reference not in tab.content()
    assert entries(desk, reporter, Kind.TEST_REPORT_ERASED) == 1
