"""Sessions and unfinished uploads: a database of their own, never backed up."""

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import Day, ExactBytes, Hash, HashKey, Id, IdKey, VolatileBase


class SessionRow(VolatileBase):
    """A session: `row` is SHA-256(sid), `owner` the case or officer, `kind` mailbox, desk,
    setup, receipt (a form received in the last half hour, whose receipt may be shown again), or erased (of these
    `row` is the stored locator of a case that was erased within a day: its form, sent again, brings nothing).

    `sealed` opens only with a key the server doesn't keep; of a receipt it is an HMAC of what was sent, under
    such a key. `touched_at` is Unix seconds, floored to the minute by whoever writes it; `ends_at` the full hour
    at which the session is over however busy it is, None for what is no session.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_owner", "kind", "owner"),)

    row: Mapped[HashKey]
    kind: Mapped[str] = mapped_column(String(8))
    owner: Mapped[Id]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    touched_at: Mapped[int] = mapped_column(BigInteger, index=True)
    ends_at: Mapped[int | None] = mapped_column(BigInteger, default=None)


class PendingUpload(VolatileBase):
    """A sealed file that no message lists yet; `owner` is the row of the session that sent it."""

    __tablename__ = "pending_uploads"

    id: Mapped[IdKey]
    owner: Mapped[bytes] = mapped_column(ExactBytes(32), index=True)
    case_id: Mapped[Id]
    sealed_size: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[Hash]
    created_on: Mapped[Day]
