"""From the command to the first page, and what the portal weighs while nobody is there."""

import statistics
import time
from pathlib import Path

from benchmarks.reports import FORM, Figures
from benchmarks.stage import Stage, stage

STARTS = 5
VISITS = 20
POLL_SECONDS = 0.005


def measure() -> Figures:
    """The median of five starts on an instance that has been started before; PSS of master and workers together."""
    with stage() as place:
        starts = [_start(place) for _ in range(STARTS)]
        for _ in range(VISITS):  # each on a line of its own, so that every process has had some
            with place.client() as client:
                assert client.get(FORM).status == 200
        weight = sum(_pss_kib(pid) for pid in place.server.processes())
    return {"start_s": round(statistics.median(starts), 2), "idle_pss_mib": round(weight / 1024, 1)}


def _start(place: Stage) -> float:
    place.server.stop()
    began = time.perf_counter()
    place.server.launch()
    while not place.server.answers():
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - began


def _pss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise KeyError("Pss")
