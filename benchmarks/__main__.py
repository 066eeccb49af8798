"""`python -m benchmarks`: the figures of docs' budget table that exist, as one JSON object, from a production start.

`--only KEY` (may be repeated) runs the measurements that give the keys which begin with KEY; `--json FILE` also
writes the object there. Nothing is judged here: `python -m benchmarks.compare` does that.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import (
    first_visit,
    growth,
    list_browser,
    list_server,
    machine,
    mailbox,
    reports,
    sealing,
    start,
    upload,
)
from benchmarks.reports import Figures

MEASUREMENTS: tuple[tuple[Callable[[], Figures], tuple[str, ...]], ...] = (
    (sealing.measure, ("seal_mb_s", "open_mb_s", "libsodium_mb_s", "argon2id_ms")),
    (start.measure, ("start_s", "idle_pss_mib")),
    (
        first_visit.measure,
        (
            "first_visit_nojs_bytes",
            "first_visit_nojs_requests",
            "first_visit_js_bytes",
            "first_visit_js_requests",
        ),
    ),
    (
        reports.measure,
        (
            "report_server_sealed_per_s",
            "report_server_sealed_failed",
            "report_server_sealed_p50_ms",
            "bystander_p95_ms",
        ),
    ),
    (mailbox.measure, ("mailbox_20_replies_ms",)),
    (list_server.measure, ("list_1000_ms", "list_1000_bytes")),
    (list_browser.measure, ("list_10000_first_s", "list_10000_search_s")),
    (growth.measure, growth.KEYS),
    (
        upload.measure,
        (
            "upload_500mb_s",
            "upload_rss_growth_mib_64_mib",
            "upload_rss_growth_mib_2_gib",
            "upload_temp_files",
        ),
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and 0; 2 for a key that nothing gives."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", metavar="KEY", help="keys that begin so")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the object there, too")
    chosen = parser.parse_args(arguments)
    wanted = [measure for measure, keys in MEASUREMENTS if _is_wanted(keys, chosen.only)]
    if not wanted:
        parser.error(f"no such key: {chosen.only}")
    told: dict[str, object] = {"machine": machine.describe()}
    for measure in wanted:
        print(f"{measure.__module__} …", file=sys.stderr, flush=True)
        told |= measure()
    text = json.dumps(told, indent=2)
    if chosen.json:
        chosen.json.write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


def _is_wanted(keys: Sequence[str], only: Sequence[str] | None) -> bool:
    return only is None or any(key.startswith(asked) for key in keys for asked in only)


if __name__ == "__main__":
    sys.exit(main())
