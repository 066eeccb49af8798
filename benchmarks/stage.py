"""A portal in service for a benchmark: its own instance, one officer, one channel, a real gunicorn."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Client
from portal.services import sessions
from portal.services.parts import Clock
from tests.builders import Portal, Staff, Team
from tests.journeys.server import Server


@dataclass(frozen=True)
class Stage:
    """The portal, its people, and the server that runs it."""

    portal: Portal
    officer: Staff
    team: Team
    server: Server

    def client(self) -> Client:
        """A new client of the server."""
        return Client(self.server.url)

    def desk_cookie(self) -> str:
        """The Cookie header of a session of the officer."""
        return f"desk={sessions.start(self.portal.parts, 'desk', self.officer.id).value}"


@contextmanager
def stage(*, password: str = "") -> Iterator[Stage]:
    """A stage for as long as the block runs; nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="fortrolig-bench-") as folder:
        portal = Portal(Path(folder) / "instance", Clock())
        officer = portal.staff("Anna Holm", password=password)
        team = portal.team(officer)
        with Server(portal.parts.settings.instance) as server:
            yield Stage(portal, officer, team, server)
        portal.close()
