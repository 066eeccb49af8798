"""A sealed file is there whole or not at all, after a crash too; its times tell the day and nothing more."""

import errno
import os
import secrets
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.store.blobs import CHUNK_BYTES, BlobReader, Blobs, BlobWriter
from portal.store.errors import BlobMissing, StorageFull, StoreError

ROOT = Path(__file__).parent.parent.parent
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


# No room


def test_a_report_that_would_fill_the_disk_is_refused_before_it_begins(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs", min_free_bytes=2**60)
    with pytest.raises(StorageFull):
        blobs.begin()
    assert files(blobs) == []


def test_a_disk_that_gets_too_full_stops_the_writing(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = blobs.begin()
    writer.write(CONTENT)
    monkeypatch.setattr(blobs, "min_free_bytes", 2**60)
    with pytest.raises(StorageFull):
        writer.write(CONTENT)
    assert files(blobs) == []


@pytest.mark.parametrize("call", ["write", "fsync", "link", "utime"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT], ids=["disk full", "quota"])
def test_no_room_at_any_step_leaves_nothing(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, "no room")

    writer = blobs.begin()
    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(StorageFull):
        write_and_commit(writer)
    monkeypatch.undo()
    assert files(blobs) == []


def write_and_commit(writer: BlobWriter) -> None:
    writer.write(CONTENT)
    writer.commit(ID)


def test_an_error_that_is_not_about_room_is_not_called_full(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    writer = blobs.begin()
    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(OSError, match="broken"):
        writer.write(CONTENT)
    monkeypatch.undo()
    writer.abort()
    assert files(blobs) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB; only root may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mount.returncode:
        pytest.skip("no right to mount a small file system; the limit on file sizes stands in for it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_truly_full_loses_nothing_and_keeps_nothing_half(small_disk: Path) -> None:
    blobs = Blobs(small_disk / "blobs", min_free_bytes=0)
    put(blobs)
    with pytest.raises(StorageFull):
        put(blobs, secrets.token_bytes(16), bytes(2 * 1024 * 1024))
    assert files(blobs) == [blobs.path(ID)]
    assert b"".join(blobs.open(ID)) == CONTENT


LIMITED = """
import resource, sys
from pathlib import Path
from portal.store.blobs import Blobs
from portal.store.errors import StorageFull
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
writer = Blobs(Path(sys.argv[1]), 0).begin()
try:
    for _ in range(10):
        writer.write(bytes(30_000))
except StorageFull:
    sys.exit(0)
sys.exit(1)
"""


def test_a_limit_on_file_sizes_counts_as_no_room(blobs: Blobs) -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED, str(blobs.root)], check=False, cwd=ROOT)
    assert done.returncode == 0
    assert files(blobs) == []


# Crashes

WRITING = """
import sys, time
from pathlib import Path
from portal.store.blobs import Blobs
writer = Blobs(Path(sys.argv[1]), 0).begin()
writer.write(bytes(500_000))
print("writing", flush=True)
time.sleep(60)
"""
WRITING_ON_AND_ON = """
import sys
from pathlib import Path
from portal.store.blobs import Blobs
blobs = Blobs(Path(sys.argv[1]), 0)
print("begin", flush=True)
for number in range(100_000):
    writer = blobs.begin()
    writer.write(bytes(70_000))
    writer.write(bytes(70_000))
    writer.commit(number.to_bytes(16, "big"))
    print(number, flush=True)
"""


def start(program: str, blobs: Blobs) -> "subprocess.Popen[bytes]":
    running = subprocess.Popen(
        [sys.executable, "-c", program, str(blobs.root)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert running.stdout is not None
    assert running.stdout.readline()
    return running


def kill(running: "subprocess.Popen[bytes]") -> list[int]:
    """Every number the program had acknowledged before it was killed."""
    running.kill()
    out, _ = running.communicate()
    return [int(line) for line in out.split(b"\n")[:-1]]


def test_a_write_that_goes_on_is_not_swept_away_and_a_dead_one_is(blobs: Blobs) -> None:
    running = start(WRITING, blobs)
    assert blobs.sweep(set(), min_age_seconds=0) == 0
    assert len(files(blobs)) == 1
    kill(running)
    assert blobs.sweep(set(), min_age_seconds=0) == 1
    assert files(blobs) == []


@pytest.mark.parametrize("milliseconds", [3, 10, 30, 80])
def test_a_killed_writer_leaves_whole_blobs_only(blobs: Blobs, milliseconds: int) -> None:
    running = start(WRITING_ON_AND_ON, blobs)
    time.sleep(milliseconds / 1000)
    acknowledged = kill(running)
    visible = {one for one in files(blobs) if one.suffix != ".part"}
    assert {blobs.path(n.to_bytes(16, "big")) for n in acknowledged} <= visible
    assert {one.stat().st_size for one in visible} <= {140_000}
    blobs.sweep({bytes.fromhex(one.name) for one in visible})
    assert set(files(blobs)) == visible


def test_a_sweep_removes_what_no_row_knows_and_keeps_the_rest(blobs: Blobs) -> None:
    known, unknown = secrets.token_bytes(16), secrets.token_bytes(16)
    put(blobs, known)
    put(blobs, unknown)
    assert blobs.sweep({known}) == 0, "a blob may be there a moment before its row"
    assert blobs.sweep({known}, min_age_seconds=0) == 1
    assert files(blobs) == [blobs.path(known)]


def test_a_sweep_leaves_alone_what_is_none_of_its_business(blobs: Blobs) -> None:
    stray = blobs.root / "no" / "lost+found"
    stray.parent.mkdir()
    stray.touch()
    assert blobs.sweep(set(), min_age_seconds=0) == 0
    assert stray.exists()
