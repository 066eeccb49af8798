"""One Chromium for all tests of a process; a portal of its own for a test, or one with an officer for a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.browser import desk_browser
from tests.browser.desk_browser import Running
from tests.browser.live import Live, chromium, running

expect.set_options(timeout=20_000)  # key derivation and sealing share two cores with the other tests


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers of this process."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium; what one test leaves in it, no other sees, since each opens windows of its own."""
    with chromium(playwright) as opened:
        yield opened


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """An empty portal that listens."""
    with running(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running portal with an officer and Chromium."""
    with desk_browser.running(tmp_path_factory.mktemp("portal"), browser) as made:
        yield made


@pytest.fixture(scope="module")
def tab(desk: Running) -> Iterator[Page]:
    """The officer's tab, at the desk."""
    with desk.window() as window:
        yield desk.at_the_desk(window)


@pytest.fixture
def no_faults(desk: Running) -> Iterator[None]:
    """No script of a page failed."""
    desk.faults.clear()
    yield
    assert desk.faults == []
