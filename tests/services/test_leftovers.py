"""Rule: a sealed file that no message lists goes within days, while the portal runs; one that a message lists never.

Source: PROTOCOL 5 (attachments). A file's age is the disk's (its change time),
so the tests move the clock that the sweep reads, beside the portal's.
"""

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from crypto.body import FileItem
from portal.services import attachments_desk, leftovers
from portal.services.desk_errors import FilesUnknown
from portal.services.worker import JOBS, Worker
from portal.store import models
from tests.builders import Portal, SetClock
from tests.officer_hand import Hand


class Days:
    """Both clocks, moved together."""

    def __init__(self, clock: SetClock, patch: pytest.MonkeyPatch) -> None:
        self._clock = clock
        self._seconds = 0
        disk = SimpleNamespace(time=lambda: time.time() + self._seconds)
        patch.setattr("portal.store.blobs.time", disk)

    def go(self, **by: int) -> None:
        """So much later."""
        before = self._clock.now()
        self._clock.move(**by)
        self._seconds += int((self._clock.now() - before).total_seconds())


@pytest.fixture
def days(clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Days:
    """The clocks of portal and disk."""
    return Days(clock, monkeypatch)


def is_there(portal: Portal, item: FileItem) -> bool:
    return portal.parts.blobs.path(bytes.fromhex(item.id)).exists()


def a_round(portal: Portal) -> None:
    """What a worker does in its turn, on a node of its own."""
    worker = Worker(portal.parts, JOBS)
    assert worker.work()
    worker._give_back()  # noqa: SLF001 - the next round is another node's


def test_an_upload_that_was_given_up_goes_while_the_portal_runs(
    portal: Portal, at_work: Hand, days: Days
) -> None:
    item = at_work.uploads(b"a plan")
    a_round(portal)
    assert is_there(portal, item)
    days.go(days=2)
    a_round(portal)
    with pytest.raises(FilesUnknown):
        at_work.posts(at_work.seals("The plan.", files=(item,)))
    days.go(hours=1)
    a_round(portal)
    assert not is_there(portal, item)


def test_a_file_that_a_message_lists_stays(portal: Portal, at_work: Hand, days: Days) -> None:
    item = at_work.uploads(b"a plan")
    at_work.posts(at_work.seals("The plan.", files=(item,)))
    for _day in range(4):
        days.go(days=1, hours=1)
        a_round(portal)
    assert is_there(portal, item)


def test_a_file_whose_message_is_just_being_stored_stays(
    portal: Portal, at_work: Hand, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was sent long ago; its message has been looked at and is not committed when the sweep goes over it."""
    item = at_work.uploads(b"a plan")
    days.go(days=2)
    posted = at_work.seals("The plan.", files=(item,))
    real, sweeps = attachments_desk.waiting, list[threading.Thread]()

    def waiting(*given: Any) -> tuple[models.PendingUpload, ...]:
        found = real(*given)
        sweeps.append(threading.Thread(target=leftovers.sweep, args=(portal.parts,)))
        sweeps[0].start()
        sweeps[0].join(5)
        return found

    monkeypatch.setattr(attachments_desk, "waiting", waiting)
    at_work.posts(posted)
    sweeps[0].join()
    days.go(days=1)
    leftovers.sweep(portal.parts)
    assert is_there(portal, item)


def test_the_files_are_looked_through_once_an_hour_by_all_nodes_together(
    portal: Portal, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    monkeypatch.setattr(leftovers, "sweep", lambda _parts: done.append(1))
    for _node in range(3):
        a_round(portal)
    assert len(done) == 1
    clock.move(minutes=61)
    a_round(portal)
    assert len(done) == 2
