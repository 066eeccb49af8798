"""Rule: the team page shows each person what is theirs to see, and the API takes only what fits, from whom it may.

An administrator sees all of people and nothing of a case; an officer the own channels; a stranger nothing.
Sources: PROTOCOL 2; REQUIREMENTS RO-02; issue of the team, section 1.
"""

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.services import invitations
from portal.services.channel_change import ChannelGrant
from portal.services.enrolment import Flags
from portal.services.joining import Admission
from portal.store import models
from tests.builders import Portal, Reporter, Staff, Team
from tests.keeper_hand import Keeper, reroots
from tests.officer_hand import hand
from tests.setup_hand import FirstPerson, body_of
from tests.web.desk_client import DeskClient, b64

BOTH = {"is_officer": True, "is_administrator": False}


@pytest.fixture
def ida(portal: Portal) -> Staff:
    """A keeper."""
    return portal.staff("Ida Holm")


@pytest.fixture
def team(portal: Portal, ida: Staff) -> Team:
    """The channel that Ida keeps."""
    return portal.team(ida)


@pytest.fixture
def dina(portal: Portal) -> Staff:
    """An administrator who handles no case."""
    return portal.administrator()


def sent_grants(grants: tuple[ChannelGrant, ...]) -> list[dict[str, Any]]:
    """The grants as a browser sends them."""
    return [
        {"purpose": g.purpose, "number": g.number, "receiver": b64(g.receiver), "sealed": b64(g.sealed)}
        for g in grants
    ]


def admission_json(admission: Admission) -> dict[str, Any]:
    """What a keeper's browser posts."""
    return {"record": b64(admission.record), "grants": sent_grants(admission.grants)}


def enrolment_json(portal: Portal, name: str, role: str) -> dict[str, Any]:
    """What a newcomer's browser posts."""
    return {"v": 1, "officer": body_of(FirstPerson(portal.clock, name=name).portal(role=role))["officer"]}


def test_a_keeper_sees_who_waits_and_a_member_only_that_somebody_does(
    portal: Portal, ida: Staff, team: Team
) -> None:
    bent = portal.staff("Bent Dahl")
    Keeper(portal, ida, team).admits(bent)
    portal.staff("Carla Riis")
    assert "data-admit" in DeskClient(portal, ida).page("/en/desk/team")
    page = DeskClient(portal, bent).page("/en/desk/team")
    assert "data-admit" not in page
    assert "Carla Riis" in page


def test_an_administrator_sees_everybody_and_every_channel_and_lets_nobody_in(
    portal: Portal, dina: Staff, team: Team
) -> None:
    portal.staff("Bent Dahl")
    page = DeskClient(portal, dina).page("/da/desk/team")
    for name in ("Ida Holm", "Bent Dahl", "Dina Friis", team.name):
        assert name in page
    assert "data-admit" not in page


def test_the_words_of_a_channel_are_nobodys_but_the_browsers_to_make(
    portal: Portal, ida: Staff, dina: Staff, team: Team
) -> None:
    """A keeper reads them out, and two of them are asked for on this page."""
    bent = portal.staff("Bent Dahl")
    Keeper(portal, ida, team).admits(bent)
    for one in (ida, bent, dina):
        page = DeskClient(portal, one).page("/en/desk/team")
        assert not [word for word in team.anchor.party.words if f">{word}<" in page]


def test_an_officer_without_a_channel_is_told_what_to_do(portal: Portal, team: Team) -> None:
    assert team
    page = DeskClient(portal, portal.staff("Bent Dahl")).page("/en/desk/team")
    assert "You are in no channel yet" in page
    assert "Ida Holm" not in page


def test_an_administrator_reaches_no_page_and_no_answer_about_cases(
    portal: Portal, dina: Staff, team: Team
) -> None:
    reporter: Reporter = portal.report(team)
    desk = DeskClient(portal, dina)
    for path in (
        f"/en/desk/cases/{reporter.reference}",
        f"/desk/api/cases/{reporter.case_id.hex()}",
        "/desk/api/cases",
        "/desk/api/cards",
    ):
        assert desk.get(path).status_code == 403, path
    assert desk.get("/en/desk").headers["Location"] == "/en/desk/team"
    everything = desk.page("/en/desk/team") + desk.get("/desk/api/keys").text
    assert reporter.reference not in everything


def test_an_administrator_holds_no_grant_and_is_handed_none(portal: Portal, dina: Staff, team: Team) -> None:
    assert team
    keys = DeskClient(portal, dina).get("/desk/api/keys").get_json()
    assert keys["channels"] == []
    with portal.parts.database.read() as session:
        assert session.query(models.Grant).filter_by(receiver=dina.party.hash).count() == 0


def test_a_link_is_made_shown_once_listed_and_withdrawn(portal: Portal, dina: Staff) -> None:
    desk = DeskClient(portal, dina)
    made = desk.send("/desk/api/invitations", {"name": "Bent Dahl", "role": "Counsel", **BOTH})
    assert made.status_code == 201
    path = made.get_json()["path"]
    page = desk.page("/en/desk/team")
    assert "Bent Dahl" in page
    assert path not in page
    (one,) = invitations.listed(portal.parts, dina.id)
    assert portal.app.test_client().get(path).status_code == 200
    assert desk.send(f"/desk/api/invitations/{one.id.hex()}", None, method="DELETE").status_code == 204
    assert portal.app.test_client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"name": "Ida Holm", "role": "Counsel", **BOTH}, 409, id="a name that is taken"),
        pytest.param(
            {"name": "Bent", "role": "Counsel", "is_officer": False, "is_administrator": False},
            400,
            id="no rights",
        ),
        pytest.param({"name": "Bent", "role": "", **BOTH}, 400, id="no role"),
        pytest.param(
            {"name": "Bent", "role": "Counsel", "is_officer": 1, "is_administrator": 0}, 400, id="numbers"
        ),
        pytest.param({"name": "Bent", "role": "Counsel", **BOTH, "active": True}, 400, id="a key too many"),
    ],
)
def test_an_invitation_that_does_not_fit_is_refused(
    portal: Portal, dina: Staff, team: Team, body: dict[str, Any], status: int
) -> None:
    assert team
    assert DeskClient(portal, dina).send("/desk/api/invitations", body).status_code == status


def test_an_officer_who_is_no_administrator_makes_no_link(portal: Portal, ida: Staff) -> None:
    answer = DeskClient(portal, ida).send(
        "/desk/api/invitations", {"name": "Bent", "role": "Counsel", **BOTH}
    )
    assert answer.status_code == 403


def test_a_newcomer_enrols_with_one_post_and_the_link_is_used_up(portal: Portal, dina: Staff) -> None:
    token = invitations.invite(portal.parts, dina.id, "Bent Dahl", "Counsel", Flags(True, False))
    visitor: FlaskClient = portal.app.test_client()
    page = visitor.get(f"/en/invitation/{token}")
    assert "Bent Dahl" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    body = enrolment_json(portal, "Bent Dahl", "Counsel")
    made = visitor.post(f"/desk/api/invitation/{token}", json=body)
    assert (made.status_code, made.get_json()) == (201, {"sign_in": "/en/desk/sign-in"})
    assert visitor.post(f"/desk/api/invitation/{token}", json=body).status_code == 404
    assert visitor.get(f"/en/invitation/{token}").status_code == 404


def test_another_site_can_not_enrol_somebody(portal: Portal, dina: Staff) -> None:
    token = invitations.invite(portal.parts, dina.id, "Bent Dahl", "Counsel", Flags(True, False))
    answer = portal.app.test_client().post(
        f"/desk/api/invitation/{token}",
        json=enrolment_json(portal, "Bent Dahl", "Counsel"),
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_a_keeper_lets_somebody_in_over_the_wire_and_the_public_page_says_so(
    portal: Portal, ida: Staff, team: Team, visitor: FlaskClient
) -> None:
    bent = portal.staff("Bent Dahl")
    assert "Bent Dahl" not in visitor.get("/en/readers").text
    desk, keeper = DeskClient(portal, ida), Keeper(portal, ida, team)
    body = admission_json(keeper.admission(bent, keeper=True))
    path = f"/desk/api/channels/{team.id.hex()}/members"
    assert desk.send(path, {**body, "more": 1}).status_code == 400
    assert desk.send(path, body, token="forged").status_code == 403
    assert desk.send(path, body).status_code == 204
    assert "Bent Dahl" in visitor.get("/en/readers").text
    late = desk.send(path, body)
    assert (late.status_code, late.get_json()) == (409, {"error": "changed"})
    (channel,) = DeskClient(portal, bent).get("/desk/api/keys").get_json()["channels"]
    assert channel["keeper"]
    assert channel["keepers"] == sorted(one.id.hex() for one in (ida, bent))
    assert len(base64.b64decode(channel["anchor_grant"])) > 2000


def test_the_keys_that_words_are_made_from_are_the_registered_ones(
    portal: Portal, ida: Staff, team: Team
) -> None:
    bent = portal.staff("Bent Dahl")
    found = DeskClient(portal, ida).get(f"/desk/api/channels/{team.id.hex()}/team").get_json()
    (one,) = found["outside"]
    assert (one["id"], one["recipient"]) == (bent.id.hex(), str(bent.party.recipient))
    assert base64.b64decode(one["verify_key"]) == bent.party.verify_key
    stranger = portal.staff("Olga")
    assert DeskClient(portal, stranger).get(f"/desk/api/channels/{team.id.hex()}/team").status_code == 404


def test_a_keeper_removes_somebody_over_the_wire(
    portal: Portal, ida: Staff, team: Team, visitor: FlaskClient
) -> None:
    bent = portal.staff("Bent Dahl")
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent)
    new = keeper.next_epoch(bent)
    body: dict[str, Any] = {
        "record": b64(new.record),
        "party": b64(new.party),
        "grants": sent_grants(new.grants),
        "anchor_recipient": "",
        "sheet_confirmed": False,
    }
    path = f"/desk/api/channels/{team.id.hex()}/epochs"
    assert DeskClient(portal, bent).send(path, body).status_code == 404
    desk = DeskClient(portal, ida)
    assert desk.send(path, {**body, "party": b64(bytes(31))}).status_code == 400
    assert desk.send(path, {**body, "grants": body["grants"][1:]}).status_code == 400
    assert desk.send(path, body).status_code == 204
    assert "Bent Dahl" not in visitor.get("/en/readers").text
    assert desk.send(path, body).status_code == 409


def test_an_administrator_ends_access_over_the_wire_and_both_pages_say_what_is_due(
    portal: Portal, ida: Staff, team: Team, dina: Staff
) -> None:
    bent = portal.staff("Bent Dahl")
    Keeper(portal, ida, team).admits(bent)
    at_work, desk = DeskClient(portal, bent), DeskClient(portal, dina)
    path = f"/desk/api/channels/{team.id.hex()}/removals"
    assert DeskClient(portal, ida).send(path, {"member": b64(bent.id)}).status_code == 403
    assert desk.send(path, {"member": b64(bent.id)}).status_code == 204
    assert at_work.get("/desk/api/keys").status_code == 401
    assert "Make the new key now" in DeskClient(portal, ida).page("/en/desk/team")
    assert "A keeper of this channel makes it" in desk.page("/en/desk/team")


def test_an_account_is_closed_by_its_name_and_id_together(
    portal: Portal, ida: Staff, team: Team, dina: Staff
) -> None:
    assert team
    bent = portal.staff("Bent Dahl")
    desk, path = DeskClient(portal, dina), f"/desk/api/people/{bent.id.hex()}/end"
    assert DeskClient(portal, ida).send(path, {"name": "Bent Dahl"}).status_code == 403
    assert desk.send(path, {"name": "Somebody Else"}).status_code == 404
    assert desk.send(path, {"name": "Bent Dahl"}).status_code == 204
    assert "Has left" in desk.page("/en/desk/team")


@pytest.mark.parametrize(("who", "code"), [("Ida Holm", "last_member"), ("Dina Friis", "last_administrator")])
def test_the_last_one_is_not_removed_by_accident(
    portal: Portal, ida: Staff, team: Team, dina: Staff, who: str, code: str
) -> None:
    assert team
    person = {"Ida Holm": ida, "Dina Friis": dina}[who]
    answer = DeskClient(portal, dina).send(f"/desk/api/people/{person.id.hex()}/end", {"name": who})
    assert (answer.status_code, answer.get_json()) == (400, {"error": code})


def test_open_cases_are_moved_over_the_wire_and_by_nobody_else(
    portal: Portal, ida: Staff, team: Team
) -> None:
    reporter, bent = portal.report(team), portal.staff("Bent Dahl")
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent)
    keeper.removes(bent)
    desk, path = DeskClient(portal, ida), f"/desk/api/cases/{reporter.case_id.hex()}/roots"
    assert desk.get("/desk/api/roots").get_json() == {"cases": [reporter.case_id.hex()]}
    new = reroots(hand(portal, ida, team, reporter), reporter.visit().root.party)
    body: dict[str, Any] = {
        "talk": b64(new.talk),
        "talk_grants": [{"receiver": b64(g.receiver), "sealed": b64(g.sealed)} for g in new.talk_grants],
        "desk": "",
        "desk_grants": [],
        "wraps": [
            {"scope": w.scope, "number": w.number, "holder": b64(w.holder), "wrapped": b64(w.wrapped)}
            for w in new.wraps
        ],
        "card": "",
    }
    assert DeskClient(portal, bent).send(path, body).status_code == 404
    assert DeskClient(portal, bent).get("/desk/api/roots").get_json() == {"cases": []}
    assert desk.send(path, {**body, "talk_grants": body["talk_grants"][:1]}).status_code == 400
    assert desk.send(path, body).status_code == 204
    assert desk.send(path, body).status_code == 409
    assert desk.get("/desk/api/roots").get_json() == {"cases": []}
