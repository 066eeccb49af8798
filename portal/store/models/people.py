"""People on their way in and out: invitations, and removals that wait for a channel's next epoch."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import Base, Day, ExactBytes, IdKey, reference_to


class Invitation(Base):
    """A link that lets one newcomer enrol. The row goes when it is used or withdrawn; the register remembers.

    `token_hash` is all that is kept of the link; `expires_at` is Unix seconds.
    """

    __tablename__ = "invitations"

    id: Mapped[IdKey]
    organisation_id: Mapped[bytes] = reference_to("organisations.id", index=True)
    token_hash: Mapped[bytes] = mapped_column(ExactBytes(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(200))
    is_officer: Mapped[bool]
    is_administrator: Mapped[bool]
    invited_by: Mapped[bytes] = reference_to("officers.id")
    expires_at: Mapped[int] = mapped_column(BigInteger)


class Removal(Base):
    """A member whose access has ended while the newest signed record still names the person.

    It goes with the next record, which a keeper's browser signs; until then the channel's next epoch is due.
    """

    __tablename__ = "removals"

    channel_id: Mapped[bytes] = reference_to("channels.id", primary_key=True)
    officer_id: Mapped[bytes] = reference_to("officers.id", primary_key=True, index=True)
    asked_on: Mapped[Day]
