"""Organisations and their channels."""

from sqlalchemy import String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import Base, Day, IdKey, reference_to


class Organisation(Base):
    """Who owns channels. `languages` is a list of codes, comma between ("en,da"), the offered order."""

    __tablename__ = "organisations"

    id: Mapped[IdKey]
    name: Mapped[str] = mapped_column(String(200))
    languages: Mapped[str] = mapped_column(String(40))
    default_language: Mapped[str] = mapped_column(String(8))
    country: Mapped[str] = mapped_column(String(2))
    created_on: Mapped[Day]


class Channel(Base):
    """One way in, with its own team and key. Deadlines in days and calendar months.

    `retention_days` is how long a case is kept after closing.
    `sheet_confirmed_on` is the day the recovery sheet was confirmed by typing two of its words.
    `anchor_recipient` (age1pq1…) is None until the channel has a key; the 8 words are made from it and
    the verify key in the newest record.
    """

    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("organisation_id", "slug"),)

    id: Mapped[IdKey]
    organisation_id: Mapped[bytes] = reference_to("organisations.id")
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    audience: Mapped[str] = mapped_column(String(500), default="")
    acknowledge_days: Mapped[int] = mapped_column(default=7)
    feedback_months: Mapped[int] = mapped_column(default=3)
    retention_days: Mapped[int] = mapped_column(default=90, server_default=text("90"))
    position: Mapped[int] = mapped_column(default=0)
    sheet_confirmed_on: Mapped[Day | None] = mapped_column(default=None)
    anchor_recipient: Mapped[str | None] = mapped_column(Text, default=None)
