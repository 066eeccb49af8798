"""js/seal/ keeps the same rules as crypto/, tested in JavaScript's own words: `tests/crypto/js/*.test.mjs` in Node."""

import subprocess
from pathlib import Path

import pytest

from tests.crypto.javascript import FOLDER, node
from tests.left_out import left_out

PACKAGES = Path(__file__).parents[2] / "assets" / "node_modules"
NEEDS_PACKAGES = {"cctv.test.mjs"}
FILES = sorted(FOLDER.glob("*.test.mjs"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_browser_side_passes_its_own_tests(path: Path) -> None:
    if path.name in NEEDS_PACKAGES and not PACKAGES.is_dir():
        left_out(f"{path.name} was NOT run: `npm ci` in assets/ brings the vectors it needs")
    done = subprocess.run([node(), "--test", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "# tests 0" not in done.stdout


def test_there_are_tests_in_javascript() -> None:
    assert len(FILES) >= 4
