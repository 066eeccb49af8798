"""How cost grows: the same acts among 1,000 cases and among 100,000, on SQLite and on PostgreSQL.

Each act is done as the server does it, in this process, by turns in the small portal and in the large one, and takes
the median: a slow machine changes the milliseconds and hardly the ratio. `python -m benchmarks.growth
--cases 1000000` asks the same of a million (some 10 GB of disk); `--database sqlite` leaves the other one out.
"""

import argparse
import json
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from benchmarks.growth_acts import ACTS, Place, Turn
from benchmarks.many_rows import add_rows
from benchmarks.reports import Figures
from portal.services.parts import Clock
from portal.store import models
from tests.builders import Portal
from tests.store import postgres

FEW, MANY = 1_000, 100_000
DATABASES = ("sqlite", "postgresql")
TIMES, WARM_UP = 15, 3
KEYS = tuple(f"growth_{act}_{database}" for database in DATABASES for act in ACTS)
"""The ratios; each has its two medians beside it."""


def measure(many: int = MANY, databases: Sequence[str] = DATABASES) -> Figures:
    """For each act and database: the ratio of the two medians, and both in milliseconds."""
    figures: Figures = {}
    for database in databases:
        with _place(database, FEW) as small, _place(database, many) as large:
            for name, act in ACTS.items():
                first, second = _medians(act(small), act(large))
                key = f"growth_{name}_{database}"
                figures[key] = round(second / first, 2)
                figures[f"{key}_{FEW}_ms"] = round(1000 * first, 2)
                figures[f"{key}_{many}_ms"] = round(1000 * second, 2)
    return figures


def _medians(small: Iterator[Turn], large: Iterator[Turn]) -> tuple[float, float]:
    """The median seconds in both places. They take turns, so that what else the machine does weighs on both alike."""
    waits: tuple[list[float], list[float]] = ([], [])
    for _ in range(WARM_UP + TIMES):
        for turns, waited in zip((small, large), waits, strict=True):
            turn = next(turns)
            began = time.perf_counter()
            turn()
            waited.append(time.perf_counter() - began)
    return statistics.median(waits[0][WARM_UP:]), statistics.median(waits[1][WARM_UP:])


@contextmanager
def _place(database: str, cases: int) -> Iterator[Place]:
    """A portal with so many cases, and an officer who wants notices."""
    with _portal(database) as portal:
        officer = portal.staff("Anna Holm")
        team = portal.team(officer)
        portal.add(
            models.NoticeAddress(
                officer_id=officer.id, address="anna@a.example", told_seq=0, told_on=portal.today
            )
        )
        portal.report(team)
        add_rows(portal, team, cases)
        _know_sizes(portal)
        yield Place(portal, officer, team)


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
