"""`python -m benchmarks.slow_senders`: the shipped nginx under slow senders, longer than `make test` has time for.

20 uploads trickle at 50 kB/s while four reporters write texts; then 200 slow connections (heads, small bodies, large
bodies, readers) stay open while a second client opens pages and reports. Prints one JSON object. Sources: "A team can
rely on it", section 4; BUDGETS (text reports held up: 0). Test traffic goes to 127.0.0.1 alone.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any

from portal.services.parts import Clock
from tests.builders import Portal
from tests.deploy.nginx import Nginx
from tests.journeys.file_watch import FileWatch
from tests.journeys.server import Server
from tests.journeys.slow import Crowd, request_head, upload
from tests.journeys.visitor import Refused, Visitor

UPLOADS = 20
BYTES_A_SECOND = 50_000
SLOW_OF_EACH_KIND = 50
REPORTERS = 4
HELD_UP_SECONDS = 10.0
"""A text report that takes longer than this counts as held up, as does one that fails."""
SETTINGS = {"trusted_proxies": 1, "upload_slots": 24, "min_free_bytes": 0}


def timed(act: Callable[[], object]) -> float | None:
    """The seconds that `act` took; None where it failed."""
    began = time.monotonic()
    try:
        act()
    except (OSError, HTTPException, Refused):
        return None
    return time.monotonic() - began


def told(times: list[float | None]) -> dict[str, float]:
    """Median, 95th percentile and worst in milliseconds, and how many there were and failed."""
    done = sorted(one for one in times if one is not None)
    return {
        "count": len(times),
        "failed": len(times) - len(done),
        "p50_ms": round(statistics.median(done) * 1_000),
        "p95_ms": round(done[min(len(done) - 1, int(len(done) * 0.95))] * 1_000),
        "worst_ms": round(done[-1] * 1_000),
    }


def trickling(nginx: Nginx, seconds: float) -> dict[str, Any]:
    """Text reports beside 20 trickling uploads, for about so many seconds."""
    tokens = [Visitor(nginx.url).form_token() for _ in range(UPLOADS)]
    size = int(BYTES_A_SECOND * seconds)
    with Crowd(nginx.port) as crowd, ThreadPoolExecutor(REPORTERS) as pool:
        for number, token in enumerate(tokens):
            crowd.add(upload(token, f"Slow {number}", size), rate=BYTES_A_SECOND)

        def write(_number: int) -> list[float | None]:
            times = []
            while crowd.unfinished == UPLOADS:
                times.append(timed(lambda: Visitor(nginx.url).report("Text beside slow uploads")))
            return times

        times = [one for found in pool.map(write, range(REPORTERS)) for one in found]
        crowd.wait(lambda: crowd.unfinished == 0, seconds + 120)
        arrived = sum(member.status == 200 for member in crowd.members)
    held_up = sum(one is None or one > HELD_UP_SECONDS for one in times)
    return {"uploads": UPLOADS, "uploads_arrived": arrived, "text_reports_held_up": held_up, **told(times)}


def two_hundred(nginx: Nginx, seconds: float) -> dict[str, Any]:
    """A second client's pages and reports beside 200 slow connections."""
    form = request_head("POST", "/en/mailbox") + b"Content-Type: application/x-www-form-urlencoded\r\n"
    with Crowd(nginx.port) as crowd:
        for _ in range(SLOW_OF_EACH_KIND):
            crowd.add(request_head("GET", "/en/") + b"X-More: " + b"a" * 5_000, rate=2)
            crowd.add(form + b"Content-Length: 9000\r\n\r\n" + b"a" * 9_000, rate=2, at_once=220)
            crowd.add(form + b"Content-Length: 900000\r\n\r\n" + b"a" * 900_000, rate=2, at_once=220)
            crowd.add(
                request_head("GET", "/static/0/vendor/words.js") + b"\r\n", rate=2, at_once=500, reads=False
            )
        pages: list[float | None] = []
        reports: list[float | None] = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pages.append(timed(lambda: Visitor(nginx.url).get("/en/")))
            reports.append(timed(lambda: Visitor(nginx.url).report("Beside two hundred")))
        return {"connections_open": crowd.unfinished, "pages": told(pages), "reports": told(reports)}


def measure(folder: Path, seconds: float) -> dict[str, Any]:
    """Every figure, on a portal of its own in `folder`, with what nginx and portal wrote to files meanwhile."""
    folder.chmod(0o755)  # nginx's workers are another user's
    portal = Portal(folder / "instance", Clock())
    portal.team(portal.staff("Anna Holm"))
    portal.close()
    settings: dict[str, Any] = SETTINGS
    with (
        Server(folder / "instance", **settings) as server,
        Nginx(folder / "nginx", server.port) as nginx,
        FileWatch(nginx) as files,
    ):
        found = {"trickling": trickling(nginx, seconds), "two_hundred": two_hundred(nginx, seconds)}
        return {
            **found,
            "files_written_by_nginx": [one.name for one in files.seen],
            "log_bytes": nginx.error_log.stat().st_size,
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 when a text report was held up, an upload lost, or anything written down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_senders", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each of the two lasts")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fortrolig-slow-") as folder:
        found = measure(Path(folder), chosen.seconds)
    print(json.dumps(found, indent=2))
    wrong = (
        found["trickling"]["text_reports_held_up"] + len(found["files_written_by_nginx"]) + found["log_bytes"]
    )
    return 1 if wrong or found["trickling"]["uploads_arrived"] != UPLOADS else 0


if __name__ == "__main__":
    sys.exit(main())
