"""Rule: acknowledged is kept. A server killed at random moments loses no report, and shows none by halves.

Source: BUDGETS, the second safety budget: 200 kills by `make crash`, 20 of them here; fewer on PostgreSQL,
whose own server is not what dies.
"""

from pathlib import Path

from benchmarks import crash

KILLS = {"sqlite": 20, "postgresql": 5}


def test_sudden_ends_lose_nothing_that_was_acknowledged(
    tmp_path: Path, kind: str, on_database: dict[str, str]
) -> None:
    outcome = crash.run(tmp_path, KILLS[kind], **on_database)
    assert outcome.acknowledged_reports >= KILLS[kind], "hardly anything was at stake"
    assert outcome.acknowledged_answers
    assert outcome.acknowledged_files
    assert outcome.is_whole, outcome
