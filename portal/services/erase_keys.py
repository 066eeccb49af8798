"""The erase layer of grants and wraps (SPEC 10), and the main database opened with it."""

from crypto.errors import WrapDamaged
from crypto.wrap import Erasable, has_erase_layer, unwrap_erasable, wrap_erasable
from portal.settings import Settings
from portal.store.database import Database
from portal.store.erase_keys import EraseKeys, KeyDestroyed


class EraseLayer:
    """Seals a case's grants and wraps under its erase key on their way in, and opens them on their way out."""

    def __init__(self, keys: EraseKeys) -> None:
        self.keys = keys

    def close(self, kind: Erasable, case_id: bytes, sealed: bytes) -> bytes:
        """`sealed` as it is stored. Raises KeyDestroyed for a case that was erased: nothing comes after that."""
        return wrap_erasable(self.keys.find_or_make(case_id), sealed, case=case_id, kind=kind)

    def open(self, kind: Erasable, case_id: bytes, stored: bytes) -> bytes:
        """What was sealed; stored before there were erase keys, it comes as it is.

        Empty where no key opens it: the row came back with an old backup, or the file of keys did not. Whoever
        wanted to read it then finds something damaged in that one place. Fails closed.
        """
        if not has_erase_layer(stored):
            return stored
        try:
            key = self.keys.find(case_id)
            return b"" if key is None else unwrap_erasable(key, stored, case=case_id, kind=kind)
        except (KeyDestroyed, WrapDamaged):
            return b""


def keys_of(settings: Settings) -> EraseKeys:
    """The erase keys of this instance."""
    return EraseKeys(settings.instance / "erase")


def open_database(settings: Settings, keys: EraseKeys) -> Database:
    """The main database, its grants and wraps under `keys`."""
    return Database(settings.database_url, layer=EraseLayer(keys))
