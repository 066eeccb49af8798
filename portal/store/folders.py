"""Folders that only their owner can look into, and whether their disk takes anything more."""

import os
from pathlib import Path

TEXT_ROOM = 8 * 1024**2
"""What must be free for text: 35 kB a report, and a log that both databases fold in at times."""


def make_private(folder: Path) -> None:
    """The folder is there; each one that had to be made, parents too, has mode 0700.

    One that was there before keeps its mode: it may be shared on purpose.
    """
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def takes_writing(folder: Path) -> bool:
    """Whether the file system of `folder` can be written to and has room for text. Raises OSError."""
    disk = os.statvfs(folder)
    return not disk.f_flag & os.ST_RDONLY and disk.f_bavail * disk.f_frsize >= TEXT_ROOM
