"""What the tests of backups share: a key, a backup of a portal, an instance to restore into, and a forger."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crypto.agefile import open_bytes, seal_bytes
from crypto.keys import Identity, Root
from portal import join
from portal.services import backup, restore
from portal.services.parts import Parts
from portal.settings import load
from portal.store import copying
from tests.builders import SetClock, closed_after
from tests.journeys.server import free_port

KEY = Root.generate()
PHOTO = bytes(range(256)) * 1_000


@contextmanager
def new_instance(folder: Path, **settings: str) -> Iterator[Parts]:
    """An instance in which nothing was ever done, under the tests' clock."""
    given = {"port": str(free_port()), "min_free_bytes": "0", **settings}
    chosen = load({f"PORTAL_{name.upper()}": value for name, value in given.items()}, instance=folder)
    with closed_after(join(chosen, SetClock())) as parts:
        yield parts


def made(parts: Parts) -> bytes:
    """A backup, sealed to KEY."""
    written = io.BytesIO()
    backup.make(parts, [KEY.identity.recipient], written.write)
    return written.getvalue()


def put_back(
    parts: Parts, sealed: bytes, identity: Identity = KEY.identity, *, erase_keys: bytes | None = b""
) -> restore.Restored:
    """What a restore finds and puts in place; without erase keys, unless they are given."""
    return restore.restore(parts, io.BytesIO(sealed), [identity], erase_keys=erase_keys)


def is_untouched(parts: Parts) -> bool:
    """Whether nothing of a backup is in the instance, nor anything that was unpacked on the way."""
    with parts.database.read() as session:
        rows = not copying.is_empty(session)
    blobs = list(parts.blobs.root.glob("??/*"))
    return not rows and not blobs and not (parts.settings.instance / ".backup").exists()


def members(sealed: bytes) -> dict[str, bytes]:
    """What is in the tar, by name."""
    with tarfile.open(fileobj=io.BytesIO(open_bytes(sealed, [KEY.identity]))) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def forged(files: dict[str, bytes]) -> bytes:
    """A backup that somebody made who knows the recipient, which is no secret."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for name, content in files.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))
    return seal_bytes(written.getvalue(), [KEY.identity.recipient])
