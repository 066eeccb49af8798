"""Writers of one SQLite file come one after the other, in their order, and a dead one holds nobody up."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from portal.store.errors import StoreBusy
from portal.store.turn import Turns

LONG = 10.0
SOON = 0.2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "main.sqlite"


def test_two_processes_never_have_their_turn_together(path: Path, tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            turns = Turns(path, LONG)
            for _ in range(50):
                with turns.mine():
                    count.write_text(str(int(count.read_text()) + 1))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert count.read_text() == "200"


def test_who_just_had_its_turn_stands_behind_who_waits(path: Path) -> None:
    """Without this one busy process would shut the others out for seconds."""
    order: list[str] = []
    here, there = Turns(path, LONG), Turns(path, LONG)

    def take(turns: Turns, name: str) -> None:
        with turns.mine():
            order.append(name)

    waiting = threading.Thread(target=take, args=(there, "there"))
    with here.mine():
        waiting.start()
        time.sleep(SOON)
    take(here, "here again")
    waiting.join()
    assert order == ["there", "here again"]
    here.close()
    there.close()


def test_a_turn_that_takes_too_long_is_told_and_not_waited_for(path: Path) -> None:
    here, there = Turns(path, LONG), Turns(path, SOON)
    with here.mine(), pytest.raises(StoreBusy), there.mine():
        pass
    with there.mine():
        pass
    here.close()
    there.close()


def test_a_thread_that_waits_too_long_is_told_so(path: Path) -> None:
    turns = Turns(path, SOON)
    told: list[StoreBusy] = []

    def wait() -> None:
        try:
            with turns.mine():
                pass
        except StoreBusy as busy:
            told.append(busy)

    with turns.mine():
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join()
    assert len(told) == 1
    turns.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_dies_in_its_turn_gives_it_back(path: Path, how: signal.Signals) -> None:
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        with Turns(path, LONG).mine():
            os.write(told, b"mine")
            time.sleep(60)
        os._exit(0)
    os.read(ready, 4)
    os.kill(child, how)
    os.waitpid(child, 0)
    turns = Turns(path, SOON)
    with turns.mine():
        pass
    turns.close()
    os.close(ready)
    os.close(told)


def test_a_child_does_not_share_its_parents_turn(path: Path) -> None:
    """A lock file open in both would be one lock for both: they would write at once."""
    turns = Turns(path, LONG)
    with turns.mine():
        child = os.fork()
        if child == 0:
            turns.forget()
            turns._patience_seconds = SOON  # noqa: SLF001 - the child need not wait for long
            try:
                with turns.mine():
                    os._exit(1)
            except StoreBusy:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    turns.close()


def test_an_error_in_a_turn_gives_it_back(path: Path) -> None:
    turns = Turns(path, SOON)
    with pytest.raises(LookupError), turns.mine():
        raise LookupError
    with turns.mine():
        pass
    turns.close()
