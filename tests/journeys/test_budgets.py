"""Rule: no budget is forgotten. Each has a measurement that gives it, and a missed or missing one is named.

Source: BUDGETS. What the figures are is not tested here: a slow machine breaks no test.
"""

import io
import json
import tomllib

import pytest

from benchmarks import __main__ as bench
from benchmarks import compare

BUDGETS = tomllib.loads(compare.BUDGETS.read_text(encoding="utf-8"))
TABLES = ("at_least", "at_most", "at_least_of_libsodium")
KEPT: dict[str, float] = {
    **BUDGETS["at_least"],
    **BUDGETS["at_most"],
    "libsodium_mb_s": 1000.0,
    "seal_mb_s": 700.0,
    "open_mb_s": 701.0,
}


def said(
    figures: dict[str, float], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """The last line of the comparison."""
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(figures)))
    ended = compare.main([])
    lines = capsys.readouterr().out.splitlines()
    assert ended == ("Missed" in lines[-1])
    return lines[-1]


def test_every_budget_has_a_measurement_that_gives_it() -> None:
    given = {key for _measure, keys in bench.MEASUREMENTS for key in keys}
    asked = {key for table in TABLES for key in BUDGETS[table]}
    assert asked <= given


def test_figures_at_their_budgets_are_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(KEPT, capsys, monkeypatch) == "All budgets are kept."


@pytest.mark.parametrize(
    ("key", "measured"),
    [("report_server_sealed_per_s", 39.9), ("upload_temp_files", 1), ("seal_mb_s", 699.0)],
    ids=["too few", "too many", "too slow beside libsodium"],
)
def test_a_missed_budget_is_named(
    key: str, measured: float, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said({**KEPT, key: measured}, capsys, monkeypatch) == f"Missed: {key}"


def test_a_figure_that_was_not_taken_counts_as_missed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = {key: value for key, value in KEPT.items() if key != "start_s"}
    assert said(figures, capsys, monkeypatch) == "Missed: start_s"
