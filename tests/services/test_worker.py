"""Rule: one node at a time does the rounds; a job that fails stops no other, and is logged without a value.

The worker of `make run` ends with its server, also when that is killed (SIGKILL).
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.services import retention, stages
from portal.services.parts import Parts
from portal.services.worker import JOBS, LEASE, LEASE_SECONDS, Worker
from portal.store import models
from portal.store.database import Database
from tests.builders import Portal, Reporter, SetClock, Staff
from tests.journeys.server import Server
from tests.officer_hand import Hand

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30.0


@pytest.fixture
def done() -> list[str]:
    """What was done, in order."""
    return []


def worker(portal: Portal, done: list[str], name: str = "one") -> Worker:
    """A node's worker that only writes down that it worked."""
    return Worker(portal.parts, {"note": lambda _parts: done.append(name)})


def move(portal: Portal, **by: int) -> None:
    assert isinstance(portal.clock, SetClock)
    portal.clock.move(**by)


def test_one_node_works_and_another_waits(portal: Portal, done: list[str]) -> None:
    one, two = worker(portal, done, "one"), worker(portal, done, "two")
    assert one.work()
    assert not two.work()
    assert one.work()
    assert done == ["one", "one"]


def test_a_node_that_is_gone_is_replaced_when_its_lease_is_over(portal: Portal, done: list[str]) -> None:
    one, two = worker(portal, done, "one"), worker(portal, done, "two")
    one.work()
    move(portal, seconds=LEASE_SECONDS - 1)
    assert not two.work()
    move(portal, seconds=1)
    assert two.work()
    assert not one.work()


def test_a_worker_that_ends_gives_its_turn_back(portal: Portal, done: list[str]) -> None:
    one, two = worker(portal, done, "one"), worker(portal, done, "two")
    one.work()
    one.stop.set()
    one.run()
    assert two.work()


def test_a_lease_from_a_clock_that_was_wrong_keeps_nobody_out(portal: Portal, done: list[str]) -> None:
    move(portal, days=365)
    worker(portal, done, "one").work()
    move(portal, days=-365)
    assert worker(portal, done, "two").work()


def test_a_job_that_fails_stops_no_other_and_its_words_are_in_no_log(
    portal: Portal, done: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_parts: Parts) -> None:
        raise ValueError("Solveig at the pump")

    jobs: dict[str, Callable[[Parts], object]] = {
        "first": fails,
        "second": lambda _parts: done.append("second"),
    }
    with caplog.at_level(logging.ERROR):
        assert Worker(portal.parts, jobs).work()
    assert done == ["second"]
    (record,) = caplog.records
    assert record.getMessage().startswith("worker: first: ValueError at test_worker.py:")
    assert "Solveig" not in caplog.text
    assert record.exc_info is None


def test_a_database_that_is_not_there_for_a_moment_ends_nothing(
    portal: Portal, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_named: object) -> bool:
        raise OSError

    one = worker(portal, done)
    with monkeypatch.context() as patched:
        patched.setattr("portal.store.leases.take", broken)
        assert not one.work()
    assert one.work()


def test_the_rounds_erase_what_is_over(portal: Portal, ida: Staff, at_work: Hand, reporter: Reporter) -> None:
    at_work.acknowledges()
    stages.change(portal.parts, ida.id, reporter.case_id, seen="acknowledged", to="closed")
    for days in (91, 1):
        move(portal, days=days)
        Worker(portal.parts, JOBS).work()
        move(portal, seconds=LEASE_SECONDS)
    with portal.parts.database.read() as session:
        assert session.query(models.Case).count() == 0
    assert retention.erase_over(portal.parts) == 0


def test_the_command_does_one_round(portal: Portal) -> None:
    ran = portal.app.test_cli_runner().invoke(args=["worker", "--once"])
    assert ran.exit_code == 0, ran.output
    again = portal.app.test_cli_runner().invoke(args=["worker", "--once"])
    assert again.exit_code == 1
    assert "another worker has its turn" in again.output


def workers_of(server: Server) -> list[int]:
    """The worker below the server and its keeper, which is older."""
    return sorted(pid for pid in server.processes() if name_of(pid) == "fortrolig-work")


def name_of(pid: int) -> str | None:
    """What `ps` calls the process; None once it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def waited_for(is_so: Callable[[], object]) -> bool:
    """Whether it became so in time."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["asked to", "killed"])
def test_the_servers_worker_ends_with_it(tmp_path: Path, how: signal.Signals) -> None:
    with Server(tmp_path / "instance") as server:
        assert waited_for(lambda: len(workers_of(server)) == 2)
        both = workers_of(server)
        os.kill(server.pid, how)
        assert waited_for(lambda: not any(map(is_running, both)))


def test_a_worker_that_is_killed_is_started_again(tmp_path: Path) -> None:
    with Server(tmp_path / "instance") as server:
        assert waited_for(lambda: len(workers_of(server)) == 2)
        keeper, first = workers_of(server)
        os.kill(first, signal.SIGKILL)
        assert waited_for(lambda: [keeper] == workers_of(server)[:-1] and first not in workers_of(server))


def test_a_worker_of_its_own_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    environment = {**os.environ, "PORTAL_INSTANCE": str(tmp_path)}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "migrate"], cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen([*flask, "worker"], cwd=ROOT, env=environment)
    database = Database(f"sqlite:///{tmp_path / 'fortrolig.sqlite'}")
    assert waited_for(lambda: has_lease(database)), "the worker never began"
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert not has_lease(database)
    database.close()


def has_lease(database: Database) -> bool:
    """Whether some node has the worker's turn."""
    with database.read() as session:
        return session.get(models.Lease, LEASE) is not None
