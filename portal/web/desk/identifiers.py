"""Ids in addresses and bodies: 32 lower-case hex digits, one spelling each."""

import re

from portal.services.errors import NotFound

HEX_ID = re.compile(r"[0-9a-f]{32}")


def id_of(text: str) -> bytes:
    """The 16 bytes that `text` spells. Raises NotFound: an address that can't be is one that isn't there."""
    if not HEX_ID.fullmatch(text):
        raise NotFound
    return bytes.fromhex(text)
