"""Large files through the form without JavaScript: how long, how much memory, and what else is written to a disk."""

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.reports import FORM, Figures
from benchmarks.stage import Stage, stage
from tests.journeys.file_watch import FileWatch
from tests.journeys.visitor import part_end, part_head
from tests.web.paper import hidden

MIB = 1024**2
TIMED_BYTES = 500_000_000
TIMED_RUNS = 3
GROWTH_BYTES = {"64_mib": 64 * MIB, "2_gib": 2048 * MIB}
WARM_BYTES = 2 * MIB
WARM_UPLOADS = 12
BOUNDARY = "----bench0123456789abcdef"


def measure() -> Figures:
    """Seconds for 500 MB, growth of resident memory while 64 MiB and 2 GiB come, and unsealed files seen meanwhile.

    Growth is the highest that each process reached above what it held before, all processes together.
    """
    block = os.urandom(MIB)
    with stage() as place:
        for _ in range(WARM_UPLOADS):
            _upload(place, block, WARM_BYTES)
        seconds = [_upload(place, block, TIMED_BYTES) for _ in range(TIMED_RUNS)]
        growth, seen = {}, 0
        for name, size in GROWTH_BYTES.items():
            place.server.stop()
            place.server.start()  # so that neither profits from what the one before has grown
            for _ in range(WARM_UPLOADS):
                _upload(place, block, WARM_BYTES)
            with FileWatch(place.server) as files:
                growth[f"upload_rss_growth_mib_{name}"] = _growth(place, block, size)
            seen += len(files.seen)
    return {"upload_500mb_s": round(statistics.median(seconds), 2), **growth, "upload_temp_files": seen}


def _upload(place: Stage, block: bytes, size: int) -> float:
    """Seconds from the first byte of a report with a file of `size` bytes to its receipt."""
    with place.client() as client:
        token = hidden(client.get(FORM).text, "token")
        fields = {"token": token, "text": "A large file.", "mode": "anonymous"}
        head = b"".join(
            part_head(BOUNDARY, name) + value.encode() + b"\r\n" for name, value in fields.items()
        )
        head += part_head(BOUNDARY, "files", "recording.bin")
        tail = b"\r\n" + part_end(BOUNDARY)
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        began = time.perf_counter()
        length = len(head) + size + len(tail)
        reply = client.send("POST", FORM, _body(head, block, size, tail), size=length, headers=kind)
        waited = time.perf_counter() - began
    assert reply.status == 200, reply.head
    return waited


def _body(head: bytes, block: bytes, size: int, tail: bytes) -> Iterator[bytes]:
    yield head
    for _ in range(size // len(block)):
        yield block
    yield block[: size % len(block)]
    yield tail


def _growth(place: Stage, block: bytes, size: int) -> float:
    pids = place.server.processes()
    before = {}
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # the high-water mark starts anew
        before[pid] = _status_kib(pid, "VmRSS")
    _upload(place, block, size)
    return round(sum(_status_kib(pid, "VmHWM") - before[pid] for pid in pids) / 1024, 1)


def _status_kib(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise KeyError(name)
