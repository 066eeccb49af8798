"""Rule: the mailbox tells its reporter who has come and gone since the report, and when the key or its words changed.

It is drawn from the signed records, somebody who came and left again included.
Sources: PROTOCOL 2 (leaving); issue of the team, section 1 (every change of people and keys is shown).
"""

import re

import pytest
from flask.testing import FlaskClient

from crypto.keys import Root
from tests.builders import Portal, Reporter, Staff, Team
from tests.keeper_hand import Keeper
from tests.officer_hand import hand
from tests.web import paper

TITLES = {
    "en": "The team has changed since your report",
    "da": "Teamet er ændret siden din indberetning",
    "nl": "Het team is veranderd sinds uw melding",
    "nb": "Teamet er endret siden meldingen din",
}


@pytest.fixture
def anna(portal: Portal) -> Staff:
    """The keeper."""
    return portal.staff("Anna Holm", "Head of compliance")


@pytest.fixture
def team(portal: Portal, anna: Staff) -> Team:
    """Her channel."""
    return portal.team(anna)


@pytest.fixture
def keeper(portal: Portal, anna: Staff, team: Team) -> Keeper:
    """Anna, before anything has changed."""
    return Keeper(portal, anna, team)


@pytest.fixture
def reporter(portal: Portal, keeper: Keeper) -> Reporter:
    """Who reported to Anna alone."""
    return portal.report(keeper.team, "The drain.")


def changes(client: FlaskClient, reporter: Reporter, lang: str = "en") -> str:
    """What the mailbox says of the team, without its marks; empty where nothing has changed."""
    receipt = paper.Receipt(reporter.receipt.shown_key, reporter.receipt.passphrase)
    page = paper.open_case(client, receipt).text
    if lang != "en":
        page = client.get(f"/{lang}/mailbox/case").text
    found = re.search(
        r"<h3>([^<]*)</h3>\s*<ul class=\"small\" id=\"team-changes\">(.*?)</ul>", page, re.DOTALL
    )
    return " ".join(re.sub(r"<[^>]+>", " ", found[1] + found[2]).split()) if found else ""


def test_nothing_is_said_while_the_team_is_the_one_of_the_report(
    visitor: FlaskClient, reporter: Reporter
) -> None:
    assert changes(visitor, reporter) == ""


def test_who_came_before_the_report_is_no_change(
    portal: Portal, visitor: FlaskClient, keeper: Keeper
) -> None:
    keeper.admits(portal.staff("Bent Dahl", "Counsel"))
    assert changes(visitor, portal.report(keeper.team)) == ""


def test_who_has_come_and_gone_since_is_named_with_the_day(
    portal: Portal, visitor: FlaskClient, keeper: Keeper, reporter: Reporter
) -> None:
    bent = portal.staff("Bent Dahl", "Counsel")
    keeper.admits(bent)
    assert "2 March 2026 : Bent Dahl, Counsel has joined and can read it." in changes(visitor, reporter)
    keeper.removes(bent)
    said = changes(visitor, reporter)
    assert "has joined" in said
    assert "Bent Dahl, Counsel has left the team. The channel has a new key" in said
    assert "eight words" not in said
    assert "Anna" not in said


def test_a_keeper_who_leaves_changes_the_words_and_the_mailbox_says_so(
    portal: Portal, visitor: FlaskClient, keeper: Keeper, reporter: Reporter
) -> None:
    bent = portal.staff("Bent Dahl", "Counsel")
    keeper.admits(bent, keeper=True)
    keeper.removes(bent, new_anchor=Root.generate())
    assert "Its eight words have changed as well." in changes(visitor, reporter)


def test_a_message_is_no_change_of_the_team(
    portal: Portal, visitor: FlaskClient, keeper: Keeper, anna: Staff, reporter: Reporter
) -> None:
    at_work = hand(portal, anna, keeper.team, reporter)
    at_work.opens()
    at_work.posts(at_work.seals("Which drain?"))
    assert changes(visitor, reporter) == ""


@pytest.mark.parametrize("lang", TITLES)
def test_it_is_said_in_the_reporters_language(
    portal: Portal, visitor: FlaskClient, keeper: Keeper, reporter: Reporter, lang: str
) -> None:
    keeper.admits(portal.staff("Bent Dahl", "Counsel"))
    assert changes(visitor, reporter, lang).startswith(TITLES[lang])
