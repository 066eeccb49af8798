"""Rule: docs/asvs.md answers every requirement of OWASP ASVS 5.0.0, levels 1 and 2, once, and names files that exist.

Source of the numbers below: OWASP ASVS 5.0.0, github.com/OWASP/ASVS,
5.0/docs_en/OWASP_Application_Security_Verification_Standard_5.0.0_en.csv, rows counted by their columns
`chapter_id` and `L` (345 rows: 70 of level 1, 183 of level 2, 92 of level 3).
"""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "asvs.md"
VERDICTS = ("met", "not applicable", "open")
WORDS_AT_MOST = 12

IN_CHAPTER = {
    1: (8, 19),
    2: (4, 7),
    3: (8, 11),
    4: (2, 8),
    5: (4, 5),
    6: (13, 22),
    7: (6, 12),
    8: (4, 3),
    9: (4, 3),
    10: (5, 24),
    11: (3, 11),
    12: (3, 6),
    13: (1, 12),
    14: (2, 7),
    15: (3, 10),
    16: (0, 16),
    17: (0, 7),
}
"""Chapter: how many requirements of level 1, and of level 2."""

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\S*) \| (.*?) \| (.*?) \| (.*?) \|$")
HEADING = re.compile(r"^## V(\d+) ")
TALLY = re.compile(r"^\| (met|not applicable|open|all) \| (\d+) \| (\d+) \| (\d+) \|$")
QUOTED = re.compile(r"`([^`]+)`")
NAMES_A_FILE = re.compile(r"\w[\w./-]*/[\w./-]+|[\w-]+\.(?:py|toml|md|conf|txt)")


class Row(NamedTuple):
    """One line of a table, and the chapter whose heading stands above it."""

    chapter: int
    id: str
    level: str
    asks: str
    verdict: str
    evidence: str

    @property
    def files(self) -> list[str]:
        """The paths among what the evidence has in code type."""
        return [name for name in QUOTED.findall(self.evidence) if NAMES_A_FILE.fullmatch(name)]


def rows_of(page: str) -> list[Row]:
    """Every row below a chapter's heading, well formed or not: a row that can't be read has an empty verdict."""
    found, chapter = [], 0
    for line in page.splitlines():
        if heading := HEADING.match(line):
            chapter = int(heading[1])
        elif chapter and re.match(r"\| *\d", line):
            parsed = ROW.match(line)
            found.append(Row(chapter, *parsed.groups()) if parsed else Row(chapter, line, "", "", "", ""))
    return found


ROWS = rows_of(PAGE.read_text(encoding="utf-8"))


def test_every_requirement_of_each_chapter_and_level_has_its_row() -> None:
    counted = Counter((row.chapter, row.level) for row in ROWS)
    expected = {
        (chapter, str(level)): count
        for chapter, counts in IN_CHAPTER.items()
        for level, count in enumerate(counts, start=1)
        if count
    }
    assert dict(counted) == expected


def test_the_counts_of_this_test_add_up_to_the_standards() -> None:
    assert [sum(counts) for counts in zip(*IN_CHAPTER.values(), strict=True)] == [70, 183]


def test_no_requirement_stands_twice_or_in_another_chapter() -> None:
    assert not [name for name, times in Counter(row.id for row in ROWS).items() if times > 1]
    assert not [row.id for row in ROWS if not row.id.startswith(f"{row.chapter}.")]


def test_a_verdict_is_one_of_three_and_gives_its_ground() -> None:
    assert not [row.id for row in ROWS if row.verdict not in VERDICTS]
    assert not [row.id for row in ROWS if not row.evidence.strip()]
    assert not [row.id for row in ROWS if row.verdict == "met" and not row.files]


def test_every_file_that_is_named_exists() -> None:
    named = {(row.id, name) for row in ROWS for name in row.files}
    assert len(named) > len(ROWS) / 2, "hardly a file was recognised"
    assert not sorted((where, name) for where, name in named if not (ROOT / name).exists())


def test_what_is_asked_is_said_shortly() -> None:
    assert not [row.id for row in ROWS if not 1 <= len(row.asks.split()) <= WORDS_AT_MOST]


def test_the_summary_is_the_sum_of_the_rows() -> None:
    counted = Counter((row.verdict, row.level) for row in ROWS)
    told = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if tally := TALLY.match(line):
            told[tally[1]] = tuple(int(number) for number in tally.groups()[1:])
    levels = {verdict: (counted[verdict, "1"], counted[verdict, "2"]) for verdict in VERDICTS}
    assert told == {
        **{verdict: (one, two, one + two) for verdict, (one, two) in levels.items()},
        "all": (70, 183, 253),
    }


@pytest.mark.parametrize(
    ("line", "verdict", "files"),
    [
        ("| 1.1.1 | 2 | A | met | `docs/a.md`, `wsgi.py` |", "met", ["docs/a.md", "wsgi.py"]),
        ("| 1.1.1 | 2 | A | met | no `url_for`, no `__Host-`, no `/health` |", "met", []),
        ("| 1.1.1 | 2 | A | perhaps |", "", []),
    ],
    ids=["files are recognised", "other words are not", "a broken row is not overlooked"],
)
def test_a_row_is_read_as_it_stands(line: str, verdict: str, files: list[str]) -> None:
    (row,) = rows_of(f"## V1 Something\n\n{line}\n")
    assert (row.verdict, row.files) == (verdict, files)
