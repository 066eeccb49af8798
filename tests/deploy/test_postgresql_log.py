"""Rule: PostgreSQL, set as the papers say, writes nothing of a case into its log, whatever is refused.

Source: docs/operations.md, sections 9 and 13. Of a report that was sent twice at once its log otherwise says, to the
millisecond, that it came, and the locator by which a database is searched for its case key.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.services.parts import Clock
from portal.store import models
from portal.store.errors import Conflict
from tests.builders import Portal, Reporter
from tests.deploy.programs import DEPLOY, ROOT, yaml
from tests.store import postgres
from tests.store.databases import postgres_programs

__all__ = ["postgres_programs"]

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
RELOAD_SECONDS = 10.0


def documented() -> dict[str, str]:
    """What section 9 sets by ALTER SYSTEM, as far as it concerns the log."""
    return dict(re.findall(r'"ALTER SYSTEM SET (log_\w+) = \'?(\w+)\'?"', OPERATIONS))


def in_containers() -> dict[str, str]:
    """What the compose file gives the server, as far as it concerns the log."""
    words = yaml(DEPLOY / "compose.yaml")["services"]["database"]["command"]
    return dict(word.split("=") for word in words if word.startswith("log_"))


@pytest.fixture
def folder(postgres_programs: Path) -> Iterator[Path]:
    """A server of this test's own, whose log nobody else writes."""
    with postgres.cluster(postgres_programs) as made:
        yield made


@pytest.fixture
def portal(folder: Path, tmp_path: Path) -> Iterator[Portal]:
    """A portal on it."""
    url = postgres.create(postgres.url_in(folder), "fortrolig")
    built = Portal(tmp_path / "portal", Clock(), database_url=url)
    yield built
    built.close()


@pytest.fixture
def reports(portal: Portal) -> tuple[Reporter, Reporter]:
    """Two reports."""
    team = portal.team(portal.staff("Anna Holm"))
    return portal.report(team), portal.report(team)


def refused(portal: Portal, reports: tuple[Reporter, Reporter]) -> str:
    """The locator, in hexadecimal, that the database refused to store a second time."""
    first, second = reports
    locator = portal.case(first).locator
    with pytest.raises(Conflict), portal.parts.database.write() as session:
        session.get_one(models.Case, second.case_id).locator = locator
    return locator.hex()


def apply(folder: Path, settings: dict[str, str]) -> str:
    """The log as it stood when the server had taken up all of `settings`."""
    url = postgres.url_in(folder)
    for name, value in settings.items():
        postgres.say(url, f"ALTER SYSTEM SET {name} = '{value}'")
    postgres.say(url, "SELECT pg_reload_conf()")
    until = time.monotonic() + RELOAD_SECONDS
    while any(postgres.told(url, f"SHOW {name}") != value for name, value in settings.items()):
        assert time.monotonic() < until, "the server has not taken up its settings"
        time.sleep(0.05)
    return (folder / "log").read_text()


def test_without_these_settings_the_log_would_tell(
    folder: Path, portal: Portal, reports: tuple[Reporter, Reporter]
) -> None:
    assert refused(portal, reports) in (folder / "log").read_text()


@pytest.mark.parametrize("source", [documented, in_containers], ids=["as documented", "in containers"])
def test_a_refused_report_leaves_no_line_in_the_log(
    source: object, folder: Path, portal: Portal, reports: tuple[Reporter, Reporter]
) -> None:
    assert callable(source)
    before = apply(folder, source())
    locator = refused(portal, reports)
    portal.close()
    after = (folder / "log").read_text()
    assert after[len(before) :] == ""
    assert locator not in after


def test_both_papers_set_the_same() -> None:
    said = documented()
    assert said["log_min_messages"] == "fatal"
    assert {**said, "log_statement": "none"} == in_containers()
