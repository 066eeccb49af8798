"""Words for people: the EFF large word list, and numbers as words and back.

`eff_large.txt` is the file `wordlist_en_eff.txt` of the PyPI wheel ``diceware`` 1.0.1, byte for byte:
7,776 English words by the Electronic Frontier Foundation, Creative Commons Attribution 3.0 US (see
NOTICE). Its SHA-256 is pinned below and checked when the module is loaded. Freed of everything but
a to z the list is prefix-free, so words run together can be told apart again; two of its words,
``yo-yo`` and ``yoyo``, become the same (SPEC section 4).
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from crypto.errors import PassphraseWordUnknown, SheetMalformed

LIST_SHA256 = "addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e"
BASE = 7776
"""The words of the list: a word is one digit of this base."""


def _load() -> tuple[str, ...]:
    raw = (Path(__file__).parent / "eff_large.txt").read_bytes()
    if hashlib.sha256(raw).hexdigest() != LIST_SHA256:
        # A changed list would print receipts that no other reader understands: fails closed.
        raise SheetMalformed("eff_large.txt is not the pinned word list")
    return tuple(line.split("\t")[1] for line in raw.decode("ascii").splitlines())


WORDS: tuple[str, ...] = _load()
"""The 7,776 words in the order of the list."""

NUMBER_OF_WORD: dict[str, int] = {word: number for number, word in enumerate(WORDS)}
"""The place of each word, as it is spelled in the list."""


def fold(text: str) -> str:
    """`text` as a key derivation takes it: NFKC, lower case, everything but a to z removed."""
    return re.sub("[^a-z]", "", unicodedata.normalize("NFKC", text).lower())


FOLDED_WORDS: dict[str, int] = {
    word if word.isalpha() else fold(word): number for number, word in reversed(list(enumerate(WORDS)))
}
"""The first word of the list for each folded spelling: 7,775 entries, prefix-free."""

_LONGEST = max(map(len, FOLDED_WORDS))


def split_folded(folded: str) -> tuple[list[str], int]:
    """The folded words that run together in `folded`, and how many letters they take up.

    Fewer letters than `folded` has means: no word of the list continues there.
    """
    words: list[str] = []
    at = 0
    while at < len(folded):
        for length in range(1, _LONGEST + 1):
            if folded[at : at + length] in FOLDED_WORDS:
                break
        else:
            break
        words.append(folded[at : at + length])
        at += len(words[-1])
    return words, at


def number_to_words(number: int, count: int) -> tuple[str, ...]:
    """`number` as `count` digits of base 7,776, the most significant first, zeros kept."""
    if number < 0 or number >= BASE**count:
        raise ValueError("the number does not fit in that many words")
    digits: list[str] = []
    for _ in range(count):
        number, digit = divmod(number, BASE)
        digits.append(WORDS[digit])
    return tuple(reversed(digits))


def _number_of(word: str) -> int:
    plain = unicodedata.normalize("NFKC", word).lower().strip()
    number = NUMBER_OF_WORD.get(plain, FOLDED_WORDS.get(fold(word)))
    if number is None:
        raise PassphraseWordUnknown(word)
    return number


def words_to_number(words: Sequence[str]) -> int:
    """The number whose base 7,776 digits are `words`; the reverse of number_to_words.

    Case does not matter, and a hyphen may be left out except in ``yo-yo``. Raises
    PassphraseWordUnknown with the word as typed.
    """
    number = 0
    for word in words:
        number = number * BASE + _number_of(word)
    return number
