"""Files of any size pass through in constant memory, however they are cut up (SPEC 5; C2SP age.md, Payload)."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.agefile import HEAD_SIZE, Opener, Sealer, open_, open_bytes, seal, seal_bytes
from crypto.errors import AgeError, HeaderMalformed, PayloadDamaged
from crypto.keys import Root
from crypto.stream import CHUNK, SEALED_CHUNK, StreamOpener, open_stream, seal_stream

KEY = bytes(range(32))
ROOT = Root(bytes(range(32)))
BLOCK = bytes(range(256)) * 512


def cut(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    """`data` in pieces of these sizes, then the rest."""
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
    yield data[at:]


SIZES = st.lists(
    st.sampled_from([0, 1, 15, 16, CHUNK - 1, CHUNK, SEALED_CHUNK, CHUNK + 17, 100_000]), max_size=6
)


@settings(max_examples=60, deadline=None)
@given(
    length=st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 200_000]), sizes=SIZES, again=SIZES
)
def test_how_a_stream_is_cut_up_does_not_matter(length: int, sizes: list[int], again: list[int]) -> None:
    plain = (BLOCK * 2)[:length]
    sealed = b"".join(seal_stream(KEY, cut(plain, sizes)))
    assert sealed == b"".join(seal_stream(KEY, [plain]))
    assert len(sealed) == length + 16 * max(1, -(-length // CHUNK))
    assert b"".join(open_stream(KEY, cut(sealed, again))) == plain


@settings(max_examples=40, deadline=None)
@given(end=st.integers(0, 2 * SEALED_CHUNK + 99), sizes=SIZES)
def test_a_stream_cut_short_anywhere_is_refused_after_what_is_whole(end: int, sizes: list[int]) -> None:
    plain = BLOCK[: 2 * CHUNK] + b"x" * 100
    sealed = b"".join(seal_stream(KEY, [plain]))
    out = bytearray()
    with pytest.raises(PayloadDamaged):  # noqa: PT012 - what came before the damage is the point
        for chunk in open_stream(KEY, cut(sealed[:end], sizes)):
            out += chunk
    assert out == plain[: end // SEALED_CHUNK * CHUNK]


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2), (1, 2), (0, 0, 1, 2), (2,), (0, 1, 2, 2)])
def test_chunks_that_were_moved_left_out_or_repeated_are_refused(order: tuple[int, ...]) -> None:
    sealed = b"".join(seal_stream(KEY, [BLOCK[: 2 * CHUNK] + b"end"]))
    chunks = [sealed[at : at + SEALED_CHUNK] for at in range(0, len(sealed), SEALED_CHUNK)]
    with pytest.raises(PayloadDamaged):
        list(open_stream(KEY, [b"".join(chunks[number] for number in order)]))


def test_a_last_chunk_that_stands_twice_is_refused() -> None:
    sealed = b"".join(seal_stream(KEY, [BLOCK[:CHUNK]]))
    with pytest.raises(PayloadDamaged):
        list(open_stream(KEY, [sealed + sealed]))


def test_a_hundred_megabytes_pass_in_constant_memory() -> None:
    pieces, piece = 800, BLOCK
    assert len(piece) == 131_072
    tracemalloc.start()
    try:
        sealed = seal((piece for _ in range(pieces)), [ROOT.party.recipient])
        size = sum(map(len, open_(sealed, [ROOT.identity])))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == pieces * len(piece)
    assert peak < 2_000_000


def test_every_cut_of_a_header_is_refused() -> None:
    sealed = seal_bytes(b"text", [ROOT.party.recipient])
    for end in range(0, HEAD_SIZE, 7):
        with pytest.raises(HeaderMalformed):
            open_bytes(sealed[:end], [ROOT.identity])


def test_every_changed_byte_of_a_file_is_refused() -> None:
    sealed = seal_bytes(b"text", [ROOT.party.recipient])
    for at in [*range(0, len(sealed), 11), *range(HEAD_SIZE - 20, len(sealed))]:
        with pytest.raises(AgeError):
            open_bytes(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], [ROOT.identity])


def test_a_header_that_never_ends_is_refused_in_time() -> None:
    opener = Opener([ROOT.identity])
    fed = 0
    with pytest.raises(HeaderMalformed):  # noqa: PT012 - how much is read before the refusal is the point
        for piece in [b"age-encryption.org/v1\n", *[b"-> x\n\n" * 10_000] * 1_000]:
            fed += len(piece)
            list(opener.update(piece))
    assert fed < 2_000_000


def test_a_file_is_sealed_to_somebody() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Sealer([])


def test_two_sealings_of_the_same_have_nothing_in_common() -> None:
    first, second = (seal_bytes(b"x" * 100, [ROOT.party.recipient]) for _ in range(2))
    assert first[HEAD_SIZE - 16 : HEAD_SIZE] != second[HEAD_SIZE - 16 : HEAD_SIZE]
    assert first[HEAD_SIZE:] != second[HEAD_SIZE:]


def test_nothing_is_released_before_its_tag_was_checked() -> None:
    opener = StreamOpener(KEY)
    sealed = b"".join(seal_stream(KEY, [BLOCK[: CHUNK + 1]]))
    assert list(opener.update(sealed[: SEALED_CHUNK - 1])) == []
    assert list(opener.update(sealed[SEALED_CHUNK - 1 :])) == [BLOCK[:CHUNK]]
    assert list(opener.finish()) == [BLOCK[CHUNK : CHUNK + 1]]
