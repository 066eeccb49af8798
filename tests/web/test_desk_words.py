"""File names say only what they are, the same in the browser as on the server; titles come from a report's first words.

Sources: PROTOCOL 5 (names stand in the signed message alone); issue "sealed round trip" 4 (name neutralised).
"""

import json
import subprocess
from pathlib import Path

import pytest

from portal.services.attachments import neutral_name, neutral_type
from tests.crypto.javascript import node

SCRIPT = Path(__file__).parent / "js" / "desk_words.mjs"
NAMES = [
    "plan.pdf",
    "Brønden bag hal 2.jpg",
    "../../etc/passwd",
    "C:\\Users\\ida\\report.docx",
    "gpj.\u202eexe.txt",
    "a\u0000b\u0007c.txt",
    'say "hi" <now>?.txt',
    " .hidden. ",
    "....",
    "",
    "/",
    "e\u0301.txt",
    "x" * 300 + ".tar.gz",
    "x" * 300,
    "y" * 119 + "." + "z" * 300,
    "\U0001f4f7" * 150 + ".heic",
    "e" + "\u0315" * 400 + "\u0301" * 400 + ".txt",
    "\U0001f4f7" * 254 + "e\u0301.txt",
    "line\u2028break.txt",
]
TYPES = ["application/pdf", "Image/JPEG; q=1", "", "text", "a/b/c", "x/" + "y" * 200, "te xt/plain", "/"]
TITLES = {
    "Light curtain bypassed. It has been so since August.": "Light curtain bypassed",
    "\n\n  The drain\tleads   to the stream  \nMore.": "The drain leads to the stream",
    "Who signed this? I did not.": "Who signed this?",
    "": "",
    "word " * 40: "word " * 15 + "word …",
    "x" * 100: "x" * 80 + " …",
    "\U0001f4f7" * 90: "\U0001f4f7" * 80 + " …",
}


@pytest.fixture(scope="module")
def answered() -> dict[str, list[str]]:
    """What the browser's side says."""
    asked = json.dumps({"names": NAMES, "types": TYPES, "titles": list(TITLES)})
    done = subprocess.run([node(), str(SCRIPT)], input=asked, capture_output=True, text=True, check=True)
    answer: dict[str, list[str]] = json.loads(done.stdout)
    return answer


def test_the_browser_and_the_server_make_the_same_of_every_name(answered: dict[str, list[str]]) -> None:
    assert answered["names"] == [neutral_name(name) for name in NAMES]
    assert answered["types"] == [neutral_type(kind) for kind in TYPES]


def test_no_name_leads_anywhere_or_hides_its_ending(answered: dict[str, list[str]]) -> None:
    for name in answered["names"]:
        assert name
        assert len(name) <= 120
        assert not set(name) & set('/\\:*?"<>|\u202e\u2028\0')


def test_a_title_is_the_first_sentence_or_what_fits_of_it(answered: dict[str, list[str]]) -> None:
    assert answered["titles"] == list(TITLES.values())
