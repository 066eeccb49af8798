"""Sealing and opening 1 GiB in Python, beside libsodium's own rate on the same bytes and the cost of one stretching."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt

from benchmarks.reports import Figures
from crypto.agefile import open_, seal
from crypto.keys import Root
from crypto.receipt import mailbox_root
from crypto.stream import CHUNK

CHUNKS = 16_384
PARTS = 4
ROUNDS = 3
STRETCHINGS = 15


def measure() -> Figures:
    """Medians of three rounds, in MB (10^6 bytes) a second; the three take turns, so that all meet the same machine."""
    root = Root.generate()
    sealed = _sealed_quarter(root)
    rates: dict[str, list[float]] = {"seal_mb_s": [], "open_mb_s": [], "libsodium_mb_s": []}
    for _ in range(ROUNDS):
        rates["libsodium_mb_s"].append(_rate(_bare))
        rates["seal_mb_s"].append(_rate(lambda chunks: seal(chunks, [root.party.recipient])))
        rates["open_mb_s"].append(_rate(lambda _chunks: _open_quarters(sealed, root)))
    return {
        **{name: round(statistics.median(found)) for name, found in rates.items()},
        "argon2id_ms": round(1000 * statistics.median(_stretching() for _ in range(STRETCHINGS)), 1),
    }


def _content() -> Iterator[bytes]:
    chunk = os.urandom(CHUNK)
    return (chunk for _ in range(CHUNKS))


def _rate(work: Callable[[Iterable[bytes]], Iterable[bytes]]) -> float:
    began = time.perf_counter()
    for _sealed in work(_content()):
        pass
    return CHUNKS * CHUNK / 1e6 / (time.perf_counter() - began)


def _bare(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What libsodium alone needs, called once a chunk as cheaply as Python can."""
    key = os.urandom(32)
    for number, chunk in enumerate(chunks):
        yield crypto_aead_chacha20poly1305_ietf_encrypt(chunk, None, number.to_bytes(12, "big"), key)


def _sealed_quarter(root: Root) -> Sequence[bytes]:
    """A sealed file of 256 MiB, in the pieces in which the blob store hands files out."""
    content = (os.urandom(CHUNK) for _ in range(CHUNKS // PARTS))
    sealed = b"".join(seal(content, [root.party.recipient]))
    return [sealed[at : at + CHUNK] for at in range(0, len(sealed), CHUNK)]


def _open_quarters(sealed: Sequence[bytes], root: Root) -> Iterator[bytes]:
    for _ in range(PARTS):
        yield from open_(sealed, [root.identity])


def _stretching() -> float:
    began = time.perf_counter()
    mailbox_root("K7QF9M3TX2VB", "dropdowntshirtyoyofelttipabacuszoom")
    return time.perf_counter() - began
