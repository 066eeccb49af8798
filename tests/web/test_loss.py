"""Rule: whoever has lost something finds out what to do without signing in, and is warned while it can be helped.

What the browser signed with a recovery sheet is taken from an officer alone, and only whole.
Sources: PROTOCOL 2, 6; issue of the team, section 1.
"""

from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.services.recovery import Recovery
from portal.store import models
from tests.builders import Portal, Staff, Team
from tests.keeper_hand import Keeper
from tests.sheet_hand import SheetHolder
from tests.web.desk_client import DeskClient, b64

LANGUAGES = ("en", "da", "nl", "nb")
LOST_FOR_GOOD = "Nobody can open them: not an administrator, not who runs the server"


@pytest.fixture
def ida(portal: Portal) -> Staff:
    """The only member and keeper."""
    return portal.staff("Ida Holm")


@pytest.fixture
def team(portal: Portal, ida: Staff) -> Team:
    """The channel that hangs by Ida."""
    return portal.team(ida)


def recovery_json(made: Recovery) -> dict[str, Any]:
    """What the browser posts."""
    grants = [
        {"purpose": g.purpose, "number": g.number, "receiver": b64(g.receiver), "sealed": b64(g.sealed)}
        for g in made.grants
    ]
    return {"record": b64(made.record), "grants": grants, "pins": b64(made.pins)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_somebody_who_can_not_sign_in_reads_what_to_do(visitor: FlaskClient, lang: str) -> None:
    sign_in = visitor.get(f"/{lang}/desk/sign-in").text
    assert f'href="/{lang}/desk/lost"' in sign_in
    answer = visitor.get(f"/{lang}/desk/lost")
    assert answer.status_code == 200
    assert f'href="/{lang}/desk/sheet"' in answer.text


def test_the_page_says_plainly_what_is_lost_without_sheet_and_keepers(visitor: FlaskClient) -> None:
    page = visitor.get("/en/desk/lost").text
    assert "Nobody can reset it" in page
    assert LOST_FOR_GOOD in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_of_an_officer_are_whole_in_every_language(
    portal: Portal, ida: Staff, team: Team, lang: str
) -> None:
    assert team
    desk = DeskClient(portal, ida)
    for page in ("sheet", "account", "team", ""):
        assert desk.page(f"/{lang}/desk/{page}".rstrip("/"))


def test_list_and_team_page_warn_while_one_person_reads_a_channel(
    portal: Portal, ida: Staff, team: Team
) -> None:
    desk = DeskClient(portal, ida)
    for path in ("/en/desk", "/en/desk/team"):
        assert "Only one person reads the channel" in desk.page(path)
    Keeper(portal, ida, team).admits(bent := portal.staff("Bent"))
    for path in ("/en/desk", "/en/desk/team"):
        assert "data-weak" not in desk.page(path)
    portal.add(models.Removal(channel_id=team.id, officer_id=bent.id, asked_on=portal.today))
    assert "Only one person reads the channel" in desk.page("/en/desk")


def test_list_and_team_page_warn_while_no_sheet_is_confirmed(portal: Portal, ida: Staff, team: Team) -> None:
    Keeper(portal, ida, team).admits(portal.staff("Bent"))
    with portal.parts.database.write() as session:
        session.get_one(models.Channel, team.id).sheet_confirmed_on = None
    desk = DeskClient(portal, ida)
    for path in ("/en/desk", "/en/desk/team"):
        page = desk.page(path)
        assert "No recovery sheet of the channel" in page
        assert "Only one person reads" not in page


def test_the_sheet_is_used_over_the_wire(portal: Portal, team: Team) -> None:
    bent = portal.staff("Bent Dahl")
    desk, holder = DeskClient(portal, bent), SheetHolder(portal, bent, team)
    (given,) = desk.get("/desk/api/sheet").get_json()["channels"]
    assert (given["id"], len(given["records"]), len(given["grants"])) == (team.id.hex(), 1, 1)
    body, path = recovery_json(holder.recovery()), f"/desk/api/channels/{team.id.hex()}/recovery"
    assert desk.send(path, {**body, "words": "anvil"}).status_code == 400
    assert desk.send(path, {**body, "grants": []}).get_json() == {"error": "malformed"}
    assert desk.send(path, body, token="forged").status_code == 403
    assert desk.send(path, body).status_code == 204
    assert desk.send(path, body).get_json() == {"error": "changed"}
    (channel,) = desk.get("/desk/api/keys").get_json()["channels"]
    assert channel["keeper"]


def test_who_handles_no_case_uses_no_sheet(portal: Portal, team: Team) -> None:
    dina = portal.administrator()
    desk = DeskClient(portal, dina)
    assert desk.get("/en/desk/sheet").status_code == 403
    assert desk.get("/desk/api/sheet").status_code == 403
    assert desk.send(f"/desk/api/channels/{team.id.hex()}/recovery", {}).status_code == 403


def test_a_new_second_factor_needs_every_part_in_its_size(portal: Portal, ida: Staff) -> None:
    desk = DeskClient(portal, ida)
    good = {
        "auth": b64(bytes(32)),
        "totp_secret": b64(bytes(20)),
        "totp_code": "123456",
        "recovery_hashes": [b64(bytes([n]) * 32) for n in range(10)],
    }
    for change in (
        {"totp_code": "12345"},
        {"totp_secret": b64(bytes(10))},
        {"recovery_hashes": good["recovery_hashes"][:9]},
        {"more": 1},
    ):
        assert desk.send("/desk/api/second-factor", {**good, **change}).status_code == 400
    answer = desk.send("/desk/api/second-factor", good)
    assert (answer.status_code, answer.get_json()) == (403, {"error": "wrong"})


def test_an_administrator_invites_anew_over_the_wire(portal: Portal, ida: Staff, team: Team) -> None:
    assert team
    dina = portal.staff("Dina Friis", administrator=True)
    desk, path = DeskClient(portal, dina), f"/desk/api/people/{ida.id.hex()}/anew"
    assert "Invite Ida Holm anew" in desk.page("/en/desk/team")
    assert DeskClient(portal, ida).send(path, {"name": "Ida Holm"}).status_code == 403
    assert desk.send(path, {"name": "Somebody"}).status_code == 404
    made = desk.send(path, {"name": "Ida Holm"})
    assert made.status_code == 201
    page = portal.app.test_client().get(made.get_json()["path"])
    assert "Ida Holm" in page.text
