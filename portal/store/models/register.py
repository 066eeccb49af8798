"""The register: entries in a hash chain, its head, and the running numbers."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import Base, Blob, ExactBytes, Hash, NumberKey, reference_to


class RegisterEntry(Base):
    """One line of the journal. `body` is canonical JSON (portal.domain.register); the rest is for queries.

    `case_id` points at no table: an entry outlives the case it speaks of.
    """

    __tablename__ = "register_entries"
    __table_args__ = (
        Index("uq_register_running", "organisation_id", "year", "running_number", unique=True),
        Index("ix_register_case", "case_id"),
    )

    organisation_id: Mapped[bytes] = reference_to("organisations.id", primary_key=True)
    seq: Mapped[NumberKey]
    year: Mapped[int]
    running_number: Mapped[int | None] = mapped_column(default=None)
    kind: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[bytes | None] = mapped_column(ExactBytes(16), default=None)
    body: Mapped[Blob]
    previous: Mapped[Hash]
    hash: Mapped[Hash]


class RegisterHead(Base):
    """Where an organisation's chain ends; its row is the lock that makes appending race-free."""

    __tablename__ = "register_heads"

    organisation_id: Mapped[bytes] = reference_to("organisations.id", primary_key=True)
    seq: Mapped[int]
    hash: Mapped[Hash]


class RunningNumber(Base):
    """The last running number drawn by an organisation in a year."""

    __tablename__ = "running_numbers"

    organisation_id: Mapped[bytes] = reference_to("organisations.id", primary_key=True)
    year: Mapped[NumberKey]
    last: Mapped[int]
