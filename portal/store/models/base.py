"""The two bases every stored class stands on, and the column types they share."""

from datetime import date
from typing import Annotated, Any, dataclass_transform

from sqlalchemy import ForeignKey, Integer, LargeBinary, MetaData, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column
from sqlalchemy.types import TypeDecorator

ID_BYTES = 16
HASH_BYTES = 32
ERASE_LAYER_BYTES = 48

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""One rule for every constraint's name, so that both databases and the migrations agree on them."""


class ExactBytes(TypeDecorator[bytes]):
    """Binary of exactly `size` bytes; anything else is refused before it reaches the database.

    A short id or hash would be stored without complaint by both databases, and would break a chain
    or a look-up much later, where nobody can tell why.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """The value itself; raises ValueError where its length is wrong."""
        del dialect
        if value is not None and len(value) != self.size:
            msg = f"{len(value)} bytes where exactly {self.size} belong"
            raise ValueError(msg)
        return value


class BytesOrLayered(ExactBytes):
    """Binary of exactly `size` bytes, or of as many under an erase key (SPEC 10)."""

    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """The value itself; raises ValueError where its length is wrong."""
        layered = value is not None and len(value) == self.size + ERASE_LAYER_BYTES
        return value if layered else super().process_bind_param(value, dialect)


def reference_to(target: str, *, primary_key: bool = False, index: bool = False) -> Any:
    """A 16-byte column that points at `target` ("table.column").

    What hangs on a case or an officer dies with it; nothing lets an organisation or a channel be
    deleted from under its register. Checked at commit, so that a use case may add its rows in any order.
    """
    dies_with_it = target in {"cases.id", "officers.id"}
    key = ForeignKey(
        target, ondelete="CASCADE" if dies_with_it else None, deferrable=True, initially="DEFERRED"
    )
    return mapped_column(ExactBytes(ID_BYTES), key, primary_key=primary_key, index=index)


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, reference_to))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False, eq=False):
    """A row of the main database.

    There is no `repr`: a row in a traceback must not print wrapped roots or hashes into a log.
    """

    metadata = MetaData(naming_convention=NAMING)


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, reference_to))
class VolatileBase(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False, eq=False):
    """A row of the volatile database: sessions and unfinished uploads, never backed up."""

    metadata = MetaData(naming_convention=NAMING)


Id = Annotated[bytes, mapped_column(ExactBytes(ID_BYTES))]
IdKey = Annotated[bytes, mapped_column(ExactBytes(ID_BYTES), primary_key=True)]
Hash = Annotated[bytes, mapped_column(ExactBytes(HASH_BYTES))]
HashKey = Annotated[bytes, mapped_column(ExactBytes(HASH_BYTES), primary_key=True)]
Blob = Annotated[bytes, mapped_column(LargeBinary)]
NumberKey = Annotated[int, mapped_column(Integer, primary_key=True, autoincrement=False)]
ScopeKey = Annotated[str, mapped_column(String(4), primary_key=True)]
"""`talk` or `desk` (PROTOCOL 2)."""
Day = date
"""A UTC day: no row of a reporter's knows the time."""
