"""The hands of a team: invite, enrol, let in, compare words, each person in a browser of their own.

Setting up, enrolling and signing in have two ways: on their pages (`founded`, `enrols`, `signs_in`), and beside them
for a test of what comes after (`founder`, `is_enrolled`, `is_at_the_desk`), since stretching a passphrase takes a
browser some seconds of a whole core.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from crypto.sheet import anchor_words
from crypto.wrap import wrap_pins
from portal.services import invitations, setup, totp
from tests.browser.beside_the_door import enter
from tests.browser.live import Live, window
from tests.browser.set_up import ANSWERS, Secrets, set_up, sign_in, type_into
from tests.builders import PASSWORD, stretch
from tests.setup_hand import CODES, FirstPerson

WAIT = 120_000


@dataclass
class Person:
    """Somebody with a browser, and what was written down on the way."""

    live: Live
    page: Page
    name: str
    kept: Secrets = field(default_factory=Secrets)

    def open(self, path: str) -> None:
        """The page at `path`, with its script at work."""
        self.page.goto(f"{self.live.address}{path}")
        self.page.wait_for_selector("#app:not([hidden])", timeout=WAIT)

    def team(self) -> None:
        """The team page, its words made."""
        self.open("/en/desk/team")
        self.page.wait_for_selector("html[data-opened=team]", timeout=WAIT)

    def signs_in(self) -> None:
        """Signed in, by name, passphrase and the next code."""
        self.page.goto(f"{self.live.address}/en/desk/sign-in")
        self.page.wait_for_selector("#app:not([hidden])")
        type_into(self.page, "name", self.name)
        type_into(self.page, "passphrase", self.kept.passphrase)
        type_into(self.page, "code", self.kept.code(self.live))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda address: "sign-in" not in address, timeout=WAIT)
        self.page.wait_for_selector("#app:not([hidden])", timeout=WAIT)

    def is_at_the_desk(self) -> None:
        """As `signs_in` leaves it, beside the sign-in page."""
        code = self.kept.code(self.live)
        enter(self.page, self.live.parts, self.live.address, self.name, self.kept.passphrase, code)
        self.page.wait_for_selector("#app:not([hidden])", timeout=WAIT)

    def invites(self, name: str, role: str = "Counsel", *, administrator: bool = False) -> str:
        """The link that the page shows once."""
        self.team()
        self.page.fill("#invite-name", name)
        self.page.fill("#invite-role", role)
        if administrator:
            self.page.uncheck("#invite-officer")
            self.page.check("#invite-administrator")
        self.page.click("#invite button[type=submit]")
        self.page.wait_for_selector("#invite-made:not([hidden])")
        return self.page.inner_text("#invite-link")

    def enrols(self, link: str) -> list[str]:
        """Enrolled by the link; the eight words that the page shows at the end."""
        page = self.page
        page.goto(link)
        page.wait_for_selector("[data-step=person]:not([hidden])")
        self.kept.passphrase = page.inner_text("#passphrase-proposed")
        type_into(page, "passphrase-again", self.kept.passphrase)
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-step=factor]:not([hidden])", timeout=WAIT)
        self.kept.totp = base64.b32decode(page.inner_text("#factor-secret").replace(" ", ""))
        self.kept.codes = page.locator("#factor-codes li").all_inner_texts()
        step = totp.step_at(int(self.live.clock.now().timestamp()))
        self.kept.last_step = step
        type_into(page, "factor-code", totp.code_of(self.kept.totp, step))
        page.keyboard.press("Enter")
        page.wait_for_selector("#done:not([hidden])", timeout=WAIT)
        return page.locator("#own-words li").all_text_contents()

    def is_enrolled(self, link: str) -> list[str]:
        """As `enrols` leaves it, beside the invitation's page."""
        made, token = self.made(), link.rsplit("/", 1)[1]
        role = invitations.invited(self.live.parts, token).role
        invitations.enrol(self.live.parts, token, made.portal(role=role).officer)
        return list(made.officer.party.words)

    def made(self) -> FirstPerson:
        """This person with new keys, as a browser makes them; what one writes down is in `kept`."""
        made = FirstPerson(self.live.clock, name=self.name)
        made.stretched = stretch(PASSWORD, made.salt)
        step = totp.step_at(int(self.live.clock.now().timestamp()))
        self.kept = Secrets(
            passphrase=PASSWORD,
            totp=made.totp_secret,
            codes=list(CODES),
            sheet=list(anchor_words(made.anchor)),
            identity=str(made.anchor.identity),
            last_step=step,
        )
        return made

    def sees_words_of(self, name: str) -> list[str]:
        """The eight words that this keeper's browser shows for somebody who waits."""
        self.team()
        form = self.page.locator("form[data-admit]", has_text=name).first
        form.wait_for(timeout=WAIT)
        return form.locator("[data-words] li").all_text_contents()

    def lets_in(self, name: str, *, keeper: bool = False) -> None:
        """The words compared, the person let in."""
        form = self.page.locator("form[data-admit]", has_text=name).first
        form.locator("input[id$=-compared]").check()
        if keeper:
            form.locator("input[id$=-keeper]").check()
        form.locator("button[type=submit]").click()
        self.page.wait_for_selector("#said", timeout=WAIT)

    def removes(self, name: str) -> None:
        """The form beside the person, sent; a new sheet is printed and confirmed where the page asks for it."""
        self.team()
        place = self.page.locator("[data-channel] li", has_text=name).first
        place.locator("summary").click()
        place.locator("form button[type=submit]").click()

    def copies_new_sheet(self) -> list[str]:
        """The words of the sheet that the page shows, two of them typed; the change is stored."""
        page = self.page
        page.wait_for_selector("#new-sheet:not([hidden])", timeout=WAIT)
        words = page.locator("#sheet-words li").all_inner_texts()
        for i in range(2):
            label = page.inner_text(f"#sheet-asked-{i}-label")
            place = int("".join(sign for sign in label if sign.isdigit()))
            page.fill(f"#sheet-asked-{i}", words[place - 1])
        page.click("form[data-step=sheet] button[type=submit]")
        page.wait_for_selector("#said", timeout=WAIT)
        return words

    def ends_access_of(self, name: str) -> None:
        """An administrator closes somebody's account."""
        self.team()
        end = self.page.locator("tr details", has_text=f"End the access of {name}")
        end.locator("summary").click()
        end.locator("form button[type=submit]").click()
        self.page.wait_for_selector("#said", timeout=WAIT)

    def channel_words(self) -> list[str]:
        """The channel's eight words, as this keeper's page shows them."""
        self.team()
        return self.page.locator("[data-channel] [data-anchor-words]").first.locator("li").all_text_contents()

    def types_words(self, words: list[str]) -> None:
        """The two words that the page asks for, taken from `words`."""
        for i in range(2):
            label = self.page.inner_text(f"#confirm-word-{i}-label")
            place = int("".join(sign for sign in label if sign.isdigit()))
            self.page.fill(f"#confirm-word-{i}", words[place - 1])
        self.page.click("#confirm-form button[type=submit]")

    def confirms(self, words: list[str]) -> None:
        """Two of the channel's words typed, as a keeper told them; the channel is open."""
        self.team()
        self.page.wait_for_selector("#confirm:not([hidden])")
        self.types_words(words)
        self.page.wait_for_selector("#said", timeout=WAIT)


@contextmanager
def person(live: Live, browser: Browser, name: str) -> Iterator[Person]:
    """Somebody with a browser that nobody used before."""
    with window(browser, viewport={"width": 1366, "height": 900}) as (_context, page):
        yield Person(live, page, name)


@contextmanager
def founded(live: Live, browser: Browser) -> Iterator[Person]:
    """The first person, who has set the portal up and signed in, page by page."""
    with person(live, browser, ANSWERS["person-name"]) as made:
        made.kept = set_up(made.page, live)
        sign_in(made.page, live, made.kept)
        yield made


@contextmanager
def founder(live: Live, browser: Browser) -> Iterator[Person]:
    """The first person, at the desk of a portal as `founded` leaves it."""
    with person(live, browser, ANSWERS["person-name"]) as first:
        made = first.made()
        record = made.record()
        pin = {"anchor": made.anchor.party.hash.hex(), "number": 0, "record": record.hash.hex()}
        pins = {"v": 1, "channels": {made.channel_id.hex(): pin}}
        new = made.portal(record, pins=wrap_pins(made.officer, pins, officer_id=made.id))
        setup.set_up(live.parts, setup.new_link(live.parts), new)
        first.is_at_the_desk()
        yield first
