"""The five sample reports, as people send and handle them: the reporter without a script, the officer with one.

Each in its own language (the German one under English pages), questions and answers both ways, real files byte
for byte. Source: issue "sealed round trip", what must be shown, 2; the sample reports of the shared data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Playwright, expect

from portal.demo.stories import Story, stories
from tests.browser.desk_browser import Running
from tests.browser.live import CHROMIUM, chromium

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("no_faults")]
SAMPLES = {story.key: story for story in stories() if any(step.what == "ask" for step in story.steps)}
FILES = ("bilag.jpg", "timeliste.pdf", "opplaeringsplan.docx")


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The browser as people have it, with all its windows; elsewhere its engine alone is enough."""
    with chromium(playwright, CHROMIUM) as opened:
        yield opened


def content(name: str) -> bytes:
    """A real file of the demonstration."""
    return files("portal.demo").joinpath("files", name).read_bytes()


def said(story: Story, what: str) -> list[str]:
    """The questions ("ask") or the answers of a story, in order, without those that only close it."""
    return [step.text for step in story.steps if step.what == what][:2]


@dataclass
class Paper:
    """A reporter whose browser runs no script."""

    page: Page
    address: str
    lang: str

    def go(self, path: str) -> None:
        """Open a page in the reporter's language."""
        self.page.goto(f"{self.address}/{self.lang}/{path}")

    def report(self, story: Story) -> tuple[str, str]:
        """Case key and passphrase, typed once more as the receipt page asks."""
        self.go("c/whistleblowing/report")
        self.page.fill("#text", story.text)
        self.page.select_option("#category", story.category)
        self.page.check(f"input[name=mode][value={story.mode}]")
        if story.name:
            self.page.fill("#name_given", story.name)
        self.page.set_input_files("#files", [_upload(name) for name in FILES])
        self.page.click("form[enctype] button[type=submit]")
        key, words = self.page.inner_text("#shown-key"), self.page.inner_text("#shown-passphrase")
        self.page.fill("#passphrase", words)
        self.page.click("main form button[type=submit]")
        expect(self.page.locator("#passphrase")).to_have_count(0)
        return key, words

    def sign_in(self, receipt: tuple[str, str]) -> None:
        """Open the case with what was kept."""
        self.go("mailbox")
        self.page.fill("#case_key", receipt[0])
        self.page.fill("#passphrase", receipt[1])
        self.page.click("main form button[type=submit]")
        expect(self.page.locator(".talk")).to_be_visible()

    def answer(self, text: str, *names: str) -> None:
        """Write back."""
        self.page.fill("#text", text)
        if names:
            self.page.set_input_files("#files", [_upload(name) for name in names])
        self.page.click("form[enctype] button[type=submit]")
        expect(self.page.locator(".talk")).to_contain_text(text[:60])


def _upload(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content(name)}


@pytest.fixture(scope="module")
def officer(desk: Running) -> Iterator[BrowserContext]:
    """The officer's window, signed in once; pages in all languages share its tab."""
    with desk.window() as window:
        yield window


@pytest.fixture(scope="module")
def signed_in(desk: Running, officer: BrowserContext) -> Page:
    """The officer's tab."""
    return desk.sign_in(officer)


@pytest.fixture
def paper(desk: Running) -> Iterator[Paper]:
    """A reporter's browser on a phone, JavaScript off."""
    window = desk.browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, accept_downloads=True
    )
    yield Paper(window.new_page(), desk.address, "en")
    window.close()


def open_case(desk: Running, tab: Page, lang: str, reference: str) -> None:
    """The case's page at the desk, all of it opened."""
    tab.goto(f"{desk.address}/{lang}/desk/cases/{reference}")
    tab.wait_for_selector("#app:not([hidden])")
    expect(tab.locator("#verified")).to_be_visible()


def ask(tab: Page, text: str) -> None:
    """A question to the reporter."""
    tab.fill("#reply-text", text)
    tab.click("#reply button[type=submit]")
    expect(tab.locator("#talk")).to_contain_text(text[:60])


def downloaded(tab: Page, name: str) -> bytes:
    """A file as the browser saves it."""
    with tab.expect_download() as saved:
        tab.get_by_role("link", name=name).first.click()
    return saved.value.path().read_bytes()


def test_there_are_five_samples_in_five_languages() -> None:
    assert sorted(story.lang for story in SAMPLES.values()) == ["da", "de", "en", "nb", "nl"]


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_report_goes_round(key: str, desk: Running, signed_in: Page, paper: Paper) -> None:
    story, tab = SAMPLES[key], signed_in
    paper.lang = lang = story.lang if story.lang != "de" else "en"
    receipt = paper.report(story)
    paper.sign_in(receipt)
    reference = paper.page.inner_text("h1").split()[-1]
    for name in FILES:
        assert downloaded(paper.page, name) == content(name)
    open_case(desk, tab, lang, reference)
    expect(tab.locator("#talk")).to_contain_text(story.text[:80])
    for name in FILES:
        assert downloaded(tab, name) == content(name)
    tab.click("#acknowledge button[type=submit]")
    expect(tab.locator("#acknowledge")).to_be_hidden()
    for question, reply in zip(said(story, "ask"), said(story, "answer"), strict=True):
        ask(tab, question)
        paper.go("mailbox/case")
        expect(paper.page.locator(".talk")).to_contain_text(question[:60])
        paper.answer(reply, FILES[0])
        open_case(desk, tab, lang, reference)
        expect(tab.locator("#talk")).to_contain_text(reply[:60])
    expect(tab.locator("#talk")).not_to_contain_text("damaged")
