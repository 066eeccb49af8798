"""Signed channel records, grants, and who keeps an anchor.

Partial indexes name SQLite's condition alone, here and in cases.py: naming PostgreSQL's, too, would load its dialect
with every driver at each start. The migrations, which make all tables, have both.
"""

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import Base, Blob, ExactBytes, Hash, IdKey, NumberKey, reference_to

WITH_CASE = text("case_id IS NOT NULL")
WITHOUT_CASE = text("case_id IS NULL")
AGE_FILE_HEX = b"age-encryption.org/".hex()
BARE_GRANT = {
    "sqlite": f"case_id IS NOT NULL AND substr(sealed, 1, 19) = x'{AGE_FILE_HEX}'",
    "postgresql": f"case_id IS NOT NULL AND substr(sealed, 1, 19) = decode('{AGE_FILE_HEX}', 'hex')",
}
BARE_WRAP = {"sqlite": "length(wrapped) = 72", "postgresql": "length(wrapped) = 72"}
"""What was stored before there were erase keys, in each database's words: an index of nothing, most of the time."""


class ChannelRecord(Base):
    """One signed record of a channel, exactly as signed (PROTOCOL appendix D).

    `party` is the party hash of the epoch's root, told by the keeper's browser: the record names only the
    recipient, and who seals a grant to the epoch must write its party. A false one is refused when opened.
    """

    __tablename__ = "channel_records"

    channel_id: Mapped[bytes] = reference_to("channels.id", primary_key=True)
    number: Mapped[NumberKey]
    raw: Mapped[Blob]
    hash: Mapped[bytes] = mapped_column(ExactBytes(32), unique=True)
    epoch: Mapped[int]
    party: Mapped[Hash]


class Grant(Base):
    """A root sealed to one receiver (PROTOCOL appendix E).

    `purpose` is anchor, channel, talk or desk; `number` the epoch or the case record's number;
    `receiver` the party. Two partial indexes, since NULLs are never equal: without them a grant
    without a case could be stored twice.
    """

    __tablename__ = "grants"
    __table_args__ = (
        Index(
            "uq_grants_of_case",
            "purpose", "channel_id", "case_id", "number", "receiver",
            unique=True, sqlite_where=WITH_CASE,
        ),
        Index(
            "uq_grants_of_channel",
            "purpose", "channel_id", "number", "receiver",
            unique=True, sqlite_where=WITHOUT_CASE,
        ),
        Index("ix_grants_receiver", "receiver", "purpose"),
        Index(
            "ix_grants_bare",
            "case_id",
            sqlite_where=text(BARE_GRANT["sqlite"]),
        ),
    )  # fmt: skip

    id: Mapped[IdKey]
    purpose: Mapped[str] = mapped_column(String(8))
    channel_id: Mapped[bytes] = reference_to("channels.id")
    case_id: Mapped[bytes | None] = mapped_column(
        ExactBytes(16),
        ForeignKey("cases.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        index=True,
        default=None,
    )
    number: Mapped[int]
    receiver: Mapped[Hash]
    sealed: Mapped[Blob]


class Keeper(Base):
    """An officer who holds the anchor of a channel by a grant."""

    __tablename__ = "keepers"

    channel_id: Mapped[bytes] = reference_to("channels.id", primary_key=True)
    officer_id: Mapped[bytes] = reference_to("officers.id", primary_key=True, index=True)
