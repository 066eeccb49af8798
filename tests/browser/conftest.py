"""One running portal, one Chromium and one officer signed in, for the tests of one module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_browser import Running, running

expect.set_options(timeout=20_000)  # key derivation and sealing share two cores with the other tests


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running portal with Chromium."""
    with running(tmp_path_factory.mktemp("portal")) as made:
        yield made


@pytest.fixture(scope="module")
def tab(desk: Running) -> Iterator[Page]:
    """The officer's tab, signed in."""
    with desk.window() as window:
        yield desk.sign_in(window)


@pytest.fixture
def no_faults(desk: Running) -> Iterator[None]:
    """No script of a page failed."""
    desk.faults.clear()
    yield
    assert desk.faults == []
