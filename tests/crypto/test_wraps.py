"""A wrap opens in the place it was made for and in no other (SPEC 10)."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from crypto import wrap
from crypto.errors import JsonMalformed, WrapDamaged
from crypto.keys import derive
from crypto.notebook import Notebook, NotebookTalk
from tests.crypto.cast import CASE, CHANNEL, root

VECTORS = Path(wrap.__file__).parent / "vectors" / "wraps"
ANNA, DESK, MAILBOX = root("Anna"), root("desk 0"), root("mailbox")
ID, ROW, KEY = b"\x01" * 16, b"\x02" * 32, b"\x03" * 32
CARD = {"v": 1, "title": "Fakturaer uden arbejde", "category": "FRAUD"}
NOTEBOOK = Notebook(
    CASE, CHANNEL, bytes(32), (0, bytes(32)), (NotebookTalk(0, bytes(32), bytes(32)),),
    0, bytes(32), (3, date(2026, 5, 2)),
)  # fmt: skip


def test_what_is_wrapped_comes_back() -> None:
    card = wrap.wrap_card(DESK, CARD, case=CASE, number=0)
    assert len(card) == 256
    assert wrap.unwrap_card(DESK, card, case=CASE, number=0) == CARD
    notebook = wrap.wrap_notebook(MAILBOX, NOTEBOOK.to_json(), case=CASE)
    assert Notebook.from_json(wrap.unwrap_notebook(MAILBOX, notebook, case=CASE)) == NOTEBOOK
    assert wrap.unwrap_session(KEY, wrap.wrap_session(KEY, b"root", row=ROW), row=ROW) == b"root"
    pins = {"v": 1, "anchors": ["ab"]}
    assert wrap.unwrap_pins(ANNA, wrap.wrap_pins(ANNA, pins, officer_id=ID), officer_id=ID) == pins
    key = wrap.totp_key(KEY, ROW)
    assert wrap.unwrap_totp(key, wrap.wrap_totp(key, b"totp", officer_id=ID), officer_id=ID) == b"totp"


def test_a_password_gives_two_keys_that_say_nothing_of_each_other() -> None:
    auth, wrap_key = wrap.officer_keys(KEY)
    assert (auth, wrap_key) == (derive(KEY, "officer-auth"), derive(KEY, "officer-wrap"))
    assert auth != wrap_key


def test_an_officer_gets_only_the_registered_root_back() -> None:
    wrapped = wrap.wrap_officer(KEY, ANNA, officer_id=ID)
    assert wrap.unwrap_officer(KEY, wrapped, officer_id=ID, party=ANNA.party) == ANNA
    with pytest.raises(WrapDamaged):
        wrap.unwrap_officer(KEY, wrapped, officer_id=ID, party=DESK.party)
    with pytest.raises(WrapDamaged):
        wrap.unwrap_officer(KEY, wrapped, officer_id=ROW[:16], party=ANNA.party)


@pytest.mark.parametrize(
    "unwrap",
    [
        pytest.param(lambda w: wrap.unwrap_card(DESK, w, case=CASE, number=1), id="another number"),
        pytest.param(lambda w: wrap.unwrap_card(DESK, w, case=ID, number=0), id="another case"),
        pytest.param(lambda w: wrap.unwrap_card(ANNA, w, case=CASE, number=0), id="another root"),
        pytest.param(lambda w: wrap.unwrap_card(DESK, w[:-1], case=CASE, number=0), id="cut short"),
        pytest.param(
            lambda w: wrap.unwrap_card(DESK, w[:-1] + bytes([w[-1] ^ 1]), case=CASE, number=0), id="a bit"
        ),
        pytest.param(lambda w: wrap.unwrap_notebook(DESK, w, case=CASE), id="another kind of wrap"),
        pytest.param(lambda _: wrap.unwrap_session(KEY, b"short", row=ROW), id="nothing in it"),
    ],
)
def test_a_card_opens_nowhere_else(unwrap: Callable[[bytes], object]) -> None:
    with pytest.raises(WrapDamaged):
        unwrap(wrap.wrap_card(DESK, CARD, case=CASE, number=0))


def test_a_wrap_that_holds_something_else_is_refused() -> None:
    place = b"fortrolig/v1/wrap/pins\0" + ID
    with pytest.raises(WrapDamaged):
        wrap.unwrap_pins(ANNA, wrap.wrap(ANNA.wrap_key, b"{}", place), officer_id=ID)
    place = b"fortrolig/v1/wrap/officer\0" + ID + b"\x01"
    with pytest.raises(WrapDamaged):
        wrap.unwrap_officer(KEY, wrap.wrap(KEY, b"short", place), officer_id=ID, party=ANNA.party)


def test_a_title_is_cut_to_what_a_card_holds() -> None:
    card = wrap.fit_card("Ærø " * 100, "FRAUD")
    assert len(wrap.wrap_card(DESK, card, case=CASE, number=0)) == 256
    assert ("Ærø " * 100).startswith(card["title"])
    assert len(card["title"]) > 100
    assert wrap.fit_card("Kort", "OTHER")["title"] == "Kort"
    with pytest.raises(ValueError, match="216"):
        wrap.wrap_card(DESK, {"v": 1, "title": "x" * 216, "category": ""}, case=CASE, number=0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'"count":3', b'"count":-3', id="a negative count"),
        pytest.param(b'"count":3', b'"count":true', id="a truth value"),
        pytest.param(b'"day":"2026-05-02"', b'"day":"2026-5-2"', id="a day in another spelling"),
        pytest.param(b'"n":0', b'"n":0,"x":1', id="an unknown key"),
        pytest.param(b'"talks":[{"number":0,', b'"talks":[{', id="a missing key"),
        pytest.param(b'"last":{"n":0,', b'"last":["n",0,', id="no JSON"),
    ],
)
def test_another_spelling_of_a_notebook_is_refused(old: bytes, new: bytes) -> None:
    raw = NOTEBOOK.to_json()
    assert old in raw
    with pytest.raises(JsonMalformed):
        Notebook.from_json(raw.replace(old, new, 1))


@pytest.mark.parametrize("kind", ["grant", "wrap"])
def test_the_erase_layer_opens_under_its_key_and_is_told_by_its_first_bytes(kind: wrap.Erasable) -> None:
    stored = wrap.wrap_erasable(KEY, b"sealed already", case=CASE, kind=kind)
    assert len(stored) == len(b"sealed already") + wrap.ERASE_OVERHEAD
    assert wrap.has_erase_layer(stored)
    assert wrap.unwrap_erasable(KEY, stored, case=CASE, kind=kind) == b"sealed already"


def test_the_erase_layer_of_the_vector_is_the_one_that_is_written() -> None:
    vector = json.loads((VECTORS / "an_erase_layer_opens_under_its_key.json").read_text(encoding="utf-8"))
    given = {name: bytes.fromhex(value) for name, value in vector["input"].items()}
    case = given["place"][-17:-1]
    stored = wrap.ERASE_MARK + given["wrapped"]
    opened = wrap.unwrap_erasable(given["key"], stored, case=case, kind="wrap")
    assert opened.hex() == vector["expect"]["data"]


@pytest.mark.parametrize(
    "unwrap",
    [
        pytest.param(lambda w: wrap.unwrap_erasable(ROW, w, case=CASE, kind="wrap"), id="another key"),
        pytest.param(lambda w: wrap.unwrap_erasable(KEY, w, case=ID, kind="wrap"), id="another case"),
        pytest.param(lambda w: wrap.unwrap_erasable(KEY, w, case=CASE, kind="grant"), id="another kind"),
        pytest.param(lambda w: wrap.unwrap_erasable(KEY, w[8:], case=CASE, kind="wrap"), id="no mark"),
        pytest.param(lambda w: wrap.unwrap_erasable(KEY, w[:20], case=CASE, kind="wrap"), id="cut short"),
    ],
)
def test_an_erase_layer_opens_nowhere_else(unwrap: Callable[[bytes], bytes]) -> None:
    with pytest.raises(WrapDamaged):
        unwrap(wrap.wrap_erasable(KEY, bytes(72), case=CASE, kind="wrap"))
