"""`python -m benchmarks.compare [FILE]`: each figure beside its budget (budgets.toml), and the missed ones by name.

Reads the JSON object of `python -m benchmarks --json FILE`, or standard input. Ends with 1 when a budget is missed or
a figure is missing, so that a note about it can't be forgotten; `make test` runs none of this.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUDGETS = Path(__file__).with_name("budgets.toml")


@dataclass(frozen=True)
class Line:
    """One figure: what was measured (None for what is missing), the budget in words, and whether it is kept."""

    key: str
    measured: float | None
    budget: str
    kept: bool


def compare(figures: Mapping[str, Any], budgets: Mapping[str, Any]) -> list[Line]:
    """One line a budget, in the order of the budgets."""
    return [
        *_lines(figures, budgets["at_least"], "at least", 1.0),
        *_lines(figures, budgets["at_most"], "at most", 1.0),
        *_lines(figures, budgets["at_least_of_libsodium"], "at least", figures.get("libsodium_mb_s", 0.0)),
    ]


def _lines(figures: Mapping[str, Any], limits: Mapping[str, float], word: str, unit: float) -> Iterator[Line]:
    for key, limit in limits.items():
        measured, bound = figures.get(key), limit * unit
        kept = measured is not None and (measured >= bound if word == "at least" else measured <= bound)
        yield Line(key, measured, f"{word} {bound:g}", kept)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison; 1 when anything is missed or missing."""
    given = sys.argv[1:] if arguments is None else arguments
    raw = Path(given[0]).read_text(encoding="utf-8") if given else sys.stdin.read()
    figures, budgets = json.loads(raw), tomllib.loads(BUDGETS.read_text(encoding="utf-8"))
    lines = compare(figures, budgets)
    for line in lines:
        measured = "missing" if line.measured is None else f"{line.measured:g}"
        print(f"{'kept  ' if line.kept else 'MISSED'} {line.key:32} {measured:>10}   {line.budget}")
    for key, budget in budgets["not_built_yet"].items():
        print(f"later  {key:32} {'':>10}   {budget}")
    _print_speed(figures, budgets["argon2id_ms_when_set"])
    missed = [line.key for line in lines if not line.kept]
    print(f"\nMissed: {', '.join(missed)}" if missed else "\nAll budgets are kept.")
    return 1 if missed else 0


def _print_speed(figures: Mapping[str, Any], when_set: float) -> None:
    """How this machine compares with the one that the budgets were set on: the same Argon2id run on both."""
    here = figures.get("argon2id_ms")
    if here is not None:
        load = figures.get("machine", {}).get("load_before")
        print(
            f"\nOne stretching takes {here:g} ms here, {when_set:g} when the budgets were set; load before: {load}"
        )


if __name__ == "__main__":
    sys.exit(main())
