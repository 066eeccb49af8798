"""Rule: whatever a stranger types is bounded before it is normalised.

Source: docs/rules.md, section 1; SPEC section 9. Unicode's normal forms sort a run of combining marks, in time by the
square of its length: 640 kB of them in the field for the case key held a whole process for two minutes.
"""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.services import officers
from tests.web import paper

TOP = Path(__file__).resolve().parents[2]
MARKS = "a" + "\u0315" * 5_000 + "\u0300" * 5_000
CASE_KEY = "K7QF9M3TX2VB"
LONGEST = 4 * 500
"""Four spellings' worth of the longest line of text that any address takes."""
BOUNDED = {
    "crypto/receipt.py",  # 64 and 256 characters
    "crypto/words.py",  # pieces of the passphrase; a sheet's words, typed by who keeps the sheet on their own machine
    "portal/services/attachments.py",  # 255 characters
    "portal/services/officers.py",  # names and recovery codes that web/json_body.py has bounded
    "portal/web/json_body.py",  # four times what the field takes
}


@pytest.fixture
def normalised(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The length of each text that was normalised."""
    lengths: list[int] = []
    real = unicodedata.normalize

    def noted(form: str, text: str) -> str:
        lengths.append(len(text))
        return real(form, text)  # type: ignore[arg-type]

    monkeypatch.setattr(unicodedata, "normalize", noted)
    monkeypatch.setattr(officers, "normalize", noted)
    return lengths


def salt(visitor: FlaskClient) -> int:
    return visitor.post("/desk/api/salt", json={"name": MARKS[:900]}).status_code


def form(path: str, case_key: str, passphrase: str) -> Callable[[FlaskClient], int]:
    def sent(visitor: FlaskClient) -> int:
        data = {"case_key": case_key, "passphrase": passphrase}
        return visitor.post(path, data=data).status_code

    return sent


REFUSED = {
    "a case key, signing in": form("/en/mailbox", MARKS, "zoom"),
    "a passphrase, signing in": form("/en/mailbox", CASE_KEY, MARKS),
    "a passphrase in pieces": form("/en/mailbox", CASE_KEY, "zoom " * 2_000),
    "a case key, after the receipt": form("/en/receipt", MARKS, "zoom"),
    "a passphrase, after the receipt": form("/en/receipt", CASE_KEY, MARKS),
    "an officer's name": salt,
}


@pytest.mark.parametrize("what", REFUSED)
def test_marks_without_end_are_refused_before_they_are_sorted(
    what: str, visitor: FlaskClient, normalised: list[int]
) -> None:
    assert REFUSED[what](visitor) == 400
    assert max(normalised, default=0) <= len(CASE_KEY)


def test_a_files_name_is_cut_before_its_marks_are_sorted(visitor: FlaskClient, normalised: list[int]) -> None:
    receipt = paper.receipt_on(paper.report(visitor, text="x", files={MARKS[:3_000]: b"hello"}).text)
    assert "a\u0315" in unicodedata.normalize("NFD", paper.open_case(visitor, receipt).text)
    assert 255 in normalised
    assert max(length for length in normalised[:-1]) <= LONGEST


def test_a_name_whose_marks_stand_apart_is_taken_up_to_its_length(visitor: FlaskClient) -> None:
    name = unicodedata.normalize("NFD", "\u1ebf" * 200)
    assert len(name) == 600
    assert visitor.post("/desk/api/salt", json={"name": name}).status_code == 200


def test_nothing_else_normalises_what_comes_from_outside() -> None:
    """A new place is added to BOUNDED with its bound, and here with what a stranger sends to it."""
    found = {
        str(path.relative_to(TOP))
        for folder in ("crypto", "portal")
        for path in (TOP / folder).rglob("*.py")
        if "normalize(" in path.read_text(encoding="utf-8")
    }
    assert found - {"portal/demo/people.py"} == BOUNDED
