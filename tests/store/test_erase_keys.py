"""Rule: a case's erase key is there for every process once it is made, and for nobody once it is destroyed (SPEC 10).

The file is what makes erasing reach backups of the database, so it must survive a crash at any byte.
"""

import os
import stat
from pathlib import Path

import pytest

from portal.store.erase_keys import SLOT_BYTES, EraseKeys, KeyDestroyed
from portal.store.errors import StoreError

ONE, TWO, THREE = (bytes([n]) * 16 for n in (1, 2, 3))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the keys lie."""
    return tmp_path / "erase"


def test_a_key_is_made_once_and_found_by_every_process(folder: Path) -> None:
    made = EraseKeys(folder).find_or_make(ONE)
    assert len(made) == 32
    assert EraseKeys(folder).find_or_make(ONE) == EraseKeys(folder).find(ONE) == made
    assert EraseKeys(folder).find_or_make(TWO) != made


def test_a_case_that_never_had_a_key_has_none(folder: Path) -> None:
    assert EraseKeys(folder).find(ONE) is None
    EraseKeys(folder).find_or_make(ONE)
    assert EraseKeys(folder).find(TWO) is None


def test_a_key_that_another_process_makes_is_found_at_once(folder: Path) -> None:
    here, there = EraseKeys(folder), EraseKeys(folder)
    assert here.find(ONE) is None
    assert here.find(ONE) == there.find(ONE)
    made = there.find_or_make(ONE)
    assert here.find(ONE) == made


def test_a_destroyed_keys_bytes_are_gone_from_the_file(folder: Path) -> None:
    keys = EraseKeys(folder)
    one, two = keys.find_or_make(ONE), keys.find_or_make(TWO)
    keys.destroy([ONE])
    content = keys.path.read_bytes()
    assert one not in content
    assert two in content
    for process in (keys, EraseKeys(folder)):
        with pytest.raises(KeyDestroyed):
            process.find(ONE)
        with pytest.raises(KeyDestroyed):
            process.find_or_make(ONE)
        assert process.find(TWO) == two
        assert process.destroyed() == {ONE}


def test_a_process_that_knew_the_key_loses_it_within_a_second(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = EraseKeys(folder), EraseKeys(folder)
    here.find_or_make(ONE)
    there.destroy([ONE])
    monkeypatch.setattr("portal.store.erase_keys.FRESH_SECONDS", 0.0)
    with pytest.raises(KeyDestroyed):
        here.find(ONE)


def test_destroying_again_changes_nothing(folder: Path) -> None:
    keys = EraseKeys(folder)
    keys.find_or_make(ONE)
    keys.destroy([ONE])
    size = keys.path.stat().st_size
    EraseKeys(folder).destroy([ONE])
    assert keys.path.stat().st_size == size
    assert keys.destroyed() == {ONE}


def test_a_case_without_a_key_can_be_destroyed_and_gets_none_later(folder: Path) -> None:
    keys = EraseKeys(folder)
    keys.destroy([ONE, TWO])
    assert EraseKeys(folder).destroyed() == {ONE, TWO}
    with pytest.raises(KeyDestroyed):
        EraseKeys(folder).find_or_make(ONE)


def test_half_a_slot_that_a_crash_left_is_written_over(folder: Path) -> None:
    keys = EraseKeys(folder)
    one = keys.find_or_make(ONE)
    with keys.path.open("ab") as file:
        file.write(TWO + b"half a key")
    again = EraseKeys(folder)
    assert again.find(TWO) is None
    two = again.find_or_make(TWO)
    assert keys.path.stat().st_size == 3 * SLOT_BYTES
    assert (EraseKeys(folder).find(ONE), EraseKeys(folder).find(TWO)) == (one, two)


def test_the_file_is_its_owners_alone_and_tells_no_time_of_day(folder: Path) -> None:
    keys = EraseKeys(folder)
    keys.find_or_make(ONE)
    found = keys.path.stat()
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert found.st_mtime % 86_400 == 0
    assert folder.stat().st_mtime % 86_400 == 0


def test_another_file_in_its_place_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "keys").write_bytes(b"something else" * 10)
    with pytest.raises(StoreError):
        EraseKeys(folder).find(ONE)


def test_four_processes_that_make_keys_at_once_lose_none(folder: Path) -> None:
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                keys = EraseKeys(folder)
                for n in range(50):
                    keys.find_or_make(bytes([n, *([number if n % 2 else 9] * 15)]))
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    content = EraseKeys(folder).path.read_bytes()
    assert len(content) == (1 + 25 + 4 * 25) * SLOT_BYTES


def test_who_looks_while_the_file_is_read_anew_misses_no_key(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = EraseKeys(folder), EraseKeys(folder)
    one = here.find_or_make(ONE)
    there.find_or_make(TWO)
    there.destroy([TWO])
    found = []
    read = os.pread

    def read_and_look(file: int, size: int, place: int) -> bytes:
        if place:  # the slots, after the head: another thread finds without waiting
            found.append(here._keys.get(ONE))  # noqa: SLF001 - find would wait here for ever if it were missing
        return read(file, size, place)

    monkeypatch.setattr(os, "pread", read_and_look)
    assert here.known() == {ONE, TWO}
    assert found == [one]
