"""What tests share: a portal of its own for each test, a clock that stands still, and a client that lints.

Every page that any test fetches through `client` is held to the page rules (tests/web/page_linter.py).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from xdist.scheduler import LoadScopeScheduling

from portal import create_app
from portal.services.upkeep import bring_up_to_date
from portal.settings import load
from portal.web.parts import EXTENSION
from tests.builders import Portal, SetClock, Team
from tests.web.page_linter import lint

FIRST = ("journeys", "browser")
"""What waits longest goes first, or one process would still be at it when the others have ended."""
LONGEST = ("test_crash", "test_backup_drill", "test_slow_senders", "test_people", "test_loss")
SHARING = ("test_demo", "test_backup_damage", "test_slow_senders", "test_broken_bodies")
"""What its tests set up together would be set up again in every process; so would a browser's tab."""


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """One test after the other to whoever is free, but the modules whose tests share what they set up as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.split("::", 1)[0])
        a_tab = path.parent.name == "browser" and path.stem not in LONGEST
        return str(path) if a_tab or path.stem in SHARING else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule:
    """Who runs what, where several processes do."""
    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, int]:
    folder, module = item.path.parent.name, item.path.stem
    return (
        LONGEST.index(module) if module in LONGEST else len(LONGEST),
        FIRST.index(folder) if folder in FIRST else len(FIRST),
    )


class LintingClient(FlaskClient):
    """A test client that refuses to hand over a page which breaks the page rules."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """The response, linted if it is a page."""
        response = super().open(*args, **kwargs)
        page = response.mimetype == "text/html" and response.status_code not in range(300, 400)
        if page and response.request.method != "HEAD":
            found = lint(response.text, url=response.request.path)
            assert not found, "\n".join(found)
        return response


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at builders.DAY_ONE until a test moves it."""
    return SetClock()


@pytest.fixture
def app(tmp_path: Path, clock: SetClock) -> Iterator[Flask]:
    """A portal on SQLite in a folder of its own, its schema made, nothing set up."""
    application = create_app(load({}, instance=tmp_path / "instance"), clock=clock)
    application.test_client_class = LintingClient
    parts = application.extensions[EXTENSION]
    bring_up_to_date(parts)
    yield application
    parts.database.close()
    parts.volatile.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without a script, whose pages are linted."""
    return app.test_client()


@pytest.fixture
def portal(tmp_path: Path, clock: SetClock) -> Iterator[Portal]:
    """A portal with an organisation; tests add staff and teams."""
    built = Portal(tmp_path / "portal", clock)
    built.app.test_client_class = LintingClient
    yield built
    built.close()


@pytest.fixture
def team(portal: Portal) -> Team:
    """The channel "Whistleblowing" with one officer, Anna Holm."""
    return portal.team(portal.staff("Anna Holm"))


@pytest.fixture
def visitor(portal: Portal, team: Team) -> FlaskClient:
    """A visitor without a script of a portal that has a channel."""
    assert team
    return portal.app.test_client()
