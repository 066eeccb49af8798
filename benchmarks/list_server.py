"""An officer's first page out of 1,000 cases, as the server makes it: the page, and the titles of its 50 rows."""

import statistics
import time

from benchmarks.client import Client
from benchmarks.many_cases import add_cases
from benchmarks.reports import Figures
from benchmarks.stage import stage

CASES = 1_000
ROWS = 50
VISITS = 15
PAGE, TITLES = "/en/desk", "/desk/api/cases"


def measure() -> Figures:
    """The median of both requests together, and their bytes with headers."""
    with stage() as place:
        add_cases(place.portal, place.team, CASES)
        cookie = place.desk_cookie()
        with place.client() as client:
            found = [_visit(client, cookie) for _ in range(VISITS + 4)][4:]
    return {
        "list_1000_ms": round(1000 * statistics.median(seconds for seconds, _size in found), 1),
        "list_1000_bytes": found[-1][1],
    }


def _visit(client: Client, cookie: str) -> tuple[float, int]:
    began = time.perf_counter()
    page = client.get(PAGE, Cookie=cookie)
    titles = client.get(TITLES, Cookie=cookie)
    waited = time.perf_counter() - began
    assert page.body.count(b'class="tick"') == ROWS
    assert titles.status == 200
    return waited, page.size + titles.size
