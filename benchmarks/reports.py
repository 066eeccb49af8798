"""Text reports by form, sealed by the server: how many a second, how long one takes, and what a bystander feels."""

import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks.client import Client, Reply
from benchmarks.stage import Stage, stage
from tests.journeys.visitor import multipart
from tests.web.paper import hidden

CLIENTS = 8
ROUNDS = 3
REPORTS_A_ROUND = 120
ALONE = 40
BYSTANDER_PAUSE_SECONDS = 0.05
FORM = "/en/c/whistleblowing/report"
PAGE = "/en/c/whistleblowing"
TEXT = "Der løb noget grønt ud i åen bag hallen, og det lugtede. " * 30
FIELDS = {"when": "tirsdag", "where": "bag hal 17", "who": "nattevagten", "mode": "anonymous"}

Figures = dict[str, float]


def measure() -> Figures:
    """Rate and failures with eight clients, the 95th percentile of a visitor beside them, and the median alone."""
    with stage() as place:
        _round(place, 16)  # both workers have made their first page and sealed their first report
        alone = _alone(place)
        rates, failed, waits = [], 0, list[float]()
        for _ in range(ROUNDS):
            with _Bystander(place, waits):
                began = time.perf_counter()
                failed += _round(place, REPORTS_A_ROUND)
                rates.append(REPORTS_A_ROUND / (time.perf_counter() - began))
    return {
        "report_server_sealed_per_s": round(statistics.median(rates), 1),
        "report_server_sealed_failed": failed,
        "report_server_sealed_p50_ms": round(1000 * statistics.median(alone), 1),
        "bystander_p95_ms": round(1000 * statistics.quantiles(waits, n=20)[-1], 1),
    }


def _round(place: Stage, count: int) -> int:
    """How many of `count` reports failed, each with the page of its form, sent by eight clients at once."""
    turns = iter(range(count))
    lock = threading.Lock()

    def work(_number: int) -> int:
        failed = 0
        with place.client() as client:
            while True:
                with lock:
                    if next(turns, None) is None:
                        return failed
                failed += not _is_receipt(_send(client, _token(client)))

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(work, range(CLIENTS)))


def _alone(place: Stage) -> list[float]:
    """Seconds from the last byte of a report to its receipt, one after the other."""
    waits = []
    with place.client() as client:
        for _ in range(ALONE):
            token = _token(client)
            began = time.perf_counter()
            assert _is_receipt(_send(client, token))
            waits.append(time.perf_counter() - began)
    return waits


class _Bystander:
    """Somebody who reads pages while the block runs; adds the seconds of each to `waits`."""

    def __init__(self, place: Stage, waits: list[float]) -> None:
        self._place = place
        self._waits = waits
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def _read(self) -> None:
        with self._place.client() as client:
            while not self._end.wait(BYSTANDER_PAUSE_SECONDS):
                began = time.perf_counter()
                assert client.get(PAGE).status == 200
                self._waits.append(time.perf_counter() - began)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_raised: object) -> None:
        self._end.set()
        self._thread.join()


def _token(client: Client) -> str:
    return hidden(client.get(FORM).text, "token")


def _send(client: Client, token: str) -> Reply:
    body, kind = multipart({"token": token, "text": TEXT, **FIELDS}, {})
    return client.send("POST", FORM, _whole(body), size=len(body), headers={"Content-Type": kind})


def _whole(body: bytes) -> Iterator[bytes]:
    yield body


def _is_receipt(reply: Reply) -> bool:
    return reply.status == 200 and b'id="shown-key"' in reply.body
