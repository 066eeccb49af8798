"""Rule: before writing, everybody can read who reads it, what happens when, and where else to go, without a script.

Sources: REQUIREMENTS IF-01 to IF-06, CO-01, RO-02; Directive (EU) 2019/1937, Art. 7(3), 9(1)(g) and 13;
BUDGETS, form page. The client lints every page it fetches.
"""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from portal.domain.taxonomy import standard_text
from portal.web.languages import NAMES
from portal.web.public.forms import ReportForm
from tests.builders import Portal, Team
from tests.web import paper

STATIC = Path(__file__).resolve().parents[2] / "portal" / "static"
PAGES = (
    "",
    "c/whistleblowing",
    "c/whistleblowing/report",
    "procedure",
    "safety",
    "elsewhere",
    "readers",
    "mailbox",
)


def heading(page: str) -> str:
    """The words of the h1."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return found[1].strip()


def test_every_page_is_there_in_every_language_and_says_what_javascript_changes(visitor: FlaskClient) -> None:
    for path in PAGES:
        pages = {lang: visitor.get(f"/{lang}/{path}") for lang in NAMES}
        assert {page.status_code for page in pages.values()} == {200}, path
        assert all("JavaScript" in page.text for page in pages.values()), path
        if path != "c/whistleblowing":  # its title is the channel's name
            assert len({heading(page.text) for page in pages.values()}) >= len(NAMES) - 1, path


def test_a_language_link_stays_on_its_page(visitor: FlaskClient) -> None:
    for path in PAGES:
        page = visitor.get(f"/en/{path}").text
        assert all(f'href="/{lang}/{path}" lang="{lang}"' in page for lang in NAMES), path


def test_the_way_out_stands_on_every_page_and_leads_to_the_neutral_site(
    visitor: FlaskClient, portal: Portal
) -> None:
    link = f'id="leave" href="{portal.parts.settings.neutral_site}" rel="noreferrer"'
    assert all(link in visitor.get(f"/en/{path}").text for path in (*PAGES, "nowhere"))


def test_with_no_channel_the_first_page_says_that_nothing_can_be_received(client: FlaskClient) -> None:
    page = client.get("/en/").text
    assert "Nothing can be received here yet." in page
    assert "/report" not in page


def test_with_one_channel_the_first_page_leads_straight_to_its_form(visitor: FlaskClient) -> None:
    assert 'href="/en/c/whistleblowing/report"' in visitor.get("/en/").text


def test_with_several_channels_the_first_page_leaves_the_choice(portal: Portal, team: Team) -> None:
    portal.team(portal.staff("Jan de Wit", "Ombudsman"), name="Complaints")
    page = portal.app.test_client().get("/en/").text
    assert 'href="/en/c/complaints"' in page
    assert f'href="/en/c/{team.slug}"' in page
    assert "/report" not in page


def test_the_list_of_readers_is_the_signed_record_and_changes_with_it(portal: Portal, team: Team) -> None:
    client = portal.app.test_client()
    places = ("/en/", "/en/c/whistleblowing", "/en/c/whistleblowing/report", "/en/readers")
    assert not any("External counsel" in client.get(place).text for place in places)
    maja = portal.staff("Maja Lind", "Chair")
    portal.sign_record(team, maja, portal.staff("Ben Okafor", "External counsel"), new_epoch=True)
    assert all("External counsel" in client.get(place).text for place in places)
    assert not any("Anna Holm" in client.get(place).text for place in places)


def test_the_form_says_before_sending_that_nobody_can_be_left_out_yet(visitor: FlaskClient) -> None:
    page = visitor.get("/en/c/whistleblowing/report").text
    assert page.index("You cannot leave one of them out yet.") < page.index('name="text"')


def test_what_to_know_before_one_starts_stands_before_the_form(visitor: FlaskClient) -> None:
    page = visitor.get("/en/c/whistleblowing/report").text
    assert page.count("Before you start") == 1
    assert page.index("<h1>") < page.index("Before you start") < page.index("<form")


@pytest.mark.parametrize("lang", NAMES)
def test_the_acknowledgement_calls_the_page_of_authorities_by_its_name(
    lang: str, visitor: FlaskClient
) -> None:
    name = heading(visitor.get(f"/{lang}/elsewhere").text)
    assert name in standard_text("acknowledgement", lang)
    assert visitor.get(f"/{lang}/").text.count(name) >= 1


@pytest.mark.parametrize("lang", NAMES)
def test_the_idle_minutes_on_every_page_are_those_of_the_settings(lang: str, tmp_path: Path) -> None:
    portal = Portal(tmp_path / "portal", idle_minutes="7")
    portal.team(portal.staff("Anna Holm"))
    client = portal.app.test_client()
    for path in ("safety", "mailbox", "mailbox/case", "mailbox/erase", "desk/sign-in?locked=1"):
        page = client.get(f"/{lang}/{path}").text
        assert re.search(r"\b7 min", page), path
        assert "15 min" not in page, path
    opened = paper.open_case(client, paper.receipt_on(paper.report(client, text="Once").text), lang)
    assert re.search(r"\b7 min", opened.text)
    portal.close()


def test_the_form_says_what_the_server_could_read_before_one_writes(visitor: FlaskClient) -> None:
    page = visitor.get("/en/c/whistleblowing/report").text
    assert page.index("Sealed on our server.") < page.index('name="text"')
    assert page.index("the server can read it, with JavaScript on or off") < page.index('name="text"')


def test_the_procedure_names_stages_deadlines_limits_protection_appeal_and_data(visitor: FlaskClient) -> None:
    page = visitor.get("/en/procedure").text
    for said in (
        "Acknowledged",
        "7 days",
        "3 months",
        "The law can order us to tell",
        "Protection from retaliation",
        "If you do not agree with the outcome",
        "nothing on these pages limits that",
        "Legal ground",
        "Your rights",
    ):
        assert said in page, said


def test_the_organisations_own_country_comes_first_among_the_authorities(visitor: FlaskClient) -> None:
    page = visitor.get("/en/elsewhere").text
    assert page.index("Denmark") < page.index("European Union") < page.index("Belgium")
    assert "Last checked on" in page


def test_all_nine_dutch_authorities_are_named_and_not_only_the_huis(visitor: FlaskClient) -> None:
    page = visitor.get("/nl/elsewhere").text
    named = ("ACM", "AFM", "DNB", "ANVS", "AP", "IGJ", "NVWA", "NZa", "Huis voor Klokkenluiders")
    assert all(re.search(rf"\b{name}\b", page) for name in named)


def test_the_form_page_without_a_script_is_light(visitor: FlaskClient) -> None:
    page = visitor.get("/en/c/whistleblowing/report").text
    fetched = re.findall(r'<link [^>]*href="/static/[^/]+/([^"]+)"', page)
    style = [gzip.compress((STATIC / path).read_bytes(), 9) for path in fetched]
    assert len(fetched) + 1 <= 3
    assert len(page.encode()) + sum(map(len, style)) <= 20_000


def test_on_an_error_the_page_says_first_that_files_have_to_be_chosen_again(visitor: FlaskClient) -> None:
    page = paper.report(visitor, text=" ", where="The stream", files={"a.txt": b"a"}).text
    main = page[page.index("<main") :]
    assert main.index("files have to be chosen again") < main.index("<h1>") < main.index("The stream")
    assert '<a href="#text">' in main
    assert re.search(r'id="text"[^>]*aria-describedby="text-hint text-wrong"[^>]*aria-invalid="true"', main)


def test_a_line_break_at_the_start_of_a_text_is_kept(visitor: FlaskClient) -> None:
    page = paper.report(visitor, text="x" * 200_001, where="a").text
    assert re.search(r"<textarea[^>]*>\nxxx", page)


def test_a_name_typed_by_somebody_who_stays_anonymous_is_thrown_away(app: Flask) -> None:
    typed = {"text": "a", "name_given": "Ada"}
    with app.test_request_context("/en/"):
        assert ReportForm(MultiDict({**typed, "mode": "anonymous"})).identity() == ""
        assert ReportForm(MultiDict({**typed, "mode": "confidential"})).identity() == "Ada"


@pytest.mark.parametrize("mode", ["", "Open", "whatever"])
def test_a_choice_that_the_form_does_not_offer_keeps_the_reporter_anonymous(mode: str, app: Flask) -> None:
    typed = {"mode": mode, "name_given": "Ada", "category": "<b>", "relation": "boss"}
    with app.test_request_context("/en/"):
        form = ReportForm(MultiDict(typed))
        assert form.identity() == ""
        assert {name for name, value in form.answers().items() if value} == {"mode"}
        assert form.answers()["mode"] == "anonymous"
