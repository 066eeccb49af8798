"""Folders that only their owner can look into."""

from pathlib import Path


def make_private(folder: Path) -> None:
    """The folder is there; each one that had to be made, parents too, has mode 0700.

    One that was there before keeps its mode: it may be shared on purpose.
    """
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
