"""Rule: acknowledged is kept. A server killed at random moments loses no report, and shows none by halves.

Source: BUDGETS, the second safety budget: 200 kills by `make crash`, 20 of them here.
"""

from pathlib import Path

from benchmarks import crash

KILLS = 20


def test_twenty_sudden_ends_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    outcome = crash.run(tmp_path, KILLS)
    assert outcome.acknowledged_reports >= KILLS, "hardly anything was at stake"
    assert outcome.acknowledged_answers
    assert outcome.acknowledged_files
    assert outcome.is_whole, outcome
