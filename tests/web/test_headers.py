"""Rule: every answer carries the whole header set, errors and files included, and nothing dynamic is kept.

Sources: CSP 3, Trusted Types, COOP, CORP, Fetch Metadata; BUDGETS ("responses without the full header set: 0").
"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from portal.web.security import HEADERS

SAMPLES = {"lang": "en", "slug": "complaints", "path": "css/fortrolig.css", "tag": "0"}
FORBIDDEN = ("unsafe-", "data:", "blob:", "http:", "https:", "*", "wasm")


def address(rule: Rule) -> str:
    """An address that `rule` answers to."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda part: SAMPLES.get(part[1], "0" * 32), rule.rule)


def test_every_address_and_method_answers_with_every_header(app: Flask, client: FlaskClient) -> None:
    asked = 0
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"OPTIONS"}:
            response = client.open(address(rule), method=method)
            asked += 1
            missing = {name for name, value in HEADERS.items() if response.headers.get(name) != value}
            assert not missing, f"{method} {rule.rule} -> {response.status_code}"
            if not rule.rule.startswith("/static/"):
                assert response.headers["Cache-Control"] == "no-store", rule.rule
            assert "Server" not in response.headers
    assert asked > 20


@pytest.mark.parametrize(
    "path", ["/nothing/here", "/en/nothing", "/xx/", "/desk/api/nothing", "/static/0/nothing.js"]
)
def test_an_error_carries_them_too(path: str, client: FlaskClient) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert not {name for name, value in HEADERS.items() if response.headers.get(name) != value}


def test_the_policy_allows_nothing_but_our_own_origin() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert not [word for word in FORBIDDEN if word in policy]
    for directive in (
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types fortrolig-worker",
    ):
        assert directive in policy.split("; ")


@pytest.mark.parametrize(
    "path", ["/en", "//en/", "/\\\\evil.example/en", "//evil.example/..//en", "/en/c//x"]
)
def test_no_redirect_names_the_host_that_a_request_claims(path: str, client: FlaskClient) -> None:
    response = client.get(path, base_url="http://evil.example")
    place = response.headers.get("Location", "/")
    assert "evil.example" not in response.text
    assert re.match(r"/(?![/\\\\])", place) or place == "/"


def test_a_missing_slash_is_added_with_the_question_kept(client: FlaskClient) -> None:
    response = client.get("/en?test=1")
    assert (response.status_code, response.headers["Location"]) == (308, "/en/?test=1")


def test_what_browsers_and_crawlers_ask_for_by_habit_is_there(client: FlaskClient) -> None:
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"
    assert "Disallow: /" in client.get("/robots.txt").text.splitlines()


def test_strict_transport_security_is_sent_under_tls_and_only_there(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/en/").headers
    secure = client.get("/en/", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_no_page_that_is_only_read_sets_a_cookie(client: FlaskClient) -> None:
    for path in ("/", "/en/", "/en/procedure", "/en/safety", "/en/elsewhere", "/en/readers", "/en/mailbox"):
        assert "Set-Cookie" not in client.get(path).headers, path


ORIGINS = {
    "our own page": ({"Sec-Fetch-Site": "same-origin"}, True),
    "our own page under no-referrer, as Chromium sends it": (
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        True,
    ),
    "an old browser that sends our origin": ({"Origin": "http://localhost"}, True),
    "no header at all": ({}, True),
    "another site": ({"Sec-Fetch-Site": "cross-site"}, False),
    "a sister domain": ({"Sec-Fetch-Site": "same-site"}, False),
    "another origin, by an old browser": ({"Origin": "http://elsewhere.example"}, False),
    "an opaque origin, by an old browser": ({"Origin": "null"}, False),
    "another port of this machine": ({"Origin": "http://localhost:81"}, False),
    "another site that claims our origin": (
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        False,
    ),
}


@pytest.mark.parametrize("who", ORIGINS)
def test_a_form_is_taken_from_our_own_pages_only(who: str, client: FlaskClient) -> None:
    headers, taken = ORIGINS[who]
    response = client.post("/en/mailbox", data={"case_key": "x", "passphrase": "y"}, headers=headers)
    assert (response.status_code != 403) is taken
