"""How cost grows: the same acts among 1,000 cases and among 100,000, on SQLite and on PostgreSQL.

Each act is done as the server does it, in this process, and takes the median of a few times: what is compared is
the portal with itself, so a slow machine changes the milliseconds and hardly the ratio. `python -m benchmarks.growth
--cases 1000000` asks the same of a million (some 10 GB of disk); `--database sqlite` leaves the other one out.
"""

import argparse
import json
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from benchmarks.growth_acts import ACTS, Place
from benchmarks.many_rows import add_rows
from benchmarks.reports import Figures
from portal.services.parts import Clock
from portal.store import models
from tests.builders import Portal
from tests.store import postgres

FEW, MANY = 1_000, 100_000
DATABASES = ("sqlite", "postgresql")
TIMES, WARM_UP = 9, 3
KEYS = tuple(f"growth_{act}_{database}" for database in DATABASES for act in ACTS)
"""The ratios; each has its two medians beside it."""


def measure(many: int = MANY, databases: Sequence[str] = DATABASES) -> Figures:
    """For each act and database: the ratio of the two medians, and both in milliseconds."""
    figures: Figures = {}
    for database in databases:
        with _portal(database) as portal:
            first, second = _medians(portal, FEW, many)
        for act in ACTS:
            key = f"growth_{act}_{database}"
            figures[key] = round(second[act] / first[act], 2)
            figures[f"{key}_{FEW}_ms"] = round(first[act], 2)
            figures[f"{key}_{many}_ms"] = round(second[act], 2)
    return figures


def _medians(portal: Portal, few: int, many: int) -> Iterator[dict[str, float]]:
    """The milliseconds of each act, among so few cases and then among so many."""
    officer = portal.staff("Anna Holm")
    team = portal.team(officer)
    address = models.NoticeAddress(
        officer_id=officer.id, address="anna@a.example", told_seq=0, told_on=portal.today - timedelta(days=1)
    )
    portal.add(address)
    portal.report(team)
    there = 0
    for wanted in (few, many):
        add_rows(portal, team, there, wanted - there)
        there = wanted
        _know_sizes(portal)
        place = Place(portal, officer, team)
        yield {name: 1000 * _median(act(place)) for name, act in ACTS.items()}


def _median(turns: Iterator[Callable[[], object]]) -> float:
    """The median seconds of what the act makes ready, one after the other; the first times don't count."""
    waits = []
    for turn, _number in zip(turns, range(WARM_UP + TIMES), strict=False):
        began = time.perf_counter()
        turn()
        waits.append(time.perf_counter() - began)
    return statistics.median(waits[WARM_UP:])


def _know_sizes(portal: Portal) -> None:
    """PostgreSQL knows how its tables have grown: in service autovacuum tells it within a minute or two."""
    database = portal.parts.database
    if not database.is_sqlite:
        with database.connection() as connection:
            connection.execute(text("ANALYZE"))


@contextmanager
def _portal(database: str) -> Iterator[Portal]:
    """A portal on a database of this kind, for as long as the block runs. Raises LookupError without PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="fortrolig-bench-") as folder:
        given = {"mail_host": "mail.example"}
        if database == "postgresql":
            binaries = postgres.programs()
            if binaries is None:
                raise LookupError("PostgreSQL is not installed")
            given["database_url"] = postgres.create(
                postgres.server(binaries), f"growth{secrets.token_hex(4)}"
            )
        portal = Portal(Path(folder) / "instance", Clock(), **given)
        yield portal
        portal.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--cases", type=int, default=MANY)
    parser.add_argument("--database", choices=DATABASES, action="append")
    chosen = parser.parse_args(arguments)
    print(json.dumps(measure(chosen.cases, chosen.database or DATABASES), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
