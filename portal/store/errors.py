"""What can go wrong when something is stored.

StoreError
├── StorageFull     no room: the disk is full, or would be below what must stay free
├── StoreBusy       another writer held the database for too long; trying again later helps
├── Unreachable     no connection to the database
├── Conflict        a unique value is taken; `.what` says which ("cases.organisation_id,reference")
└── BlobMissing     no such blob
"""


class StoreError(Exception):
    """Something could not be stored or read; nothing of the use case has been kept."""


class StorageFull(StoreError):
    """There is no room for it."""


class StoreBusy(StoreError):
    """Another writer held the database for longer than we wait."""


class Unreachable(StoreError):
    """The database can't be connected to: it is not running, not there, or lets this user not in."""


class Conflict(StoreError):
    """A unique value is taken. `what` is "table.column,column", the same on both databases."""

    def __init__(self, what: str) -> None:
        super().__init__(f"already taken: {what}")
        self.what = what


class BlobMissing(StoreError):
    """No blob has this id."""
