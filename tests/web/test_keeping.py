"""Rule: whoever erases sees once more what goes and what stays; reporters are told how long a closed case stays.

Sources: Directive (EU) 2019/1937, Art. 18(1); GDPR, Art. 13(2)(a) and 17; REQUIREMENTS RD-01, RD-02.
"""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.services import holds, stages
from portal.store import models
from tests.builders import Portal, Staff, Team
from tests.officer_hand import hand
from tests.web import paper
from tests.web.desk_client import DeskClient


@pytest.fixture
def ida(portal: Portal) -> Staff:
    """The officer, who also arranges channels."""
    return portal.staff("Ida", "Head of compliance", administrator=True)


@pytest.fixture
def team(portal: Portal, ida: Staff) -> Team:
    """The channel that Ida is on."""
    return portal.team(ida)


@pytest.fixture
def desk(portal: Portal, ida: Staff, team: Team) -> DeskClient:
    """Ida's browser."""
    assert team
    return DeskClient(portal, ida)


def post(desk: DeskClient, path: str, **fields: object) -> TestResponse:
    """A form of a page, with its token."""
    return desk.client.post(path, data={"csrf_token": desk.token, **fields})


def references(portal: Portal) -> set[str]:
    with portal.parts.database.read() as session:
        return {case.reference for case in session.query(models.Case)}


def test_the_second_look_names_what_goes_and_erases_nothing(
    portal: Portal, team: Team, desk: DeskClient
) -> None:
    junk = [portal.report(team, "Buy now").reference for _ in range(3)]
    page = desk.page(f"/en/desk/erase?reference={junk[0]}&reference={junk[1]}")
    assert "These 2 cases are about to be erased." in page
    assert junk[0] in page
    assert junk[1] in page
    assert junk[2] not in page
    assert "The register keeps its lines" in page
    assert references(portal) == set(junk)


def test_what_was_confirmed_is_erased_and_the_rest_stays(
    portal: Portal, team: Team, desk: DeskClient
) -> None:
    junk = [portal.report(team, "Buy now").reference for _ in range(3)]
    done = post(desk, "/en/desk/erase", reference=junk[:2])
    assert (done.status_code, done.location) == (303, "/en/desk")
    assert references(portal) == {junk[2]}
    assert desk.get(f"/en/desk/cases/{junk[0]}").status_code == 404


def test_the_list_offers_a_tick_for_each_case(portal: Portal, team: Team, desk: DeskClient) -> None:
    reference = portal.report(team).reference
    page = desk.page("/en/desk")
    assert f'aria-label="Tick {reference}"' in page
    assert 'action="/en/desk/erase"' in page


def test_nothing_ticked_is_said(desk: DeskClient) -> None:
    assert "No case was chosen." in desk.page("/en/desk/erase")


def test_without_the_sessions_token_nothing_is_erased(portal: Portal, team: Team, desk: DeskClient) -> None:
    reference = portal.report(team).reference
    done = desk.client.post("/en/desk/erase", data={"reference": reference})
    assert done.status_code == 403
    assert references(portal) == {reference}


def test_a_hold_is_set_shown_and_ended(portal: Portal, team: Team, desk: DeskClient) -> None:
    reference = portal.report(team).reference
    address = f"/en/desk/cases/{reference}"
    review = (portal.today + timedelta(days=30)).isoformat()
    assert "Legal hold" in desk.page(f"{address}/keeping")
    assert post(desk, f"{address}/hold", reason="A claim", review_on=review).status_code == 303
    page = desk.page(f"{address}/keeping")
    assert "A claim" in page
    assert "1 April 2026" in page
    for refused in (desk.get(f"/en/desk/erase?reference={reference}"),
                    post(desk, "/en/desk/erase", reference=reference)):  # fmt: skip
        assert refused.status_code == 409
        assert "kept for a legal reason" in refused.text
    assert references(portal) == {reference}
    assert post(desk, f"{address}/hold/end").status_code == 303
    assert post(desk, f"{address}/hold/end").status_code == 409
    assert "A claim" not in desk.page(f"{address}/keeping")


def test_a_hold_without_a_day_is_asked_for_again_with_what_was_typed(
    portal: Portal, team: Team, desk: DeskClient
) -> None:
    address = f"/en/desk/cases/{portal.report(team).reference}"
    for review in ("", "2026-02-31", portal.today.isoformat()):
        page = post(desk, f"{address}/hold", reason="A claim", review_on=review)
        assert page.status_code == 400
        assert 'value="A claim"' in page.text
        assert "Give a reason of at most 200 characters" in page.text


def test_the_days_of_a_channel_are_set_and_shown_to_the_public(
    portal: Portal, team: Team, desk: DeskClient
) -> None:
    visitor = portal.app.test_client()
    assert "90 days" in visitor.get("/en/procedure").text
    done = post(desk, "/en/desk/retention", channel=team.id.hex(), days="30")
    assert done.status_code == 303
    assert 'value="30"' in desk.page("/en/desk/retention")
    assert "30 days" in visitor.get("/en/procedure").text
    for days in ("0", "none", "99999"):
        refused = post(desk, "/en/desk/retention", channel=team.id.hex(), days=days)
        assert refused.status_code == 400
        assert "Give a whole number of days" in refused.text
    unknown = post(desk, "/en/desk/retention", channel="00" * 16, days="30")
    assert unknown.status_code == 404


def test_an_officer_who_arranges_nothing_can_not_set_them(portal: Portal, team: Team) -> None:
    assert team
    assert DeskClient(portal, portal.staff("Olaf")).get("/en/desk/retention").status_code == 403


@pytest.fixture
def receipt(visitor: FlaskClient) -> paper.Receipt:
    """Somebody's receipt of a fresh report."""
    return paper.receipt_on(paper.report(visitor, text="The drain.").text)


@pytest.fixture
def case(portal: Portal, receipt: paper.Receipt) -> models.Case:
    """What it opens."""
    assert receipt
    with portal.parts.database.read() as session:
        return session.query(models.Case).one()


def test_a_reporter_sees_how_long_a_closed_case_stays(
    portal: Portal, ida: Staff, team: Team, visitor: FlaskClient, receipt: paper.Receipt, case: models.Case
) -> None:
    page = paper.open_case(visitor, receipt).text
    assert "stays open until" not in page
    at_work = hand(portal, ida, team, Known(case.id))  # type: ignore[arg-type]
    at_work.opens()
    at_work.acknowledges()
    stages.change(portal.parts, ida.id, case.id, seen="acknowledged", to="closed")
    page = visitor.get("/en/mailbox/case").text
    assert "Your case page stays open until:" in page
    assert "31 May 2026" in page
    review = portal.today + timedelta(days=30)
    holds.keep(portal.parts, ida.id, case.id, reason="A claim", review_on=review)
    page = visitor.get("/en/mailbox/case").text
    assert "stays open until" not in page
    assert "kept for a legal reason" in page
    assert "A claim" not in page


class Known:
    """As much of a reporter as an officer's hand needs."""

    def __init__(self, case_id: bytes) -> None:
        self.case_id = case_id


def test_a_reporter_is_asked_once_and_then_everything_is_gone(
    portal: Portal, visitor: FlaskClient, receipt: paper.Receipt
) -> None:
    assert "/en/mailbox/erase" in paper.open_case(visitor, receipt).text
    page = visitor.get("/en/mailbox/erase").text
    assert "What stays: a line in our register with the number, the days and the channel" in page
    assert references(portal)
    done = visitor.post("/en/mailbox/erase", data={"csrf_token": paper.hidden(page, "csrf_token")})
    assert (done.status_code, done.location) == (303, "/en/mailbox/erased")
    assert "mailbox=;" in done.headers["Set-Cookie"]
    assert "It is erased" in visitor.get("/en/mailbox/erased").text
    assert references(portal) == set()
    again = visitor.post("/en/mailbox", data={"case_key": receipt.case_key, "passphrase": receipt.passphrase})
    assert again.status_code == 400


def test_a_reporters_case_is_not_erased_without_the_forms_token(
    portal: Portal, visitor: FlaskClient, receipt: paper.Receipt
) -> None:
    paper.open_case(visitor, receipt)
    assert visitor.post("/en/mailbox/erase", data={}).status_code == 400
    assert references(portal)


def test_a_stranger_is_asked_nothing(visitor: FlaskClient) -> None:
    assert visitor.get("/en/mailbox/erase").status_code != 200
    assert visitor.post("/en/mailbox/erase").status_code != 303


def test_a_held_case_says_so_to_its_reporter(
    portal: Portal, ida: Staff, visitor: FlaskClient, receipt: paper.Receipt, case: models.Case
) -> None:
    page = paper.open_case(visitor, receipt).text
    token = paper.hidden(page, "csrf_token")
    review = portal.today + timedelta(days=30)
    holds.keep(portal.parts, ida.id, case.id, reason="A claim", review_on=review)
    assert "kept for a legal reason" in visitor.get("/en/mailbox/erase").text
    refused = visitor.post("/en/mailbox/erase", data={"csrf_token": token})
    assert refused.status_code == 409
    assert references(portal) == {case.reference}
