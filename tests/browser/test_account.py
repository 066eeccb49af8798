"""Rule: a browser opens an officer's keys only with passphrase and second factor, and forgets them in time.

Sources: SPEC, officers (session row and tab key); issue of the round trip, section 4; WCAG 2.2 AA.
"""

import pytest
from playwright.sync_api import Browser, Page

from portal.services import setup
from portal.store import models
from tests.browser.axe import assert_accessible
from tests.browser.live import Live, window
from tests.browser.set_up import Secrets, sign_in, type_into
from tests.builders import stretch
from tests.setup_hand import CODES, FirstPerson

pytestmark = pytest.mark.browser

PASSPHRASE = "anvil bucket copper dahlia ember fathom"
KEY = "sessionStorage.getItem('desk-key')"
NOT_HELD = "() => sessionStorage.length === 0"


@pytest.fixture
def astrid(live: Live) -> Secrets:
    """The one officer, enrolled an hour ago."""
    person = FirstPerson(live.clock)
    person.stretched = stretch(PASSPHRASE, person.salt)
    setup.set_up(live.parts, setup.new_link(live.parts), person.portal())
    live.clock.skip(hours=1)
    return Secrets(passphrase=PASSPHRASE, totp=person.totp_secret, codes=list(CODES))


def account(page: Page, live: Live) -> None:
    """The account page, unlocked."""
    page.goto(f"{live.address}/en/desk/account")
    page.wait_for_selector("#app:not([hidden])")


def rows(live: Live) -> list[bytes | None]:
    """What the sessions of the desk hold."""
    with live.parts.volatile.read() as session:
        return [row.sealed for row in session.query(models.SessionRow).filter_by(kind="desk")]


def told(page: Page, words: str) -> None:
    """The door says these words, accessibly."""
    page.wait_for_function(
        "(words) => document.getElementById('problem-words').textContent.includes(words)", arg=words
    )
    assert_accessible(page)


def test_neither_the_server_nor_the_tab_holds_the_root_alone(
    live: Live, astrid: Secrets, browser: Browser
) -> None:
    with window(browser) as (_context, page):
        sign_in(page, live, astrid)
        (sealed,) = rows(live)
        key = page.evaluate(KEY)
        assert sealed is not None
        assert (len(sealed), len(key)) == (72, 44)
        assert page.evaluate("localStorage.length") == 0
        assert page.evaluate("document.cookie") == ""


def test_the_door_says_what_is_wrong_and_keeps_what_was_typed(
    live: Live, astrid: Secrets, browser: Browser
) -> None:
    with window(browser) as (_context, page):
        page.goto(f"{live.address}/en/desk/sign-in")
        page.wait_for_selector("#app:not([hidden])")
        for name, typed in (("name", "Astrid Holm"), ("passphrase", "another one"), ("code", "000000")):
            type_into(page, name, typed)
        page.keyboard.press("Enter")
        told(page, "do not belong together")
        assert page.evaluate("document.activeElement.id") == "passphrase"
        page.keyboard.type(PASSPHRASE)
        page.keyboard.press("Enter")
        told(page, "This code does not count")
        page.keyboard.type(astrid.code(live))
        page.keyboard.press("Enter")
        told(page, "Wait five seconds")
        page.click("#use-recovery")
        page.keyboard.type(" ".join(astrid.codes[0][at : at + 4] for at in (0, 4, 8, 12)))
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "sign-in" not in address)


def test_a_new_passphrase_opens_the_same_keys_and_the_old_one_nothing(
    live: Live, astrid: Secrets, browser: Browser
) -> None:
    with window(browser) as (_context, page), window(browser) as (_other, elsewhere):
        sign_in(elsewhere, live, astrid)
        sign_in(page, live, astrid)
        account(page, live)
        words = page.inner_text("#own-words")
        proposed = page.inner_text("#passphrase-proposed")
        type_into(page, "current", "not mine")
        type_into(page, "passphrase-again", proposed)
        type_into(page, "code", astrid.code(live))
        page.keyboard.press("Enter")
        page.wait_for_selector("#said.stop")
        assert "is another one" in page.inner_text("#said")
        assert_accessible(page)
        type_into(page, "current", PASSPHRASE)
        type_into(page, "code", astrid.code(live))
        page.keyboard.press("Enter")
        page.wait_for_selector("#said.ok")
        assert_accessible(page)
        assert page.input_value("#current") == page.input_value("#passphrase-again") == ""
        account(page, live)
        elsewhere.goto(f"{live.address}/en/desk/account")
        elsewhere.wait_for_url("**/desk/sign-in**")
        astrid.passphrase = proposed
        sign_in(elsewhere, live, astrid)
        account(elsewhere, live)
        assert elsewhere.inner_text("#own-words") == words


def test_logging_out_forgets_both_halves(live: Live, astrid: Secrets, browser: Browser) -> None:
    with window(browser) as (context, page):
        sign_in(page, live, astrid)
        account(page, live)
        page.click("#sign-out button")
        page.wait_for_url("**/desk/sign-in?left=1")
        page.wait_for_function(NOT_HELD)
        assert (rows(live), context.cookies()) == ([], [])
        assert_accessible(page)
        page.go_back()
        page.wait_for_url("**/desk/sign-in**")


def test_fifteen_minutes_without_a_sign_lock_the_page_and_end_the_session(
    live: Live, astrid: Secrets, browser: Browser
) -> None:
    with window(browser) as (_context, page):
        page.clock.install()
        sign_in(page, live, astrid)
        account(page, live)
        page.clock.fast_forward("14:30")
        page.mouse.click(5, 300)
        page.clock.fast_forward("14:30")
        assert len(rows(live)) == 1
        assert "sign-in" not in page.url
        page.clock.fast_forward("01:00")
        page.wait_for_url("**/desk/sign-in?locked=1")
        page.wait_for_function(NOT_HELD)
        assert rows(live) == []
        assert_accessible(page)


def test_signs_of_life_keep_a_session_until_the_server_sees_none_for_15_minutes(
    live: Live, astrid: Secrets, browser: Browser
) -> None:
    with window(browser) as (_context, page):
        page.clock.install()
        sign_in(page, live, astrid)
        account(page, live)
        for _ in range(4):
            with page.expect_response("**/desk/api/session") as said:
                page.mouse.click(5, 300)
                page.clock.fast_forward("05:00")
                live.clock.skip(minutes=5)
            assert said.value.status == 200
        assert "sign-in" not in page.url
        live.clock.skip(minutes=17)  # and by the server's clock it ends, whatever the page's says
        page.reload()
        page.wait_for_url("**/desk/sign-in")


def test_a_second_sign_in_in_the_same_browser_locks_the_first_tab(
    live: Live, astrid: Secrets, browser: Browser
) -> None:
    with window(browser) as (context, page):
        sign_in(page, live, astrid)
        sign_in(context.new_page(), live, astrid)
        page.goto(f"{live.address}/en/desk/account")
        page.wait_for_url("**/desk/sign-in?locked=1")


def test_a_root_that_the_server_replaced_stops_the_page(
    live: Live, astrid: Secrets, browser: Browser
) -> None:
    with live.parts.database.write() as session:
        officer = session.query(models.Officer).one()
        officer.wrapped_root = officer.wrapped_root[:-1] + bytes([officer.wrapped_root[-1] ^ 1])
    with window(browser) as (_context, page):
        page.goto(f"{live.address}/en/desk/sign-in")
        page.wait_for_selector("#app:not([hidden])")
        for name, typed in (("name", "Astrid Holm"), ("passphrase", PASSPHRASE), ("code", astrid.code(live))):
            type_into(page, name, typed)
        page.keyboard.press("Enter")
        page.wait_for_selector("#halt[data-code=root]")
        assert page.inner_text("h1") == "The server handed over another key than yours"
        assert page.evaluate(KEY) is None
        assert_accessible(page)
