"""Rule: the first person sets the portal up in a browser, by keyboard alone, and nothing secret leaves it.

Sources: SPEC 4, 7, 8 and officers; issue of the round trip, section 4; WCAG 2.2 AA.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from crypto.keys import Identity
from crypto.sheet import anchor_root
from portal.services import channels, officers, setup
from portal.store import models
from tests.browser.axe import assert_accessible
from tests.browser.live import OPEN_LINE, Live, Seen, running, window
from tests.browser.set_up import ANSWERS, FILL, Secrets, set_up, sign_in, tab_to, type_into

pytestmark = pytest.mark.browser
LEFT_ON_PAGE = """document.documentElement.outerHTML
  + [...document.querySelectorAll("input")].map((input) => `>${input.value}<`).join()"""
TOLD = """(told) => [...document.querySelectorAll(".wrong")].some(
  (line) => !line.hidden && line.textContent.includes(told))"""
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1366, "height": 900}


def looked_at(page: Page, _state: str) -> None:
    """The page as it stands passes axe, and nothing sticks out to the side."""
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide and light", "narrow and dark"]
)
def test_by_keyboard_alone_and_every_step_is_accessible(
    size: dict[str, int], scheme: str, live: Live, browser: Browser
) -> None:
    with window(browser, viewport=size, color_scheme=scheme) as (_context, page):
        kept = set_up(page, live, looked_at)
        tab_to(page, "done-sign-in")
        page.keyboard.press("Enter")
        page.wait_for_url("**/en/desk/sign-in")
        sign_in(page, live, kept, looked_at)
        page.goto(f"{live.address}/en/desk/account")
        page.wait_for_selector("#app:not([hidden])")
        looked_at(page, "account")


@dataclass
class Journey:
    """One set-up and one sign-in, and what could be seen from outside."""

    live: Live
    kept: Secrets
    words: list[str]
    left_on_page: str
    sent: str
    link: str


@pytest.fixture(scope="module")
def journey(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """The whole way, once."""
    seen = Seen()
    with running(tmp_path_factory.mktemp("journey")) as live:
        with window(browser, seen) as (_context, page):
            kept = set_up(page, live)
            words = page.locator("#sheet-fingerprint li").all_text_contents()
            left, link = page.evaluate(LEFT_ON_PAGE), page.url
            sign_in(page, live, kept)
        yield Journey(live, kept, words, left, "\n".join(seen.bodies), link)


def test_what_was_made_in_the_browser_is_what_the_portal_now_uses(journey: Journey) -> None:
    anchor = anchor_root(journey.kept.sheet)
    assert Identity.parse(journey.kept.identity) == anchor.identity
    channel = channels.public_channel(journey.live.parts, "whistleblowing")
    assert list(channel.words) == list(anchor.party.words) == journey.words
    assert [reader.name for reader in channel.readers] == [ANSWERS["person-name"]]


def test_the_rows_are_those_of_one_whole_set_up(journey: Journey) -> None:
    with journey.live.parts.database.read() as session:
        counts = {kind.__name__: session.query(kind).count() for kind in (models.Grant, models.RecoveryCode)}
        assert counts == {"Grant": 3, "RecoveryCode": 10}
        assert session.query(models.RegisterEntry).count() == 6, "five lines of the set-up, one of signing in"


def test_the_salt_of_a_new_account_is_the_one_that_its_name_had_before(journey: Journey) -> None:
    """One that changed would tell from when on somebody of this name works here."""
    name, parts = ANSWERS["person-name"], journey.live.parts
    before = hmac.digest(parts.secrets.salt, officers.fold_name(name).encode(), "sha256")[:16]
    assert officers.salt_for(parts, name) == before


def test_nothing_secret_leaves_the_browser(journey: Journey) -> None:
    kept = journey.kept
    assert "Havblik Care" in journey.sent
    for secret in (kept.passphrase, kept.identity, " ".join(kept.sheet), *kept.codes):
        assert secret not in journey.sent
        assert secret.replace("-", "") not in journey.sent
    assert not [word for word in kept.passphrase.split() if f'"{word}' in journey.sent]


def test_nothing_secret_is_left_on_the_page_at_the_end(journey: Journey) -> None:
    kept = journey.kept
    public = set(journey.words)  # the channel's own eight: one of them may be on the sheet, too
    for secret in (kept.passphrase, kept.identity, *(set(kept.sheet) - public), *kept.codes):
        assert f">{secret}<" not in journey.left_on_page


def test_after_it_the_link_says_that_it_was_used(journey: Journey, browser: Browser) -> None:
    with window(browser) as (_context, page):
        page.goto(journey.link)
        assert page.inner_text("h1") == "This set-up link was used"
        looked_at(page, "used")


def begin(page: Page, live: Live, until: str) -> Secrets:
    """The page at the step `until`, the steps before it filled in."""
    kept = Secrets()
    page.goto(f"{live.address}/en/setup/{setup.new_link(live.parts)}")
    for name, fill in FILL.items():
        page.wait_for_selector(f"[data-step={name}]:not([hidden])")
        if name == until:
            break
        fill(page, live, kept)
        page.keyboard.press("Enter")
    return kept


WEAK = (
    ("short", "short", "At least 16 characters are needed."),
    ("Astrid Holm Astrid Holm", "Astrid Holm Astrid Holm", "could guess this one"),
    ("Fortrolig Whistleblowing", "Fortrolig Whistleblowing", "could guess this one"),
    ("p8#Vq2!xLr90zWm@", "p8#Vq2!xLr90zWm", "The two are not the same"),
)


def test_a_passphrase_of_one_s_own_must_be_long_strong_and_typed_twice(live: Live, browser: Browser) -> None:
    with window(browser) as (_context, page):
        begin(page, live, "person")
        page.fill("#person-name", "Astrid Holm")
        page.fill("#person-role", "Head of compliance")
        tab_to(page, "passphrase-use-proposed")
        page.keyboard.press("ArrowDown")
        for typed, again, told in WEAK:
            type_into(page, "passphrase-own", typed)
            type_into(page, "passphrase-again", again)
            page.keyboard.press("Enter")
            page.wait_for_function(TOLD, arg=told)
            looked_at(page, told)
            page.evaluate("document.querySelector('[data-step=person] h2').focus()")
        type_into(page, "passphrase-own", "p8#Vq2!xLr90zWm@")
        assert page.inner_text("#passphrase-strength") == "Strength: good"
        type_into(page, "passphrase-again", "p8#Vq2!xLr90zWm@")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-step=sheet]:not([hidden])")


def test_later_mistakes_are_said_in_their_place_and_nothing_typed_is_lost(
    live: Live, browser: Browser
) -> None:
    with window(browser) as (_context, page):
        kept = begin(page, live, "sheet")
        page.fill("#sheet-asked-0", "wrong")
        page.fill("#sheet-asked-1", "wrong")
        page.keyboard.press("Enter")
        assert page.is_visible("#sheet-asked-0-wrong")
        assert page.is_visible("#sheet-asked-1-wrong")
        assert page.evaluate("document.activeElement.id") == "sheet-asked-0"
        assert page.is_hidden("[data-step=factor]")
        looked_at(page, "sheet refused")

        page.click("[data-step=sheet] [data-back]")
        assert page.inner_text("#passphrase-proposed") == kept.passphrase
        assert page.input_value("#person-name") == ANSWERS["person-name"]
        page.click("[data-step=person] [data-back]")
        assert page.input_value("#channel-slug") == "whistleblowing"
        for step in ("channel", "person"):
            page.click(f"[data-step={step}] button[type=submit]")
        page.wait_for_selector("[data-step=sheet]:not([hidden])")
        FILL["sheet"](page, live, kept)
        page.keyboard.press("Enter")

        page.fill("#factor-code", "000000")
        page.keyboard.press("Enter")
        page.wait_for_selector("#factor-code-wrong:not([hidden])")
        assert "does not fit" in page.inner_text("#factor-code-wrong")
        looked_at(page, "wrong code")
        FILL["factor"](page, live, kept)
        page.keyboard.press("Enter")
        page.wait_for_selector("#done:not([hidden])")


def test_without_javascript_both_pages_say_that_they_need_it(live: Live, browser: Browser) -> None:
    with window(browser, java_script_enabled=False) as (_context, page):
        for path in (f"/en/setup/{setup.new_link(live.parts)}", "/en/desk/sign-in"):
            page.goto(live.address + path)
            assert page.locator("noscript h2").inner_text() == "This page needs JavaScript"
            assert page.locator("#app").is_hidden()


def test_on_an_open_line_both_pages_say_that_browsers_refuse_to_work_there(
    live: Live, browser: Browser
) -> None:
    with window(browser) as (_context, page):
        for path in (f"/en/setup/{setup.new_link(live.parts)}", "/en/desk/sign-in"):
            page.goto(f"http://{OPEN_LINE}:{live.port}{path}")
            page.wait_for_selector("#insecure:not([hidden])")
            assert page.locator("#app").is_hidden()
            looked_at(page, "open line")
