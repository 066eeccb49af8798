"""Rule: every address of the desk has a policy and keeps it; a session begins and ends on the server.

Sources: SPEC, officers; issue of the round trip, sections 4 and 6; Clear-Site-Data (W3C).
"""

import base64
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.services import setup
from portal.services.parts import Parts
from portal.web.desk.access import POLICIES
from portal.web.parts import EXTENSION
from portal.web.security import CHANGING
from tests.builders import SetClock
from tests.setup_hand import CODES, FirstPerson
from tests.web.paper import hidden

SAMPLES = {"lang": "en", "reference": "2026-M4TX9"}


CODES_SCRIPT = Path(__file__).parents[2] / "portal" / "static" / "js" / "setup" / "codes.js"


@pytest.fixture
def parts(app: Flask) -> Parts:
    """The portal's parts."""
    made: Parts = app.extensions[EXTENSION]
    return made


@pytest.fixture
def astrid(parts: Parts, clock: SetClock) -> FirstPerson:
    """The one officer, enrolled a minute ago."""
    person = FirstPerson(clock)
    setup.set_up(parts, setup.new_link(parts), person.portal())
    clock.move(minutes=1)
    return person


def to_base64(raw: bytes) -> str:
    """As in JSON."""
    return base64.b64encode(raw).decode()


def sign_in(client: FlaskClient, person: FirstPerson, **given: Any) -> TestResponse:
    """The answer to the right name, password and code, unless another is given."""
    body = {"name": person.name, "auth": to_base64(person.auth), "code": person.code(), **given}
    return client.post("/desk/api/sign-in", json={key: value for key, value in body.items() if value})


def said(response: TestResponse) -> dict[str, Any]:
    """The object in the answer."""
    found = response.json
    assert isinstance(found, dict)
    return found


def token(client: FlaskClient) -> dict[str, str]:
    """The header that a changing request shows."""
    return {"X-CSRFToken": said(client.get("/desk/api/session"))["csrf"]}


@pytest.fixture
def desk(client: FlaskClient, astrid: FirstPerson) -> FlaskClient:
    """A browser in which Astrid is signed in."""
    assert sign_in(client, astrid).status_code == 200
    return client


def desk_rules(app: Flask) -> list[Rule]:
    """Every address of the desk."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.")]


def address(rule: Rule) -> str:
    """An address that `rule` answers to."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda part: SAMPLES.get(part[1], "0" * 32), rule.rule)


def test_every_address_of_the_desk_has_a_policy_and_every_policy_an_address(app: Flask) -> None:
    assert {rule.endpoint for rule in desk_rules(app)} == set(POLICIES)
    assert set(POLICIES.values()) <= {"anyone", "officer", "administrator", "either"}


def test_anyone_may_only_sign_in_and_out_read_of_loss_and_enrol_by_a_link() -> None:
    open_to_all = {endpoint for endpoint, policy in POLICIES.items() if policy == "anyone"}
    signing_in = {"desk.sign_in", "desk.sign_out", "desk.salt", "desk.sign_in_api"}
    assert open_to_all == signing_in | {"desk.invitation", "desk.enrol", "desk.lost"}


def test_an_address_without_a_policy_is_not_there(desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(POLICIES, "desk.keys")
    assert desk.get("/desk/api/keys").status_code == 404


def test_without_a_session_pages_lead_to_the_door_and_the_rest_says_so(
    app: Flask, client: FlaskClient
) -> None:
    for rule in desk_rules(app):
        if POLICIES[rule.endpoint] == "anyone":
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            response = client.open(address(rule), method=method)
            if rule.rule.startswith("/desk/api/"):
                assert (response.status_code, response.json) == (401, {"error": "not_signed_in"}), rule.rule
            else:
                assert (response.status_code, response.location) == (303, "/en/desk/sign-in"), rule.rule


def test_no_changing_request_passes_without_the_session_s_token(app: Flask, desk: FlaskClient) -> None:
    tried = 0
    for rule in desk_rules(app):
        for method in (rule.methods or set()) & CHANGING:
            if POLICIES[rule.endpoint] == "anyone":
                continue
            for headers in ({}, {"X-CSRFToken": "invented"}):
                response = desk.open(address(rule), method=method, json={}, headers=headers)
                assert response.status_code == 403, f"{method} {rule.rule}"
                tried += 1
    assert tried > 6
    assert desk.get("/desk/api/session").status_code == 200


@pytest.mark.parametrize("lang", ["en", "da", "nl", "nb"])
def test_the_door_is_a_page_that_needs_javascript_and_says_so(lang: str, client: FlaskClient) -> None:
    page = client.get(f"/{lang}/desk/sign-in").text
    assert "<noscript>" in page
    assert re.search(r'id="app" hidden', page)
    assert not re.search(r"<input[^>]*\bname=", page)


@pytest.mark.parametrize("lang", ["en", "da", "nl", "nb"])
def test_the_door_says_how_long_a_recovery_code_is(lang: str, client: FlaskClient) -> None:
    made = re.search(r"const SYMBOLS = (\d+);", CODES_SCRIPT.read_text(encoding="utf-8"))
    hint = re.search(r'id="recovery-hint">([^<]*)<', client.get(f"/{lang}/desk/sign-in").text)
    assert made
    assert hint
    assert re.findall(r"\d+", hint[1]) == [made[1], "16"]


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(
    client: FlaskClient, astrid: FirstPerson
) -> None:
    response = sign_in(client, astrid)
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert re.fullmatch(r"desk=[\w-]{64}; HttpOnly; Path=/; SameSite=Strict", cookie)
    answer = said(response)
    assert set(answer) == {"officer_id", "recipient", "verify_key", "wrapped_root", "kdf", "row"}
    assert answer["officer_id"] == astrid.id.hex()
    assert answer["row"] not in cookie


def test_an_unknown_name_and_a_wrong_password_are_answered_byte_for_byte_alike(
    client: FlaskClient, astrid: FirstPerson
) -> None:
    answers = [
        sign_in(client, astrid, name="Nobody"),
        sign_in(client, astrid, auth=to_base64(bytes(32))),
        sign_in(client, astrid, name="Nobody", code=None, recovery_code=CODES[0]),
    ]
    assert {(a.status_code, a.data) for a in answers} == {(403, b'{"error":"wrong"}\n')}
    assert len({str(sorted(a.headers)) for a in answers}) == 1


def test_a_salt_is_given_for_every_name(client: FlaskClient, astrid: FirstPerson) -> None:
    known = client.post("/desk/api/salt", json={"name": astrid.name})
    unknown = client.post("/desk/api/salt", json={"name": "Nobody"})
    assert known.json == {"salt": to_base64(astrid.salt), "kdf": 1}
    assert len(known.data) == len(unknown.data)
    assert sorted(known.headers) == sorted(unknown.headers)


def test_a_wrong_code_and_the_wait_after_it_are_told_apart(client: FlaskClient, astrid: FirstPerson) -> None:
    wrong = sign_in(client, astrid, code="000000")
    soon = sign_in(client, astrid)
    assert (wrong.status_code, wrong.json) == (403, {"error": "wrong_code"})
    assert (soon.status_code, soon.json) == (429, {"error": "wait"})
    assert sign_in(client, astrid, code=None, recovery_code=CODES[0]).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Astrid Holm"},
        {"name": "Astrid Holm", "auth": "AAAA", "code": "000000"},
        {"name": "Astrid Holm", "auth": "A" * 43 + "=", "code": 123456},
        {"name": "Astrid Holm", "auth": "A" * 43 + "=", "code": "000000", "recovery_code": "0" * 16},
        {"name": ["Astrid Holm"], "auth": "A" * 43 + "=", "code": "000000"},
        {"name": "x" * 201, "auth": "A" * 43 + "=", "code": "000000"},
    ],
)
def test_a_sign_in_of_another_shape_is_refused(body: dict[str, Any], client: FlaskClient) -> None:
    response = client.post("/desk/api/sign-in", json=body)
    assert (response.status_code, response.json) == (400, {"error": "broken"})


def test_the_root_comes_back_as_the_browser_sealed_it(desk: FlaskClient, astrid: FirstPerson) -> None:
    sealed = to_base64(b"s" * 72)
    assert desk.put("/desk/api/session", json={"sealed_root": sealed}, headers=token(desk)).status_code == 204
    keys = said(desk.get("/desk/api/keys"))
    assert keys["sealed_root"] == sealed
    assert keys["officer"]["id"] == astrid.id.hex()
    assert keys["row"] == said(desk.get("/desk/api/session"))["row"]


@pytest.mark.parametrize("size", [0, 71, 73, 5000])
def test_a_root_of_another_size_is_not_kept(size: int, desk: FlaskClient) -> None:
    body = {"sealed_root": to_base64(bytes(size))}
    assert desk.put("/desk/api/session", json=body, headers=token(desk)).status_code == 400


def test_logging_out_ends_the_session_on_the_server_and_clears_the_browser(
    app: Flask, desk: FlaskClient
) -> None:
    cookie = desk.get_cookie("desk")
    assert cookie is not None
    page = desk.get("/en/desk/account").text
    response = desk.post("/en/desk/sign-out", data={"csrf_token": hidden(page, "csrf_token")})
    assert (response.status_code, response.location) == (303, "/en/desk/sign-in?left=1")
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert desk.get_cookie("desk") is None
    thief = app.test_client()
    thief.set_cookie("desk", cookie.value)
    assert thief.get("/desk/api/keys").status_code == 401


def test_logging_out_works_after_the_session_has_ended(client: FlaskClient) -> None:
    assert client.post("/en/desk/sign-out").status_code == 303


def test_locking_ends_the_session_too(desk: FlaskClient) -> None:
    assert desk.delete("/desk/api/session", headers=token(desk)).status_code == 204
    assert desk.get("/desk/api/keys").status_code == 401


def test_fifteen_idle_minutes_end_it_by_the_server_s_clock(desk: FlaskClient, clock: SetClock) -> None:
    clock.move(minutes=15)
    assert desk.get("/desk/api/session").status_code == 200
    clock.move(minutes=16)
    assert desk.get("/desk/api/session").status_code == 401
    assert desk.get("/en/desk/account").location == "/en/desk/sign-in"


def test_a_mailbox_s_cookie_opens_no_desk(app: Flask, desk: FlaskClient, parts: Parts) -> None:
    assert parts
    mailbox = app.test_client()
    cookie = desk.get_cookie("desk")
    assert cookie is not None
    mailbox.set_cookie("mailbox", cookie.value)
    assert mailbox.get("/desk/api/keys").status_code == 401


def test_the_account_page_shows_what_one_may_do(desk: FlaskClient) -> None:
    page = desk.get("/en/desk/account").text
    assert "Astrid Holm" in page
    assert "Read and answer reports" in page
    assert "Administer this portal" in page


def test_the_account_page_shows_one_s_other_sessions_and_ends_them(
    app: Flask, desk: FlaskClient, astrid: FirstPerson
) -> None:
    assert "Only here." in desk.get("/en/desk/account").text
    other = app.test_client()
    sign_in(other, astrid, code=None, recovery_code=CODES[0])
    page = desk.get("/en/desk/account").text
    assert "in 1 other browser" in page
    ended = desk.post("/en/desk/account/sessions", data={"csrf_token": hidden(page, "csrf_token")})
    assert ended.status_code == 303
    assert other.get("/desk/api/session").status_code == 401
    assert "Only here." in desk.get("/en/desk/account").text


def test_a_new_password_keeps_this_session_and_ends_the_others(
    app: Flask, desk: FlaskClient, astrid: FirstPerson, clock: SetClock
) -> None:
    other = app.test_client()
    sign_in(other, astrid, code=None, recovery_code=CODES[0])
    clock.move(minutes=1)
    body = {
        "auth_old": to_base64(astrid.auth),
        "auth_new": to_base64(b"n" * 32),
        "salt": to_base64(astrid.salt),
        "kdf": 1,
        "wrapped_root": to_base64(b"w" * 72),
        "code": astrid.code(),
    }
    assert desk.post("/desk/api/password", json=body, headers=token(desk)).status_code == 204
    assert desk.get("/desk/api/keys").status_code == 200
    assert other.get("/desk/api/keys").status_code == 401


def test_nothing_that_was_sent_is_logged(
    client: FlaskClient,
    astrid: FirstPerson,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        sign_in(client, astrid, code="000000")
        sign_in(client, astrid, code=None, recovery_code=CODES[0])
        client.post("/desk/api/sign-in", json={"name": "Secret Name", "auth": 1})
    written = caplog.text + "".join(capfd.readouterr())
    for sent in (astrid.name, "Secret Name", to_base64(astrid.auth), CODES[0], "000000", "127.0.0.1"):
        assert sent not in written
