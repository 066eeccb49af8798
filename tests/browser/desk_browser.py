"""A running portal and an officer's Chromium: sign in by password and code, as people do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from portal.services import totp
from portal.store.models import Officer
from tests.browser.beside_the_door import enter
from tests.browser.live import MovedClock, listening
from tests.builders import PASSWORD, Portal, Reporter, Staff, Team


@dataclass
class Running:
    """A portal that answers at `address`, with one officer on one team."""

    portal: Portal
    officer: Staff
    team: Team
    address: str
    browser: Browser
    clock: MovedClock = field(default_factory=MovedClock)
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def window(self, scheme: str = "light", width: int = 1366) -> Iterator[BrowserContext]:
        """A browser window of somebody who was never here before. Files come from memory, without a dialog."""
        window = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            accept_downloads=True,
        )
        window.add_init_script("delete window.showSaveFilePicker")
        yield window
        window.close()

    def page(self, window: BrowserContext) -> Page:
        """A tab whose faults are written down: a page that works reports none."""
        page = window.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        return page

    def _note(self, said: str) -> None:
        # The browser itself writes a line for each 409; that is an answer, and the page's business.
        if "status of 409" not in said:
            self.faults.append(said)

    def sign_in(self, window: BrowserContext, lang: str = "en", officer: Staff | None = None) -> Page:
        """The list, after signing in by keyboard and authenticator."""
        person = officer or self.officer
        page = self.page(window)
        page.goto(f"{self.address}/{lang}/desk/sign-in")
        page.fill("#name", person.name)
        page.fill("#passphrase", person.password)
        page.fill("#code", self.code(person))
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.address}/{lang}/desk", timeout=90_000)
        page.wait_for_selector("html[data-opened]")
        return page

    def at_the_desk(self, window: BrowserContext) -> Page:
        """The list, for tests of what comes after signing in (beside_the_door.py)."""
        page = self.page(window)
        person = self.officer
        enter(page, self.portal.parts, self.address, person.name, person.password, self.code(person))
        page.wait_for_selector("html[data-opened]")
        return page

    def code(self, person: Staff) -> str:
        """A code that counts: each does so once, so a second sign-in is some seconds later by the portal's clock."""
        with self.portal.parts.database.read() as session:
            used = session.get_one(Officer, person.id).totp_last_step
        while (step := totp.step_at(int(self.clock.now().timestamp()))) <= used:
            self.clock.skip(seconds=totp.STEP_SECONDS)
        return totp.code_of(person.totp_secret, step)


@contextmanager
def running(folder: Path, browser: Browser) -> Iterator[Running]:
    """A portal on a port of its own, for `browser`."""
    clock = MovedClock()
    portal = Portal(folder, clock)
    officer = portal.staff("Ida Holm", "Head of compliance", password=PASSWORD)
    team = portal.team(officer)
    with listening(portal.app) as port:
        yield Running(portal, officer, team, f"http://127.0.0.1:{port}", browser, clock)
    portal.close()


def opened(desk: Running, tab: Page, reporter: Reporter) -> Page:
    """The case's page, once everything on it is opened."""
    tab.goto(f"{desk.address}/en/desk/cases/{reporter.reference}")
    tab.wait_for_selector("#app:not([hidden])")
    return tab
