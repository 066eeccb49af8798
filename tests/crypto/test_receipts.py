"""A receipt is forgiving to type and exact in what it means; a repeated form gives the same one (SPEC 9)."""

from itertools import pairwise

import pytest

from crypto.errors import (
    CaseKeyMalformed,
    PassphraseMalformed,
    PassphraseWordUnknown,
    TokenExpired,
    TokenMalformed,
)
from crypto.receipt import (
    CASE_KEY_ALPHABET,
    Receipt,
    fold_case_key,
    fold_passphrase,
    new_token,
    read_token,
)
from crypto.words import FOLDED_WORDS, WORDS

KEY = bytes(range(32))


def test_a_new_receipt_has_twelve_symbols_and_six_words() -> None:
    receipts = [Receipt.generate() for _ in range(50)]
    assert len({receipt.case_key for receipt in receipts}) == 50
    for receipt in receipts:
        assert set(receipt.case_key) <= set(CASE_KEY_ALPHABET)
        assert fold_case_key(receipt.shown_key) == receipt.case_key
        assert len(receipt.words) == 6
        assert set(receipt.words) <= set(WORDS)
        assert receipt.case_key not in repr(receipt)


def test_the_same_token_gives_the_same_receipt_and_another_server_another() -> None:
    first = Receipt.derive(b"\x07" * 32, KEY)
    assert first == Receipt.derive(b"\x07" * 32, KEY)
    assert first != Receipt.derive(b"\x08" * 32, KEY)
    assert first != Receipt.derive(b"\x07" * 32, bytes(32))


@pytest.mark.parametrize(
    "typed", ["K7QF-9M3T-X2VB", "k7qf 9m3t x2vb", "K7QF9M3TX2VB", " k7qf\u20139m3t\u2014x2vb\n"]
)
def test_a_case_key_may_be_typed_in_many_ways(typed: str) -> None:
    assert fold_case_key(typed) == "K7QF9M3TX2VB"


def test_letters_that_look_like_digits_are_those_digits() -> None:
    assert fold_case_key("OIL0-oil1-0000") == "011001110000"


@pytest.mark.parametrize(
    "typed", ["", "K7QF-9M3T-X2V", "K7QF-9M3T-X2VBB", "K7QF-9M3T-X2VU", "K7QF_9M3T_X2VB"]
)
def test_what_is_no_case_key_is_refused(typed: str) -> None:
    with pytest.raises(CaseKeyMalformed):
        fold_case_key(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "drop-down t-shirt yo-yo felt-tip abacus zoom",
        "Drop-Down  T-Shirt YOYO\tfelt tip abacus\nzoom ",
        "dropdowntshirtyoyofelttipabacuszoom",
        "1. drop-down 2. t-shirt 3. yoyo 4. felt-tip 5. abacus 6. zoom",
        "\uff44\uff52\uff4f\uff50-down t-shirt yo-yo felt-tip abacus zoom",
    ],
)
def test_a_passphrase_may_be_typed_in_many_ways(typed: str) -> None:
    assert fold_passphrase(typed) == "dropdowntshirtyoyofelttipabacuszoom"


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("abacus abdomen Abdomin zoom zoom zoom", "Abdomin"),
        ("abacus abdomen zoom zoom zoom zoo", "zoo"),
        ("blåbær abacus abdomen zoom zoom zoom", "blåbær"),
    ],
)
def test_a_word_outside_the_list_is_named(typed: str, word: str) -> None:
    with pytest.raises(PassphraseWordUnknown) as caught:
        fold_passphrase(typed)
    assert caught.value.word == word
    assert word not in str(caught.value)


@pytest.mark.parametrize("count", [0, 5, 7])
def test_another_number_of_words_is_refused(count: int) -> None:
    with pytest.raises(PassphraseMalformed):
        fold_passphrase("zoom " * count)


def test_words_that_run_together_can_be_told_apart() -> None:
    assert not any(after.startswith(word) for word, after in pairwise(sorted(FOLDED_WORDS)))
    assert set(WORDS) - set(FOLDED_WORDS) == {"drop-down", "felt-tip", "t-shirt", "yo-yo"}


def test_a_token_is_good_for_its_time_and_its_server() -> None:
    token = new_token(1_000_000, KEY)
    assert len(token) == 72
    read = read_token(token, KEY, 1_000_100)
    assert read.issued_at == 1_000_000
    assert read.ikm == token[8:40]
    assert read_token(token, KEY, 1_086_400) == read
    with pytest.raises(TokenExpired):
        read_token(token, KEY, 1_086_401)
    with pytest.raises(TokenExpired):
        read_token(token, KEY, 1_001_801, max_age_seconds=1_800)
    for wrong in (token[:-1], b"\x01" + token[1:], token[:-1] + bytes([token[-1] ^ 1]), b""):
        with pytest.raises(TokenMalformed):
            read_token(wrong, KEY, 1_000_100)
    with pytest.raises(TokenMalformed):
        read_token(token, bytes(32), 1_000_100)
    with pytest.raises(TokenMalformed):
        read_token(token, KEY, 999_999)
