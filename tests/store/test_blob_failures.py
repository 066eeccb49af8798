"""A full disk and a killed writer leave whole blobs and nothing half; what is left over is swept away."""

import errno
import os
import resource
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.store.blobs import CHUNK_BYTES, Blobs, BlobWriter
from portal.store.errors import StorageFull
from tests.left_out import left_out

ID = bytes(range(16))
CONTENT = secrets.token_bytes(3 * CHUNK_BYTES + 17)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs", min_free_bytes=0)


def put(blobs: Blobs, blob_id: bytes = ID, content: bytes = CONTENT) -> None:
    with blobs.begin() as writer:
        writer.write(content)
        writer.commit(blob_id)


def files(blobs: Blobs) -> list[Path]:
    return [one for one in blobs.root.rglob("*") if one.is_file()]


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
        left_out("no right to mount a small file system; the limit on file sizes stands in for it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_truly_full_loses_nothing_and_keeps_nothing_half(small_disk: Path) -> None:
    blobs = Blobs(small_disk / "blobs", min_free_bytes=0)
    put(blobs)
    with pytest.raises(StorageFull):
        put(blobs, secrets.token_bytes(16), bytes(2 * 1024 * 1024))
    assert files(blobs) == [blobs.path(ID)]
    assert b"".join(blobs.open(ID)) == CONTENT


def test_a_limit_on_file_sizes_counts_as_no_room(blobs: Blobs) -> None:
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        status = 1
        try:
            write_much(blobs)
        except StorageFull:
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert files(blobs) == []


def write_much(blobs: Blobs) -> None:
    writer = blobs.begin()
    for _ in range(10):
        writer.write(bytes(30_000))


@dataclass
class Writer:
    """Another process that writes blobs; `told` is the end of a pipe on which it says what it has done."""

    process_id: int
    told: int

    def kill(self) -> bytes:
        """Everything it had said before it was killed."""
        os.kill(self.process_id, signal.SIGKILL)
        os.waitpid(self.process_id, 0)
        with os.fdopen(self.told, "rb") as told:
            return told.read()


def start(blobs: Blobs, work: Callable[[Blobs, int], None]) -> Writer:
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        work(blobs, tell)
        os._exit(1)
    os.close(tell)
    return Writer(child, told)


def write_half(blobs: Blobs, tell: int) -> None:
    writer = blobs.begin()
    writer.write(bytes(500_000))
    os.write(tell, b"half")
    time.sleep(60)


def write_on_and_on(blobs: Blobs, tell: int) -> None:
    for number in range(60_000):
        writer = blobs.begin()
        writer.write(bytes(70_000))
        writer.write(bytes(70_000))
        writer.commit(number.to_bytes(16, "big"))
        os.write(tell, number.to_bytes(2, "big"))


def test_a_write_that_goes_on_is_not_swept_away_and_a_dead_one_is(blobs: Blobs) -> None:
    writer = start(blobs, write_half)
    os.read(writer.told, 4)
    assert blobs.sweep(set(), min_age_seconds=0) == 0
    assert len(files(blobs)) == 1
    writer.kill()
    assert blobs.sweep(set(), min_age_seconds=0) == 1
    assert files(blobs) == []


@pytest.mark.parametrize("milliseconds", [3, 10, 30, 80])
def test_a_killed_writer_leaves_whole_blobs_only(blobs: Blobs, milliseconds: int) -> None:
    writer = start(blobs, write_on_and_on)
    time.sleep(milliseconds / 1000)
    said = writer.kill()
    acknowledged = [int.from_bytes(said[at : at + 2], "big") for at in range(0, len(said), 2)]
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
