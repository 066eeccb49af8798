"""Rule: whatever stands in an address, a header or a form, the answer is a page that says so, and no fault of ours.

Sources: docs/rules.md, section 6 (a fault is a line in the log, which a stranger must not be able to write);
docs/operations.md, section 20. Every rule here is held to SQLite and to PostgreSQL, which takes no NUL in a text.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.services import erasing
from portal.store.errors import Conflict
from tests.builders import Portal, Reporter, SetClock, Staff
from tests.conftest import LintingClient
from tests.store.databases import kind, on_database, postgres_programs, postgres_server
from tests.web.desk_client import DeskClient

__all__ = ["kind", "on_database", "postgres_programs", "postgres_server"]

NOBODY = "00" * 16


@pytest.fixture
def portal(tmp_path: Path, clock: SetClock, on_database: dict[str, str]) -> Iterator[Portal]:
    """A portal, once on each kind of database."""
    built = Portal(tmp_path / "portal", clock, **on_database)
    built.app.test_client_class = LintingClient
    yield built
    built.close()


@pytest.fixture
def ida(portal: Portal) -> Staff:
    """An officer who also arranges channels."""
    return portal.staff("Ida", administrator=True)


@pytest.fixture
def reporter(portal: Portal, ida: Staff) -> Reporter:
    """Who has reported to her channel."""
    return portal.report(portal.team(ida))


@pytest.fixture
def desk(portal: Portal, ida: Staff, reporter: Reporter) -> DeskClient:
    """Her browser."""
    assert reporter
    return DeskClient(portal, ida)


@pytest.fixture(autouse=True)
def no_fault(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """After each test: nothing was logged as a fault."""
    yield
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_an_address_with_a_nul_in_it_is_not_there(portal: Portal, desk: DeskClient) -> None:
    asked = 0
    for rule in portal.app.url_map.iter_rules():
        if rule.arguments - {"lang"}:
            path = rule.rule.replace("<lang>", "en").replace("<path:path>", "<path>").replace("<", "a%00<")
            for argument in rule.arguments:
                path = path.replace(f"<{argument}>", "")
            method = min((rule.methods or set()) - {"HEAD", "OPTIONS"})
            headers = {"X-CSRFToken": desk.token}
            assert desk.client.open(path, method=method, headers=headers).status_code == 404, path
            asked += 1
    assert asked > 20


@pytest.mark.parametrize(
    "path",
    [
        "/en/desk?after=%00",
        "/en/desk/erase?reference=%00",
        "/en/desk/erase?reference=2026-M4TX9&reference=2026-%00",
        "/desk/api/cards?after=%00",
        "/en/c/whistleblowing/report?test=%00",
    ],
)
def test_a_question_with_a_nul_in_it_is_not_there(path: str, desk: DeskClient) -> None:
    assert desk.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("cases/{reference}/hold", {"reason": "Court\0order", "review_on": "2026-04-02"}),
        ("erase", {"reference": "2026-\0"}),
        ("retention", {"channel": "\0", "days": "90"}),
        ("account/address", {"address": "ida\0@example.org"}),
    ],
    ids=["a hold", "erasing", "retention", "an address for notices"],
)
def test_a_form_with_a_nul_in_it_is_refused(
    path: str, fields: dict[str, str], portal: Portal, desk: DeskClient, reporter: Reporter
) -> None:
    there = "/en/desk/" + path.format(reference=reporter.reference)
    assert desk.client.post(there, data={"csrf_token": desk.token, **fields}).status_code == 400
    assert portal.case(reporter).reference == reporter.reference


@pytest.mark.parametrize("origin", ["http://[", "http://a]b", "http://[::1", "[", "http://\u2100.example"])
def test_an_origin_that_is_no_address_is_another_site(origin: str, portal: Portal) -> None:
    answer = portal.app.test_client().post("/en/receipt", environ_overrides={"HTTP_ORIGIN": origin})
    assert answer.status_code == 403
    assert "This came from another site" in answer.text


@pytest.mark.parametrize(
    "after",
    [
        f"9999-12-31.0.2026-01-01.{NOBODY}",
        f"0001-01-01.0.2026-01-01.{NOBODY}",
        f"2026-01-01.0.9999-12-31.{NOBODY}",
        "2026-01-01.0.2026-01-01.00",
        "2026-01-01.0.2026-01-01.",
        f"2026-01-01.0.2026-01-01.{NOBODY}00",
        f"20260101.0.2026-01-01.{NOBODY}",
        f"2026-01-01. 0.2026-01-01.{NOBODY}",
    ],
)
def test_a_place_in_the_list_that_no_page_gave_is_not_there(after: str, desk: DeskClient) -> None:
    assert desk.client.get("/en/desk", query_string={"after": after}).status_code == 404
    assert desk.client.get("/desk/api/cases", query_string={"after": after}).status_code == 404


def test_whoever_comes_second_is_told_that_something_came_between(
    desk: DeskClient, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(*_given: object) -> None:
        raise Conflict("register_entries.organisation_id,seq")

    monkeypatch.setattr(erasing, "erase_by_officer", taken)
    data = {"csrf_token": desk.token, "reference": reporter.reference}
    answer = desk.client.post("/en/desk/erase", data=data)
    assert answer.status_code == 409
    assert "Something came between" in answer.text
    assert "register_entries" not in answer.text
