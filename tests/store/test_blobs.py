"""A sealed file is there whole or not at all, after a crash too; its times tell the day and nothing more."""

import os
import secrets
import stat
import time
from pathlib import Path

import pytest

from portal.store.blobs import CHUNK_BYTES, BlobReader, Blobs
from portal.store.errors import BlobMissing, StoreError

ID = bytes(range(16))
CONTENT = secrets.token_bytes(3 * CHUNK_BYTES + 17)
DAY_SECONDS = 86_400


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs", min_free_bytes=0)


def put(blobs: Blobs, blob_id: bytes = ID, content: bytes = CONTENT) -> None:
    writer = blobs.begin()
    for start in range(0, len(content), CHUNK_BYTES):
        writer.write(content[start : start + CHUNK_BYTES])
    writer.commit(blob_id)


def files(blobs: Blobs) -> list[Path]:
    return [one for one in blobs.root.rglob("*") if one.is_file()]


def test_what_was_written_is_read_back_in_chunks(blobs: Blobs) -> None:
    put(blobs)
    chunks = list(blobs.open(ID))
    assert b"".join(chunks) == CONTENT
    assert [len(chunk) for chunk in chunks] == [CHUNK_BYTES] * 3 + [17]
    assert blobs.size(ID) == len(CONTENT)


def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    put(blobs, content=b"")
    assert list(blobs.open(ID)) == []
    assert blobs.size(ID) == 0


def test_nobody_sees_a_blob_before_it_is_whole(blobs: Blobs) -> None:
    writer = blobs.begin()
    writer.write(CONTENT)
    assert not blobs.path(ID).exists()
    with pytest.raises(BlobMissing):
        blobs.open(ID)
    writer.abort()


def test_an_aborted_blob_leaves_nothing(blobs: Blobs) -> None:
    writer = blobs.begin()
    writer.write(CONTENT)
    writer.abort()
    writer.abort()
    assert files(blobs) == []


def test_a_blob_whose_writing_fails_leaves_nothing(blobs: Blobs) -> None:
    def fail() -> None:
        with blobs.begin() as writer:
            writer.write(CONTENT)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert files(blobs) == []


def test_leaving_the_writer_after_a_commit_keeps_the_blob(blobs: Blobs) -> None:
    with blobs.begin() as writer:
        writer.write(CONTENT)
        writer.commit(ID)
    assert blobs.size(ID) == len(CONTENT)


def test_a_missing_blob_is_told_at_once(blobs: Blobs) -> None:
    with pytest.raises(BlobMissing):
        blobs.open(ID)
    with pytest.raises(BlobMissing):
        blobs.size(ID)


def test_a_blob_never_takes_the_place_of_another(blobs: Blobs) -> None:
    """Ids come from outside: a second file under one id must not replace the first."""
    put(blobs)
    with pytest.raises(StoreError):
        put(blobs, content=b"other")
    assert b"".join(blobs.open(ID)) == CONTENT
    assert len(files(blobs)) == 1


@pytest.mark.parametrize("blob_id", [b"", bytes(15), b"../../etc/passwd!"])
def test_what_is_no_id_is_no_path(blobs: Blobs, blob_id: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        blobs.open(blob_id)


def test_erasing_is_final_and_may_be_repeated(blobs: Blobs) -> None:
    put(blobs)
    blobs.erase(ID)
    blobs.erase(ID)
    assert files(blobs) == []


def test_a_reader_that_stops_early_holds_nothing_open(blobs: Blobs) -> None:
    put(blobs)
    before = len(list(Path("/proc/self/fd").iterdir()))
    reader = blobs.open(ID)
    next(reader)
    reader.close()
    reader.close()
    assert list(reader) == []
    forgotten: BlobReader | None = blobs.open(ID)
    assert forgotten is not None
    forgotten = None
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_only_the_owner_can_look_in(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "instance" / "blobs", min_free_bytes=0)
    put(blobs)
    for one in (tmp_path / "instance").rglob("*"):
        assert stat.S_IMODE(one.stat().st_mode) == (0o700 if one.is_dir() else 0o600), one


def test_times_of_files_and_folders_tell_the_day_and_nothing_more(blobs: Blobs) -> None:
    midnight = time.time() // DAY_SECONDS * DAY_SECONDS
    put(blobs)
    found = blobs.path(ID).stat()
    assert (found.st_mtime, found.st_atime) == (midnight, midnight)
    blobs.begin().abort()
    folders = (blobs.root, blobs.incoming, blobs.path(ID).parent)
    assert [one.stat().st_mtime for one in folders] == [midnight] * 3
    blobs.erase(ID)
    assert [one.stat().st_mtime for one in folders] == [midnight] * 3


def test_reading_leaves_no_time_behind(blobs: Blobs) -> None:
    """A reporter who fetches a file does something too. (A folder without relatime would show it.)"""
    put(blobs)
    os.utime(blobs.path(ID), (0, DAY_SECONDS))  # older than its change: any reading would be noted
    b"".join(blobs.open(ID))
    assert blobs.path(ID).stat().st_atime == 0
