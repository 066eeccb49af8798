"""Every published age file gets its stated outcome, and what comes out before an error is what age releases.

C2SP CCTV (tests/crypto/cctv/README.md); SPEC section 5.
"""

import hashlib
import zlib
from collections import defaultdict
from pathlib import Path

import pytest

from crypto.agefile import open_
from crypto.errors import (
    AgeError,
    HeaderMacWrong,
    HeaderMalformed,
    NoIdentityMatches,
    NotSupported,
    PayloadDamaged,
)
from crypto.keys import Identity

FOLDER = Path(__file__).parent / "cctv"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".md")
PLAIN = [path for path in FILES if not path.name.startswith("refused_")]
REFUSED = [path for path in FILES if path.name.startswith("refused_")]
OUTCOMES = {
    "success": None,
    "no match": NoIdentityMatches,
    "HMAC failure": HeaderMacWrong,
    "header failure": HeaderMalformed,
    "payload failure": PayloadDamaged,
}


def read(path: Path) -> tuple[dict[str, list[str]], bytes]:
    """A vector's header, and its age file."""
    head, _, file = path.read_bytes().partition(b"\n\n")
    values: dict[str, list[str]] = defaultdict(list)
    for line in head.decode().split("\n"):
        key, _, value = line.partition(": ")
        values[key].append(value)
    return values, zlib.decompress(file) if values["compressed"] else file


def outcome(file: bytes, identities: list[str], step: int) -> tuple[type[AgeError] | None, bytes]:
    """The class of the error, if there was one, and what came out before it."""
    out = bytearray()
    parsed = [Identity.parse(text) for text in identities]
    try:
        for chunk in open_((file[at : at + step] for at in range(0, len(file), step)), parsed):
            out += chunk
    except AgeError as error:
        return type(error), bytes(out)
    return None, bytes(out)


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.name)
def test_a_published_file_gets_its_stated_outcome(path: Path) -> None:
    values, file = read(path)
    # In one piece, and in pieces that cut every line, nonce and chunk somewhere.
    for step in (len(file) or 1, 1 if len(file) < 5_000 else 997):
        error, released = outcome(file, values["identity"], step)
        assert error is OUTCOMES[values["expect"][0]]
        if values["payload"]:
            assert hashlib.sha256(released).hexdigest() == values["payload"][0]
        else:
            assert not released


def test_all_85_published_files_that_apply_are_here() -> None:
    assert len(PLAIN) == 85


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.name)
def test_armored_and_passphrase_files_are_refused_clearly(path: Path) -> None:
    values, file = read(path)
    beside_others = path.name in ("refused_scrypt_and_x25519", "refused_scrypt_double")
    assert outcome(file, values["identity"], len(file)) == (
        HeaderMalformed if beside_others else NotSupported,
        b"",
    )
