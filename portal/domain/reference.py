"""The name of a case on pages: year and five random symbols, `2026-M4TX9`.

It says nothing about how many cases there are or which came first; the running number, which does, is
a field of the register.
"""

import secrets

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U, so that it can be read out on the telephone."""
LENGTH = 5


def new_reference(year: int) -> str:
    """A random reference, 25 bits. Two may meet: the database refuses the second, the caller draws again."""
    return f"{year:04d}-" + "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH))
