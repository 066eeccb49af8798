"""Node for the tests that hold the browser's side to Python's: started once, asked line by line, bytes as hex."""

import atexit
import functools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.left_out import left_out

FOLDER = Path(__file__).parent / "js"
OLDEST_NODE = 20


class Refused(Exception):
    """What js/seal/ refused with; `name` is the class's name, `word` an unknown word."""

    def __init__(self, name: str, message: str, word: str | None) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.word = word


def node() -> str:
    """The path of a Node that runs js/seal/; without one the test is skipped, and with CI=true it fails."""
    found = shutil.which("node")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.removeprefix("v").split(".")[0]) >= OLDEST_NODE:
            return found
    return left_out(f"the browser's side was NOT tested: there is no Node {OLDEST_NODE} or newer")


@functools.cache
def _bridge() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [node(), str(FOLDER / "bridge.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(process.communicate)
    return process


def _answer(question: dict[str, Any]) -> Any:
    bridge = _bridge()
    assert bridge.stdin
    assert bridge.stdout
    bridge.stdin.write(json.dumps(question) + "\n")
    bridge.stdin.flush()
    answer = json.loads(bridge.stdout.readline())
    if "failed" in answer:
        return Refused(answer["failed"], answer["message"], answer.get("word"))
    return answer["value"]


def outcomes(questions: list[dict[str, Any]]) -> list[Any]:
    """What js/seal/ answers, in order: the value, or a Refused."""
    return [_answer(question) for question in questions]


def ask(name: str, **given: Any) -> Any:
    """What js/seal/ answers to one question; raises Refused."""
    outcome = _answer({"do": name, **given})
    if isinstance(outcome, Refused):
        raise outcome
    return outcome
