"""The hands of the first person: set a portal up, sign in, by keyboard alone, in a real browser."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from portal.services import setup, totp
from tests.browser.live import Live

STEPS = ("organisation", "channel", "person", "sheet", "factor")
ANSWERS = {
    "organisation-name": "Havblik Care",
    "channel-name": "Whistleblowing",
    "channel-audience": "Staff and suppliers",
    "person-name": "Astrid Holm",
    "person-role": "Head of compliance",
}
MOST_TABS = 60
Look = Callable[[Page, str], None]


@dataclass
class Secrets:
    """What the first person wrote down on the way."""

    passphrase: str = field(default="", repr=False)
    totp: bytes = field(default=b"", repr=False)
    codes: list[str] = field(default_factory=list, repr=False)
    sheet: list[str] = field(default_factory=list, repr=False)
    identity: str = field(default="", repr=False)
    last_step: int = 0

    def code(self, live: Live) -> str:
        """What the authenticator shows next: a code that was not used before."""
        while (step := totp.step_at(int(live.clock.now().timestamp()))) <= self.last_step:
            live.clock.skip(seconds=totp.STEP_SECONDS)
        self.last_step = step
        return totp.code_of(self.totp, step)


def tab_to(page: Page, name: str) -> None:
    """Tab until the element with this id has the focus."""
    for _ in range(MOST_TABS):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"#{name} can't be reached by keyboard")


def type_into(page: Page, name: str, text: str) -> None:
    """Tab to a field and type in the place of what stands there."""
    tab_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def nothing(_page: Page, _state: str) -> None:
    """No look at the page on the way."""


def set_up(page: Page, live: Live, look: Look = nothing) -> Secrets:
    """A portal set up with the keyboard alone; `look` is called at every step. The "done" page is left open."""
    kept = Secrets()
    page.goto(f"{live.address}/en/setup/{setup.new_link(live.parts)}")
    page.wait_for_selector("#app:not([hidden])")
    for name in STEPS:
        page.wait_for_selector(f"[data-step={name}]:not([hidden])")
        FILL[name](page, live, kept)
        look(page, name)
        page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    look(page, "done")
    return kept


def organisation(page: Page, _live: Live, _kept: Secrets) -> None:
    """Step 1."""
    type_into(page, "organisation-name", ANSWERS["organisation-name"])
    tab_to(page, "organisation-country")
    page.keyboard.type("Den")
    assert page.input_value("#organisation-country") == "DK"
    tab_to(page, "organisation-next")


def channel(page: Page, _live: Live, _kept: Secrets) -> None:
    """Step 2."""
    assert page.evaluate("document.activeElement.tagName") == "H2"
    type_into(page, "channel-name", ANSWERS["channel-name"])
    assert page.input_value("#channel-slug") == "whistleblowing"
    type_into(page, "channel-audience", ANSWERS["channel-audience"])


def person(page: Page, _live: Live, kept: Secrets) -> None:
    """Step 3."""
    kept.passphrase = page.inner_text("#passphrase-proposed")
    type_into(page, "person-name", ANSWERS["person-name"])
    type_into(page, "person-role", ANSWERS["person-role"])
    type_into(page, "passphrase-again", kept.passphrase)


def sheet(page: Page, _live: Live, kept: Secrets) -> None:
    """Step 4."""
    kept.sheet = page.locator("#sheet-words li").all_inner_texts()
    kept.identity = page.inner_text("#sheet-identity")
    for place in range(2):
        asked = re.search(r"\d+", page.inner_text(f"#sheet-asked-{place}-label"))
        assert asked
        type_into(page, f"sheet-asked-{place}", kept.sheet[int(asked[0]) - 1])


def factor(page: Page, live: Live, kept: Secrets) -> None:
    """Step 5."""
    kept.totp = base64.b32decode(page.inner_text("#factor-secret").replace(" ", ""))
    kept.codes = page.locator("#factor-codes li").all_inner_texts()
    type_into(page, "factor-code", kept.code(live))


FILL: dict[str, Callable[[Page, Live, Secrets], None]] = {
    "organisation": organisation,
    "channel": channel,
    "person": person,
    "sheet": sheet,
    "factor": factor,
}


def sign_in(page: Page, live: Live, kept: Secrets, look: Look = nothing) -> None:
    """Signed in with name, passphrase and code, by keyboard; the page after it is open."""
    if "/desk/sign-in" not in page.url:
        page.goto(f"{live.address}/en/desk/sign-in")
    page.wait_for_selector("#app:not([hidden])")
    type_into(page, "name", ANSWERS["person-name"].lower())
    type_into(page, "passphrase", kept.passphrase)
    type_into(page, "code", kept.code(live))
    look(page, "sign-in")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
