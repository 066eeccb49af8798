"""A portal that really listens, and a Chromium that really looks: for every test that needs a browser.

The server runs in a thread of the test, so that a test can look into the database behind the page; what a test
must not do is set anything up there that a person would do on a page.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request
from werkzeug.serving import WSGIRequestHandler, make_server

from portal import create_app
from portal.services.parts import Clock, Parts
from portal.services.upkeep import bring_up_to_date
from portal.settings import load
from portal.web.parts import EXTENSION
from tests.left_out import left_out

SHELL = Path("/usr/bin/chromium-headless-shell")
"""Chromium without the windows that people see: the same engine, and a fifth of the machine's time."""
CHROMIUM = Path("/usr/bin/chromium")
"""The browser as people have it."""
OPEN_LINE = "portal.test"
"""A name that Chromium resolves to this machine and holds for an open, untrusted line."""
BREACHES = "addEventListener('securitypolicyviolation', (e) => console.error(`CSP ${e.violatedDirective}`))"
KNOWN_NOISE = ("Failed to load resource", "The Cross-Origin-Opener-Policy header has been ignored")


class MovedClock(Clock):
    """This machine's clock, put forward by what a test does not want to wait for."""

    ahead = timedelta()

    def now(self) -> datetime:
        """This moment, and what was skipped."""
        return super().now() + self.ahead

    def skip(self, **by: int) -> None:
        """Put forward, in timedelta's words."""
        self.ahead += timedelta(**by)


@dataclass
class Live:
    """A running portal, and its clock."""

    parts: Parts
    port: int
    clock: MovedClock

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Seen:
    """What a page complained about, and every body that it sent."""

    complaints: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to `page` from now on."""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self._hear(line.type, line.text))
        page.on("request", self._note)

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and not text.startswith(KNOWN_NOISE):
            self.complaints.append(text)

    def _note(self, request: Request) -> None:
        self.bodies.append(f"{request.url} {request.post_data or ''}")


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def listening(app: Flask) -> Iterator[int]:
    """The port of this machine on which `app` answers, as long as the block runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def running(instance: Path) -> Iterator[Live]:
    """A fresh portal that listens on a free port of this machine."""
    clock = MovedClock()
    app = create_app(load({}, instance=instance), clock=clock)
    parts: Parts = app.extensions[EXTENSION]
    bring_up_to_date(parts)
    with listening(app) as port:
        yield Live(parts, port, clock)
    parts.database.close()
    parts.volatile.close()


@contextmanager
def chromium(playwright: Playwright, program: Path = SHELL) -> Iterator[Browser]:
    """The browser; without one the test is skipped loudly, and fails where nothing may be left out."""
    if not program.exists():
        left_out(f"pages with scripts were NOT tested: there is no {program}")
    browser = playwright.chromium.launch(
        executable_path=str(program),
        args=["--no-sandbox", f"--host-resolver-rules=MAP {OPEN_LINE} 127.0.0.1"],
    )
    yield browser
    browser.close()


@contextmanager
def window(
    browser: Browser, seen: Seen | None = None, **given: object
) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser with nothing in it, and its one page; leaving it fails if the page complained."""
    seen = seen or Seen()
    context = browser.new_context(**given)  # type: ignore[arg-type]
    context.add_init_script(BREACHES)
    page = context.new_page()
    seen.watch(page)
    yield context, page
    context.close()
    assert seen.complaints == []
