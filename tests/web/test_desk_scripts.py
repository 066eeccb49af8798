"""The desk's scripts in Node, beside a stand-in for their page: `tests/web/js/*.test.mjs`, a rule each."""

import subprocess
from pathlib import Path

import pytest

from tests.crypto.javascript import node

FILES = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_scripts_of_the_desk_pass_their_own_tests(path: Path) -> None:
    done = subprocess.run([node(), "--test", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "# tests 0" not in done.stdout


def test_there_are_tests_of_the_desks_scripts() -> None:
    assert FILES
