"""A file comes back byte for byte, or not at all; its true length shows nowhere outside (SPEC 11)."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from crypto.agefile import open_bytes, seal_bytes
from crypto.attachment import AttachmentSealer, open_attachment
from crypto.errors import AttachmentDamaged
from crypto.message import FileItem
from tests.crypto.cast import root

TALK = root("talk 0")


def seal(content: bytes, step: int = 50_000) -> tuple[bytes, FileItem]:
    sealer = AttachmentSealer(TALK.party.recipient)
    pieces = [sealer.update(content[at : at + step]) for at in range(0, len(content), step)]
    sealed = b"".join(pieces) + b"".join(sealer.finish())
    assert sealer.sealed_size == len(sealed)
    assert sealer.head == hashlib.sha256(sealed[:1643]).digest()
    item = FileItem("11" * 16, "a.bin", "text/plain", sealer.size, sealer.sha256.hex(), sealer.head.hex())
    return sealed, item


def opened(sealed: bytes, item: FileItem, step: int = 10_000) -> Iterator[bytes]:
    chunks = (sealed[at : at + step] for at in range(0, len(sealed), step))
    return open_attachment(chunks, TALK.identity, item)


CONTENT = bytes(range(256)) * 1_000
SEALED, ITEM = seal(CONTENT)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000])
def test_files_of_every_size_come_back(size: int) -> None:
    content = (CONTENT * 2)[:size]
    sealed, item = seal(content)
    assert b"".join(opened(sealed, item)) == content
    assert b"".join(opened(sealed, item, step=1_000_000)) == content


def test_files_up_to_64_kib_have_one_size() -> None:
    sizes = {len(seal(bytes(size))[0]) for size in (0, 1, 65_536)}
    assert len(sizes) == 1


def test_a_swapped_file_is_refused_before_anything_is_released() -> None:
    other, _ = seal(CONTENT)
    with pytest.raises(AttachmentDamaged):
        next(opened(other, ITEM))
    with pytest.raises(AttachmentDamaged):
        next(opened(b"", ITEM))


def test_a_cut_or_changed_file_is_refused_at_the_damage() -> None:
    for wrong in (SEALED[:-1], SEALED[:2_000], SEALED[:-20] + b"x" + SEALED[-19:]):
        with pytest.raises(AttachmentDamaged):
            list(opened(wrong, ITEM))
    released = b""
    with pytest.raises(AttachmentDamaged):  # noqa: PT012 - what came before the damage is the point
        for piece in opened(SEALED[:200_000], ITEM):
            released += piece
    assert released
    assert CONTENT.startswith(released)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"size": ITEM.size - 1}, id="a smaller size"),
        pytest.param({"size": ITEM.size + 1}, id="a larger size"),
        pytest.param({"size": 0}, id="no size"),
        pytest.param({"sha256": "00" * 32}, id="another hash"),
        pytest.param({"head": "00" * 32}, id="another head"),
    ],
)
def test_a_file_that_the_message_does_not_describe_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(AttachmentDamaged):
        list(opened(SEALED, replace(ITEM, **changes)))  # type: ignore[arg-type]


def test_padding_that_hides_something_is_refused() -> None:
    sealed = seal_bytes(b"abc" + bytes(65_532) + b"x", [TALK.party.recipient])
    item = replace(
        ITEM,
        size=3,
        sha256=hashlib.sha256(b"abc").hexdigest(),
        head=hashlib.sha256(sealed[:1643]).hexdigest(),
    )
    with pytest.raises(AttachmentDamaged):
        list(opened(sealed, item))
    assert len(open_bytes(sealed, [TALK.identity])) == 65_536


def test_a_second_reader_of_a_file_is_refused() -> None:
    plain = b"abc" + bytes(65_533)
    sealed = seal_bytes(plain, [TALK.party.recipient, root("thief").party.recipient])
    item = replace(
        ITEM,
        size=3,
        sha256=hashlib.sha256(b"abc").hexdigest(),
        head=hashlib.sha256(sealed[:1643]).hexdigest(),
    )
    with pytest.raises(AttachmentDamaged):
        list(opened(sealed, item))
