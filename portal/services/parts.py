"""The parts every use case works with, joined once by `portal.create_app`."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from portal.settings import Secrets, Settings
from portal.store.blobs import Blobs
from portal.store.database import Database
from portal.store.erase_keys import EraseKeys


class Clock:
    """The time of this machine, in UTC. Tests hand in one that they set."""

    def now(self) -> datetime:
        """This moment, with a UTC time zone."""
        return datetime.now(UTC)

    def today(self) -> date:
        """This UTC day: the finest thing that is ever kept about a reporter's act."""
        return self.now().date()


@dataclass(frozen=True)
class Parts:
    """What services need: settings, keys, both databases, blobs, the clock and the two bounded pools.

    `kdf_slots` bounds how many Argon2id runs are under way in this process (19 MiB each, PROTOCOL 3);
    `upload_slots` bounds how many file bodies are being sealed. Both wait or refuse; neither knows who asks.
    """

    settings: Settings
    secrets: Secrets
    erase_keys: EraseKeys
    database: Database
    volatile: Database
    blobs: Blobs
    clock: Clock = field(default_factory=Clock)
    kdf_slots: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(4))
    kdf_waiters: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(24))
    upload_slots: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(16))
