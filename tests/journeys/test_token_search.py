"""Rule: the search of the silence test finds a token in every encoding that BUDGETS names, wherever it begins.

A search that finds nothing proves nothing until it has been seen to find.
"""

import base64
import gzip
import os
import random
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.journeys.token_search import TokenSearch

TOKEN = "Æblet faldt på kaj 7/9 i går?"
RAW = TOKEN.encode()
NOISE = random.Random(1).randbytes(50_000)  # noqa: S311 - the same in every run
SEARCH = TokenSearch({"the text": TOKEN})

WAYS = {
    "raw": RAW,
    "UTF-16 LE": TOKEN.encode("utf-16-le"),
    "UTF-16 BE": TOKEN.encode("utf-16-be"),
    "Latin-1": TOKEN.encode("latin-1"),
    "base64, at a group's first byte": base64.b64encode(b"123" + RAW + b"45678"),
    "base64, at its second": base64.b64encode(b"1" + RAW + b"45678"),
    "base64, at its third": base64.b64encode(b"12" + RAW + b"4"),
    "base64 for addresses": base64.urlsafe_b64encode(b"12" + RAW),
    "hex": RAW.hex().encode(),
    "upper-case hex": RAW.hex().upper().encode(),
    "percent": quote(TOKEN, safe="").encode(),
    "percent, lower case": quote(TOKEN, safe="").lower().encode(),
    "percent as forms write it": quote_plus(TOKEN).encode(),
    "percent, every byte": "".join(f"%{byte:02x}" for byte in RAW).encode(),
    "zlib": zlib.compress(b"before " + RAW + b" after"),
    "zlib at its fastest": zlib.compress(RAW * 3, 1),
    "gzip": gzip.compress(b"before " + RAW),
    "base64 inside gzip": gzip.compress(base64.b64encode(b"1" + RAW)),
    "zlib inside gzip": gzip.compress(zlib.compress(RAW)),
    "zlib, broken off": zlib.compress(RAW + os.urandom(9000))[:-4000],
    "an escape of JSON": b'"\\u00c6blet faldt p\\u00e5 kaj 7/9 i g\\u00e5r?"',
    "an escape of Python": TOKEN.encode("unicode_escape"),
    "bytes as Python prints them": repr(b"form: " + RAW).encode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_token_is_found_in_the_middle_of_noise(way: str) -> None:
    found = SEARCH.in_bytes(NOISE + WAYS[way] + NOISE[:777], "here")
    assert {one.token for one in found} == {"the text"}


@pytest.mark.parametrize("shift", range(3))
def test_binary_is_found_in_base64_at_every_place_of_a_group(shift: int) -> None:
    token = bytes(range(200, 224))
    written = base64.b64encode(b"\xff" * shift + token + b"\xff" * 7)
    found = TokenSearch({"a key": token}).in_bytes(written, "here")
    assert [one.encoding for one in found] == [f"base64, {shift} on"]


def test_noise_alone_holds_nothing() -> None:
    assert SEARCH.in_bytes(NOISE, "here") == []


def test_what_was_found_is_named_without_repeating_it() -> None:
    found = SEARCH.in_bytes(RAW, "a log")
    assert TOKEN not in repr(found)
    assert found[0].where == "a log"


def test_files_folders_and_their_names_are_searched(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "one.bin").write_bytes(NOISE + RAW)
    (tmp_path / "deep" / f"{TOKEN[:10]}.txt").touch()
    search = TokenSearch({"the text": TOKEN, "the name": TOKEN[:10]})
    found = {(one.token, one.where.split("/")[-1]) for one in search.in_folder(tmp_path)}
    assert ("the text", "one.bin") in found
    assert ("the name", f"{TOKEN[:10]}.txt") in found


def test_a_token_across_the_pages_of_a_database_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE held (value BLOB)")
        for start in range(3990, 4100):  # one of these lies on a page's border
            database.execute("INSERT INTO held VALUES (?)", (b"x" * start + RAW,))
        database.commit()
    found = SEARCH.in_folder(tmp_path)
    assert sum("cell" in one.where for one in found) >= 110


def test_a_token_that_chance_would_find_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        TokenSearch({"a day": "2 May"})
