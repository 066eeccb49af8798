"""Rule: a server that changes a team stops the whole page, which says so: nobody works on with keys it chose.

An officer who has confirmed the team before opens the desk, and what the server answers about keys is changed on its
way. Sources: SPEC 7, 8; issue of the team, "What must be shown" 2.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from crypto.grant import Grant, seal_grant
from crypto.keys import Root
from tests.browser.axe import assert_accessible
from tests.browser.desk_browser import Running
from tests.builders import Staff
from tests.keeper_hand import Keeper, member
from tests.web.desk_client import b64

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(desk: Running) -> Iterator[Page]:
    """The officer's browser, signed in: it has confirmed the team, which has two epochs and three records."""
    desk.portal.sign_record(desk.team, desk.officer, new_epoch=True)
    desk.portal.join(desk.team, desk.portal.staff("Bent Dahl"), desk.officer)
    with desk.window() as window:
        yield desk.sign_in(window)


def member_added(desk: Running, channel: dict[str, Any]) -> None:
    """The server signs a record that names somebody of its own, with a key of its own."""
    mallory, team = Staff(bytes(range(16)), "Mallory", "", Root.generate()), desk.team
    record = Keeper(desk.portal, desk.officer, team).next_record(
        signer=mallory.root, members=(*team.newest.members, member(mallory))
    )
    channel["records"].append(b64(record.raw))


def member_written_in(desk: Running, channel: dict[str, Any]) -> None:
    """The server writes another key into a member's line, and leaves the signature as it is."""
    newest = desk.team.newest.raw
    line = next(one for one in newest.split(b"\n") if one.startswith(b"member "))
    changed = line[:-1] + (b"0" if line[-1:] != b"0" else b"1")
    channel["records"][-1] = b64(newest.replace(line, changed))


def grant_swapped(desk: Running, channel: dict[str, Any]) -> None:
    """The server grants a root of its own under the name of the newest epoch."""
    team, me = desk.team, desk.officer.party
    grant = Grant("channel", team.id, None, 1, team.records[1].hash, me.hash, Root.generate())
    channel["grants"][-1] = b64(seal_grant(grant, me.recipient))


def epoch_rolled_back(desk: Running, channel: dict[str, Any]) -> None:
    """The server goes back to the epoch whose root somebody who left still knows."""
    assert desk.team.newest.epoch == 1
    channel["records"], channel["grants"] = channel["records"][:1], channel["grants"][:1]


def two_records_with_one_number(desk: Running, channel: dict[str, Any]) -> None:
    """A second record 2, truly signed by the anchor (a thief has it), stands in the place of the first."""
    before = desk.team.records[1]
    fork = Keeper(desk.portal, desk.officer, desk.team).next_record(
        number=2, previous=before.hash, members=before.members
    )
    channel["records"][2] = b64(fork.raw)


def both_records_of_one_number(desk: Running, channel: dict[str, Any]) -> None:
    """Both of them are handed out, one after the other."""
    first = channel["records"][2]
    two_records_with_one_number(desk, channel)
    channel["records"].append(first)


TAMPERED: dict[str, tuple[str, str, Callable[[Running, dict[str, Any]], None]]] = {
    "a member added by the server": ("chain", "is not genuine", member_added),
    "a member written into a record": ("chain", "is not genuine", member_written_in),
    "a grant swapped": ("grant", "does not fit its signed list", grant_swapped),
    "an epoch rolled back": ("rolled_back", "older than the one you saw", epoch_rolled_back),
    "two records with one number": ("rolled_back", "older than the one you saw", two_records_with_one_number),
    "both records of one number": ("chain", "is not genuine", both_records_of_one_number),
}


@pytest.mark.parametrize("path", ["/en/desk", "/en/desk/team"])
@pytest.mark.parametrize("what", TAMPERED)
def test_the_whole_page_stops_and_says_what_is_wrong(desk: Running, page: Page, what: str, path: str) -> None:
    code, words, tamper = TAMPERED[what]

    def dishonest(route: Route) -> None:
        answer = route.fetch()
        keys = answer.json()
        tamper(desk, keys["channels"][0])
        route.fulfill(response=answer, json=keys)

    page.route("**/desk/api/keys", dishonest)
    page.goto(desk.address + path)
    page.wait_for_selector("#halt", timeout=60_000)
    assert page.get_attribute("#halt", "data-code") == code
    assert words in page.inner_text("h1")
    assert page.locator("main form, main table").count() == 0
    assert_accessible(page)
    page.unroute("**/desk/api/keys")


def test_after_it_the_honest_server_is_believed_again(desk: Running, page: Page) -> None:
    page.goto(f"{desk.address}/en/desk/team")
    page.wait_for_selector("html[data-opened=team]", timeout=60_000)


def test_the_words_that_a_keeper_reads_out_are_those_of_the_verified_anchor(
    desk: Running, page: Page
) -> None:
    def dishonest(route: Route) -> None:
        answer = route.fetch()
        words = "".join(f"<li>{word}</li>" for word in Root.generate().party.words)
        text = re.sub(r'(<ol class="words"[^>]*>).*?</ol>', rf"\1{words}</ol>", answer.text())
        route.fulfill(response=answer, body=text)

    page.route("**/en/desk/team", dishonest)
    page.goto(f"{desk.address}/en/desk/team")
    page.wait_for_selector("html[data-opened=team]", timeout=60_000)
    section = page.locator(f'[data-channel="{desk.team.id.hex()}"]')
    assert section.locator(".words").first.locator("li").all_inner_texts() == list(
        desk.team.anchor.party.words
    )
    page.unroute("**/en/desk/team")
