"""The name of a case on pages: year and five random symbols, `2026-M4TX9`.

It says nothing about how many cases there are or which came first; the running number, which does, is
a field of the register.
"""

import re
import secrets

from portal.domain.errors import ReferenceMalformed

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U, so that it can be read out on the telephone."""
LENGTH = 5
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
SHAPE = re.compile(rf"[0-9]{{4}}[{SYMBOLS}]{{{LENGTH}}}")


def new_reference(year: int) -> str:
    """A random reference, 25 bits. Two may meet: the database refuses the second, the caller draws again."""
    return f"{year:04d}-" + "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH))


def fold_reference(text: str) -> str:
    """The reference somebody typed, in the one form it is stored in. Raises ReferenceMalformed."""
    packed = "".join(text.upper().replace("-", " ").split()).translate(READ_AS)
    if SHAPE.fullmatch(packed) is None:
        raise ReferenceMalformed("a reference looks like 2026-M4TX9")
    return f"{packed[:4]}-{packed[4:]}"
