"""Cases: what the server may know of one, and the sealed things that belong to it."""

from sqlalchemy import BigInteger, Computed, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import (
    Base,
    Blob,
    BytesOrLayered,
    Day,
    ExactBytes,
    Hash,
    IdKey,
    NumberKey,
    ScopeKey,
    reference_to,
)
from portal.store.models.keys import BARE_WRAP

LANE_NEW, LANE_OPEN, LANE_CLOSED = 0, 1, 2

LANE = "CASE stage WHEN 'received' THEN 0 WHEN 'closed' THEN 2 ELSE 1 END"
DUE_ON = "CASE stage WHEN 'received' THEN acknowledge_due_on WHEN 'closed' THEN NULL ELSE feedback_due_on END"


class Case(Base):
    """The handling of one report. Days only; `locator` is HMAC(instance/locator.key, locator).

    `lane` (0 new, 1 open, 2 closed) and `due_on` (the next deadline; None when closed) are computed
    by the database from `stage`, so that no writer can leave the list's order wrong.
    `auth_hash` is SHA-256 of the browser's auth, None when the server sealed.
    `notebook_version` is drawn anew with each notebook, and counts nothing.
    `notebook` comes last: the list never reads it, and SQLite then never reads its pages.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        Index("ix_cases_list", "channel_id", "lane", "due_on", "id"),
        Index("ix_cases_closed", "channel_id", "lane", "closed_on", "id"),
    )

    id: Mapped[IdKey]
    organisation_id: Mapped[bytes] = reference_to("organisations.id")
    channel_id: Mapped[bytes] = reference_to("channels.id")
    reference: Mapped[str] = mapped_column(String(16))
    received_on: Mapped[Day]
    stage: Mapped[str] = mapped_column(String(20))
    acknowledge_due_on: Mapped[Day]
    acknowledged_on: Mapped[Day | None] = mapped_column(default=None)
    feedback_due_on: Mapped[Day]
    closed_on: Mapped[Day | None] = mapped_column(default=None)
    lane: Mapped[int] = mapped_column(Computed(LANE, persisted=True), init=False)
    due_on: Mapped[Day | None] = mapped_column(Computed(DUE_ON, persisted=True), init=False)
    is_test: Mapped[bool] = mapped_column(default=False)
    locator: Mapped[bytes] = mapped_column(ExactBytes(32), unique=True)
    auth_hash: Mapped[bytes | None] = mapped_column(ExactBytes(32), default=None)
    notebook_version: Mapped[int] = mapped_column(default=0)
    notebook: Mapped[Blob]


class CaseRecord(Base):
    """One signed record of a case's scope, exactly as signed (PROTOCOL appendix E)."""

    __tablename__ = "case_records"

    case_id: Mapped[bytes] = reference_to("cases.id", primary_key=True)
    scope: Mapped[ScopeKey]
    number: Mapped[NumberKey]
    raw: Mapped[Blob]
    hash: Mapped[Hash]


class Wrap(Base):
    """A case root under the `wrap` key of the root it was granted to: 72 bytes a holder.

    Stored under the case's erase key it has 120 (store/erase_layer.py).
    """

    __tablename__ = "wraps"
    __table_args__ = (
        Index(
            "ix_wraps_bare",
            "case_id",
            sqlite_where=text(BARE_WRAP["sqlite"]),
        ),
        {"sqlite_with_rowid": False},
    )

    case_id: Mapped[bytes] = reference_to("cases.id", primary_key=True)
    scope: Mapped[ScopeKey]
    number: Mapped[NumberKey]
    holder: Mapped[bytes] = mapped_column(ExactBytes(32), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(BytesOrLayered(72))


class Card(Base):
    """The sealed title and category of a case, 256 bytes, under the desk root of `number`."""

    __tablename__ = "cards"
    __table_args__ = ({"sqlite_with_rowid": False},)

    case_id: Mapped[bytes] = reference_to("cases.id", primary_key=True)
    number: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(ExactBytes(256))


class Message(Base):
    """One sealed message of a chain. `hash` is SHA-256 of `sealed`, `size` its length in bytes.

    `side` is reporter or desk. The (case, scope, n) key decides a race for one number.
    """

    __tablename__ = "messages"

    case_id: Mapped[bytes] = reference_to("cases.id", primary_key=True)
    scope: Mapped[ScopeKey]
    n: Mapped[NumberKey]
    side: Mapped[str] = mapped_column(String(8))
    day: Mapped[Day]
    size: Mapped[int]
    hash: Mapped[Hash]
    sealed: Mapped[Blob]


class Attachment(Base):
    """A sealed file in the blob store. `n` is the message that lists it, None until one does.

    `head` is SHA-256 of the first 1,643 bytes; `sealed_size` is in bytes.
    """

    __tablename__ = "attachments"

    id: Mapped[IdKey]
    case_id: Mapped[bytes] = reference_to("cases.id", index=True)
    scope: Mapped[str] = mapped_column(String(4))
    n: Mapped[int | None] = mapped_column(default=None)
    sealed_size: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[Hash]
