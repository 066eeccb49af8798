"""`make crash`: the server dies at random moments while four reporters write, and nothing acknowledged is lost.

Everything is killed at once (SIGKILL to master and workers), also while it starts. Afterwards every report and answer
whose page was received is opened with its receipt and compared, and the databases and blobs are looked through for
anything half there (crash_checks.py). Source: BUDGETS, the second safety budget.
"""

import argparse
import hashlib
import json
import random
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from http.client import HTTPException
from pathlib import Path

from benchmarks.crash_checks import Outcome, check
from portal.services.parts import Clock
from tests.builders import Portal
from tests.journeys.server import Server
from tests.journeys.visitor import Refused, Visitor
from tests.web.paper import Receipt

REPORTERS = 4
WITH_FILES = 0.25
FILE_BYTES = (200_000, 3_000_000)
KILLED_WHILE_STARTING = 0.15
MOST_REPORTS_A_LIFE = 4
LONGEST_LIFE_SECONDS = 20.0
LONGEST_REST_SECONDS = 0.3
LONGEST_START_SECONDS = 1.0
DOWN_SECONDS = 0.1


@dataclass(frozen=True)
class Said:
    """One text with the SHA-256 of its files, in their order."""

    text: str
    files: tuple[str, ...]


@dataclass
class Kept:
    """A receipt that a reporter holds, and all that the server has acknowledged under it.

    `doubtful` is an answer whose acknowledgement never came: it may be there, whole, or not at all.
    """

    receipt: Receipt = field(repr=False)
    said: list[Said]
    doubtful: list[Said] = field(default_factory=list)


@dataclass
class Load:
    """Four reporters who go on whatever happens. `kept` is all that they were promised."""

    server: Server
    kept: list[Kept] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    broken_off: int = 0

    def work(self, number: int) -> None:
        """Report and answer until the end, as reporter `number`."""
        chance = random.Random(number)  # noqa: S311 - chooses what to do, protects nothing
        while not self.ended.is_set():
            try:
                kept = self._report(chance)
                if kept and chance.random() < 0.5:
                    self._answer(kept, chance)
            except (OSError, HTTPException, Refused):
                self.broken_off += 1
                time.sleep(DOWN_SECONDS)

    def _report(self, chance: random.Random) -> Kept | None:
        """A report, sent again with the same form until its receipt comes: that is what people do."""
        token = Visitor(self.server.url).form_token()
        said, files = _something_said(chance)
        while not self.ended.is_set():
            with suppress(OSError, HTTPException):
                receipt = Visitor(self.server.url).report(said.text, files, token=token)
                kept = Kept(receipt, [said])
                self.kept.append(kept)
                return kept
            self.broken_off += 1
            time.sleep(DOWN_SECONDS)
        return None

    def _answer(self, kept: Kept, chance: random.Random) -> None:
        visitor = Visitor(self.server.url)
        page = visitor.open_case(kept.receipt)
        said, files = _something_said(chance)
        kept.doubtful.append(said)
        if visitor.answer_is_taken(page, said.text, files):
            kept.doubtful.remove(said)
            kept.said.append(said)


def _something_said(chance: random.Random) -> tuple[Said, dict[str, bytes]]:
    """A text that no other is like, now and then with one or two files."""
    text = f"{secrets.token_hex(16)} " + "word " * chance.randrange(1, 400)
    count = chance.randrange(1, 3) if chance.random() < WITH_FILES else 0
    contents = [secrets.token_bytes(int(chance.triangular(*FILE_BYTES, FILE_BYTES[0]))) for _ in range(count)]
    files = {f"file {number}.bin": content for number, content in enumerate(contents)}
    return Said(text.strip(), tuple(hashlib.sha256(content).hexdigest() for content in contents)), files


def run(folder: Path, kills: int, **settings: str) -> Outcome:
    """What is left after `kills` sudden ends of a server in `folder`, and how much of it is not as promised.

    `settings` are settings of the portal: `database_url`, where it is not to be SQLite in that folder.
    """
    portal = Portal(folder / "instance", Clock(), **settings)
    portal.team(portal.staff("Anna Holm"))
    portal.close()
    server = Server(folder / "instance", min_free_bytes=0, **settings)
    load = Load(server)
    try:
        with ThreadPoolExecutor(REPORTERS) as pool:
            reporters = [pool.submit(load.work, number) for number in range(REPORTERS)]
            try:
                for _ in range(kills):
                    _wait_for_a_moment(load)
                    _kill_and_start(server)
                _wait_for_a_moment(load)
            finally:
                load.ended.set()
            for reporter in reporters:
                reporter.result()
        server.kill()
        server.start()  # the sweep after the last crash
        server.stop()
    finally:
        server.kill()
    try:
        return check(
            portal, [(kept.receipt, kept.said, kept.doubtful) for kept in load.kept], load.broken_off
        )
    finally:
        portal.close()


def _wait_for_a_moment(load: Load) -> None:
    """Until so many reports more were acknowledged, and a little longer: in the midst of others."""
    enough = len(load.kept) + random.randint(0, MOST_REPORTS_A_LIFE)  # noqa: S311 - a moment, not a secret
    until = time.monotonic() + LONGEST_LIFE_SECONDS
    while len(load.kept) < enough and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(random.uniform(0, LONGEST_REST_SECONDS))  # noqa: S311 - as above


def _kill_and_start(server: Server) -> None:
    """The end of the server; now and then it is killed again while it starts."""
    server.kill()
    while random.random() < KILLED_WHILE_STARTING:  # noqa: S311 - a chance, not a secret
        server.launch()
        time.sleep(random.uniform(0, LONGEST_START_SECONDS))  # noqa: S311 - as above
        server.kill()
    server.start()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was left as one JSON object; 1 when anything is not as promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fortrolig-crash-") as folder:
        outcome = run(Path(folder), chosen.kills)
    told = {"kills": chosen.kills, **asdict(outcome), "seconds": round(time.monotonic() - began)}
    print(json.dumps(told, indent=2))
    return 0 if outcome.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
