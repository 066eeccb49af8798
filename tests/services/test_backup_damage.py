"""Rule: a backup that is torn, changed, forged or somebody else's is refused, and nothing of it is restored.

Source: "A team can rely on it", section 5; SPEC 5 (age: every chunk authentic, the last one marked). Each refusal is
tried on one and the same empty instance.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crypto.agefile import HEAD_SIZE
from crypto.keys import Root
from portal.services.backup_format import MANIFEST, BackupDamaged, NewerBackup, OtherRecipient
from portal.services.parts import Parts
from tests.builders import Portal, SetClock
from tests.services.backups import PHOTO, forged, is_untouched, made, members, new_instance, put_back


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a portal with three reports, one with two files."""
    portal = Portal(tmp_path_factory.mktemp("old"), SetClock())
    team = portal.team(portal.staff("Anna Holm"))
    for files in ({}, {"photo.jpg": PHOTO, "note.txt": b"Third drawer."}, {}):
        portal.report(team, files=files)
    sealed = made(portal.parts)
    portal.close()
    return sealed


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """An instance in which nothing was ever done."""
    with new_instance(tmp_path_factory.mktemp("new")) as parts:
        yield parts


@pytest.mark.parametrize(
    "kept",
    [0, 1, 100, HEAD_SIZE - 20, HEAD_SIZE, HEAD_SIZE + 1, HEAD_SIZE + 65_552, HEAD_SIZE + 2 * 65_552, 0.5, 0.9, -1],
    ids=[
        "empty", "one byte", "in the header", "in the nonce", "header alone", "into the first chunk",
        "first chunk alone", "two chunks", "half", "nine tenths", "all but one byte",
    ],
)  # fmt: skip
def test_a_torn_backup_is_refused(kept: float, sealed: bytes, empty: Parts) -> None:
    length = int(len(sealed) * kept) if isinstance(kept, float) else kept
    with pytest.raises(BackupDamaged):
        put_back(empty, sealed[:length])
    assert is_untouched(empty)


@pytest.mark.parametrize("place", [30, 1_200, HEAD_SIZE + 5, 0.3, 0.6, 0.99, -1], ids=str)
def test_a_changed_byte_is_refused(place: float, sealed: bytes, empty: Parts) -> None:
    changed = bytearray(sealed)
    changed[int(len(sealed) * place) if isinstance(place, float) else place] ^= 1
    with pytest.raises((BackupDamaged, OtherRecipient)):
        put_back(empty, bytes(changed))
    assert is_untouched(empty)


def test_bytes_behind_the_end_are_refused(sealed: bytes, empty: Parts) -> None:
    with pytest.raises(BackupDamaged):
        put_back(empty, sealed + b"x")
    assert is_untouched(empty)


def test_another_identity_opens_nothing(sealed: bytes, empty: Parts) -> None:
    with pytest.raises(OtherRecipient):
        put_back(empty, sealed, Root.generate().identity)
    assert is_untouched(empty)


def said(manifest: bytes, **changed: object) -> bytes:
    return json.dumps(json.loads(manifest) | changed).encode()


def without_a_blob(files: dict[str, bytes]) -> None:
    files.pop(next(name for name in files if name.startswith("blobs/")))


def another_blob(files: dict[str, bytes]) -> None:
    files[next(name for name in files if name.startswith("blobs/"))] += b"x"


def another_key(files: dict[str, bytes]) -> None:
    files["keys/locator.key"] = bytes(32)


def a_file_more(files: dict[str, bytes]) -> None:
    manifest = files.pop(MANIFEST)
    files["blobs/" + "0" * 32] = b"x"
    files[MANIFEST] = manifest


def a_path_upwards(files: dict[str, bytes]) -> None:
    manifest = files.pop(MANIFEST)
    files["blobs/../../escaped"] = b"x"
    files[MANIFEST] = manifest


def no_manifest(files: dict[str, bytes]) -> None:
    files.pop(MANIFEST)


def manifest_first(files: dict[str, bytes]) -> None:
    rest = {name: files.pop(name) for name in list(files) if name != MANIFEST}
    files.update(rest)


def a_manifest_that_is_none(files: dict[str, bytes]) -> None:
    files[MANIFEST] = b'{"v": 1'


def another_end_of_the_register(files: dict[str, bytes]) -> None:
    files[MANIFEST] = said(files[MANIFEST], register={"entries": 3, "head": "0" * 64})


FORGERIES = [
    without_a_blob, another_blob, another_key, a_file_more, a_path_upwards, no_manifest, manifest_first,
    a_manifest_that_is_none, another_end_of_the_register,
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__.replace("_", " "))
def test_a_backup_that_is_not_what_its_manifest_says_is_refused(
    forge: Callable[[dict[str, bytes]], None], sealed: bytes, empty: Parts, tmp_path: Path
) -> None:
    files = members(sealed)
    forge(files)
    with pytest.raises(BackupDamaged):
        put_back(empty, forged(files))
    assert is_untouched(empty)
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize("changed", [{"v": 2}, {"schema": "m9999"}], ids=["another form", "a newer database"])
def test_a_backup_of_a_newer_version_is_refused_by_name(
    changed: dict[str, object], sealed: bytes, empty: Parts
) -> None:
    files = members(sealed)
    files[MANIFEST] = said(files[MANIFEST], **changed)
    with pytest.raises(NewerBackup):
        put_back(empty, forged(files))
    assert is_untouched(empty)


def test_a_forgery_that_changes_nothing_is_taken(sealed: bytes, tmp_path: Path) -> None:
    """Otherwise the refusals above might have another reason."""
    with new_instance(tmp_path / "another") as parts:
        assert put_back(parts, forged(members(sealed))).cases == 3
