"""The recovery sheet's words: an anchor root written so that a person can type it in again.

SPEC section 4. The sheet is a secret; whoever holds it can make a new keeper of the channel.
"""

import hashlib
from collections.abc import Sequence

from crypto.errors import SheetMalformed
from crypto.keys import Root
from crypto.words import BASE, WORDS, number_to_words, words_to_number

SHEET_WORDS = 20
"""Words that hold the root; the checksum word is one more."""

_ROOT_BITS = 256


def _checksum_word(root: Root) -> str:
    # Not a secret and no authentication: it catches a slip of the pen on the recovery sheet.
    digest = hashlib.sha256(b"fortrolig/v1/sheet\0" + root.secret).digest()
    return WORDS[int.from_bytes(digest[:4], "big") % BASE]


def anchor_words(root: Root) -> tuple[str, ...]:
    """The 21 words of the recovery sheet: 20 for the root, most significant first, and a checksum."""
    number = int.from_bytes(root.secret, "big")
    return (*number_to_words(number, SHEET_WORDS), _checksum_word(root))


def anchor_root(words: Sequence[str]) -> Root:
    """The root that the 21 `words` of a recovery sheet stand for.

    Raises PassphraseWordUnknown for a word outside the list and SheetMalformed for another number of
    words, a number beyond 256 bits, or a checksum word that does not fit.
    """
    if len(words) != SHEET_WORDS + 1:
        raise SheetMalformed(f"{len(words)} words instead of {SHEET_WORDS + 1}")
    number = words_to_number(words[:SHEET_WORDS])
    if number >> _ROOT_BITS:
        raise SheetMalformed("the words stand for no root")
    root = Root(number.to_bytes(32, "big"))
    if words_to_number(words[SHEET_WORDS:]) != words_to_number((_checksum_word(root),)):
        raise SheetMalformed("the checksum word does not fit")
    return root
