"""The worker: a round a minute of what nobody asks for: erasures, retention, leftovers, notices. One node at a time.

Every job may be run again at any time, by two nodes at once too: the lease saves work, correctness does not hang on it.
A job that fails is logged, by class and place alone, and the next ones are run; the next round tries it again.
"""

import logging
import os
import secrets
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.services import erasing, leftovers, retention, sessions
from portal.services.parts import Parts
from portal.store import leases
from portal.store.errors import Conflict

LOG = logging.getLogger("fortrolig")
LEASE = "worker"
LEASE_SECONDS = 180
ROUND_SECONDS = 60.0
LOOK_SECONDS = 1.0
NODE_BYTES = 16

Job = Callable[[Parts], object]

JOBS: Mapping[str, Job] = {
    "sweep": sessions.sweep,
    "finish": erasing.finish,
    "erase-again": erasing.erase_again,
    "put-under-keys": erasing.put_under_keys,
    "retention": retention.erase_over,
    "leftovers": leftovers.sweep_hourly,
}
"""What needs nothing but the portal's parts, in the order of a round. The command adds notices, which need words."""


@dataclass
class Worker:
    """One node's worker. `stop` ends it after the job under way; `parent`, if given, is a process that it ends with."""

    parts: Parts
    jobs: Mapping[str, Job]
    stop: threading.Event = field(default_factory=threading.Event)
    parent: int | None = None
    node: bytes = field(default_factory=lambda: secrets.token_bytes(NODE_BYTES))

    def run(self) -> None:
        """Rounds until it is stopped, or its parent is gone; the lease is given back."""
        while not self._is_over():
            self.work()
            self._rest()
        self._try("give-back", self._give_back)

    def work(self) -> bool:
        """Whether this node's turn it was. One round: each job once, whatever happens to the others."""
        for name, job in self.jobs.items():
            if self._is_over():
                return True
            # Anew before each job: a long one must not lose the lease to a second node in its middle.
            if not self._try("lease", self._take):
                return False
            self._try(name, lambda: job(self.parts))  # noqa: B023 - called before the next turn of the loop
        return True

    def _take(self) -> bool:
        now = int(self.parts.clock.now().timestamp())
        try:
            with self.parts.database.write() as session:
                return leases.take(session, LEASE, self.node, now=now, seconds=LEASE_SECONDS)
        except Conflict:
            return False  # two nodes' first rounds at once: the other one was quicker

    def _give_back(self) -> None:
        with self.parts.database.write() as session:
            leases.give_back(session, LEASE, self.node)

    def _rest(self) -> None:
        """Wait for the next round, with an eye on the parent: also a killed one (SIGKILL) is noticed in a second."""
        waited = 0.0
        while waited < ROUND_SECONDS and not self._is_over():
            # Not stop.wait(): its lock would be the one that a signal's stop.set() needs, in this same thread.
            time.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS

    def _is_over(self) -> bool:
        if self.parent is not None and os.getppid() != self.parent:
            self.stop.set()
        return self.stop.is_set()

    def _try(self, name: str, act: Callable[[], object]) -> object:
        """What `act` gives, or False when it failed. The only broad catch beside web/errors.py.

        A value in a traceback could be a report's, so class and place are all that is logged.
        """
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - the loop has to go on; see above
            frames = traceback.extract_tb(error.__traceback__)
            places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-6:]))
            LOG.error("worker: %s: %s at %s", name, type(error).__name__, places)  # noqa: TRY400 - as above
            return False
