"""Rule: the set-up page exists behind one link, and its one POST is taken apart key by key.

Sources: PROTOCOL of set-up (portal/web/setup/body.py); issue of the round trip, section 4; RFC 9110 (410, 404).
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.services import setup
from portal.services.parts import Parts
from portal.web.parts import EXTENSION
from portal.web.setup.body import COUNTRIES
from tests.builders import SetClock
from tests.setup_hand import FirstPerson, body_of

LANGUAGES = ("en", "da", "nl", "nb")


@pytest.fixture
def parts(app: Flask) -> Parts:
    """The empty portal's parts."""
    made: Parts = app.extensions[EXTENSION]
    return made


@pytest.fixture
def token(parts: Parts) -> str:
    """The link's token."""
    return setup.new_link(parts)


@pytest.fixture
def body(clock: SetClock) -> dict[str, Any]:
    """What a browser would post."""
    return body_of(FirstPerson(clock).portal())


def post(client: FlaskClient, token: str, body: Any, **given: Any) -> TestResponse:
    """The answer to `body`."""
    return client.post(f"/setup/api/{token}", **({"json": body} | given))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_link_opens_the_page_in_each_language(lang: str, client: FlaskClient, token: str) -> None:
    response = client.get(f"/{lang}/setup/{token}")
    assert response.status_code == 200
    assert f'data-post="/setup/api/{token}"' in response.text


def test_without_javascript_the_page_says_that_it_needs_it(client: FlaskClient, token: str) -> None:
    page = client.get(f"/en/setup/{token}").text
    assert re.search(r"<noscript>.*This page needs JavaScript", page, re.DOTALL)
    assert re.search(r'<div class="split" id="app" hidden', page)


def test_no_input_of_the_page_could_be_posted(client: FlaskClient, token: str) -> None:
    page = client.get(f"/en/setup/{token}").text
    controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", page)
    assert len(controls) > 15
    named = [control for control in controls if re.search(r"\bname=", control)]
    assert all('type="radio"' in control for control in named)
    assert not re.search(r'<form[^>]*method="(?:get|post)"', page)


def test_every_country_has_a_name_in_every_language(client: FlaskClient, token: str) -> None:
    for lang in LANGUAGES:
        page = client.get(f"/{lang}/setup/{token}").text
        assert len(re.findall(r'<option value="[A-Z]{2}">[^<]{3,}</option>', page)) == len(COUNTRIES)


def test_a_link_that_was_replaced_is_said_to_be_invalid(
    client: FlaskClient, token: str, parts: Parts
) -> None:
    setup.new_link(parts)
    response = client.get(f"/en/setup/{token}")
    assert (response.status_code, "not valid" in response.text) == (404, True)


def test_a_used_link_is_said_to_be_used(client: FlaskClient, token: str, body: dict[str, Any]) -> None:
    assert post(client, token, body).status_code == 201
    response = client.get(f"/en/setup/{token}")
    assert (response.status_code, "was used" in response.text) == (410, True)
    again = post(client, token, body)
    assert (again.status_code, again.json) == (410, {"error": "already_set_up"})


def test_the_answer_says_where_to_go_next(client: FlaskClient, token: str, body: dict[str, Any]) -> None:
    answer = post(client, token, body)
    assert answer.json == {"sign_in": "/en/desk/sign-in", "public": "/en/c/whistleblowing"}
    assert client.get("/en/c/whistleblowing").status_code == 200


def test_an_invented_link_takes_nothing(client: FlaskClient, token: str, body: dict[str, Any]) -> None:
    assert token
    response = post(client, "invented", body)
    assert (response.status_code, response.json) == (404, {"error": "not_found"})


def test_a_wrong_code_says_so_and_the_next_post_is_taken(
    client: FlaskClient, token: str, body: dict[str, Any]
) -> None:
    wrong = copy.deepcopy(body)
    wrong["officer"]["totp_code"] = "000000"
    response = post(client, token, wrong)
    assert (response.status_code, response.json) == (403, {"error": "wrong_code"})
    assert post(client, token, body).status_code == 201


def places(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every key of the body that holds a value."""
    for part, fields in body.items():
        yield from ((part, key) for key in fields) if isinstance(fields, dict) else [("", part)]


OTHER_KINDS: tuple[Any, ...] = (None, 7.5, "", "x" * 70_000, [], {})


def test_each_key_takes_only_a_value_of_its_kind(
    client: FlaskClient, token: str, body: dict[str, Any], parts: Parts
) -> None:
    for part, key in places(body):
        for value in OTHER_KINDS:
            if (key, value) == ("audience", ""):
                continue
            wrong = copy.deepcopy(body)
            (wrong[part] if part else wrong)[key] = value
            response = post(client, token, wrong)
            what = f"{part}.{key} = {str(value)[:10]}"
            assert (response.status_code, response.json) == (400, {"error": "broken"}), what
    assert not setup.is_set_up(parts)


def test_who_a_channel_is_for_may_stay_empty(client: FlaskClient, token: str, body: dict[str, Any]) -> None:
    body["channel"]["audience"] = ""
    assert post(client, token, body).status_code == 201


def test_each_key_must_be_there(client: FlaskClient, token: str, body: dict[str, Any], parts: Parts) -> None:
    for part, key in places(body):
        short = copy.deepcopy(body)
        del (short[part] if part else short)[key]
        assert post(client, token, short).status_code == 400, f"{part}.{key}"
    assert not setup.is_set_up(parts)


@pytest.mark.parametrize("part", ["", "organisation", "officer", "channel"])
def test_no_other_key_may_be_there(part: str, client: FlaskClient, token: str, body: dict[str, Any]) -> None:
    (body[part] if part else body)["is_administrator"] = False
    assert post(client, token, body).status_code == 400


REFUSED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a language that the portal does not have": lambda b: b["organisation"].update(languages=["en", "tlh"]),
    "a language twice": lambda b: b["organisation"].update(languages=["en", "en"]),
    "a default language that is not offered": lambda b: b["organisation"].update(default_language="nl"),
    "a country that is none": lambda b: b["organisation"].update(country="XX"),
    "a name of spaces": lambda b: b["organisation"].update(name="   "),
    "a name with a control character": lambda b: b["officer"].update(name="A\u0000B"),
    "a name that turns the text round": lambda b: b["officer"].update(name="A\u202eB"),
    "a name with half a character": lambda b: b["officer"].update(name="A\ud800"),
    "a slug that leaves the address": lambda b: b["channel"].update(slug="../desk"),
    "a slug that is too long": lambda b: b["channel"].update(slug="a" * 61),
    "eight days": lambda b: b["channel"].update(acknowledge_days=8),
    "no days": lambda b: b["channel"].update(acknowledge_days=0),
    "true for days": lambda b: b["channel"].update(acknowledge_days=True),
    "four months": lambda b: b["channel"].update(feedback_months=4),
    "a sheet that was not confirmed": lambda b: b["channel"].update(sheet_confirmed=False),
    "base64 with a space": lambda b: b["officer"].update(salt="AAAAAAAAAAAAAAAAAAAA AA=="),
    "a code of letters": lambda b: b["officer"].update(totp_code="12345a"),
    "a code in other digits": lambda b: b["officer"].update(totp_code="\u0661\u0662\u0663\u0664\u0665\u0666"),
    "another cost of stretching": lambda b: b["officer"].update(kdf=2),
    "eleven recovery codes": lambda b: b["officer"]["recovery_hashes"].append(b["officer"]["auth"]),
    "another version": lambda b: b.update(v=2),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_our_page_would_not_send_is_refused(
    case: str, client: FlaskClient, token: str, body: dict[str, Any], parts: Parts
) -> None:
    REFUSED[case](body)
    assert post(client, token, body).status_code == 400
    assert not setup.is_set_up(parts)


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"null", b'"x"', b"{", b'{"v":1,"v":1}', b'{"v":NaN}', b"\xff", b"[" * 9_000, b" " * 70_000],
    ids=["nothing", "list", "null", "text", "cut", "twice", "NaN", "not UTF-8", "deep", "too long"],
)
def test_a_body_that_is_no_object_is_refused(raw: bytes, client: FlaskClient, token: str) -> None:
    response = post(client, token, None, json=None, data=raw, content_type="application/json")
    assert (response.status_code, response.json) == (400, {"error": "broken"})


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_on_another_site_could_not_send_it(
    kind: str, client: FlaskClient, token: str, body: dict[str, Any], parts: Parts
) -> None:
    assert post(client, token, body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    response = post(client, token, None, json=None, data=str(body), content_type=kind)
    assert response.status_code in {400, 415}
    assert not setup.is_set_up(parts)
