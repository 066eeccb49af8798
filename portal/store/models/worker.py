"""What the worker remembers between its rounds, and between nodes: who works, whom to write to, how mail went."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import Base, Day, Id, reference_to


class Lease(Base):
    """Who does the rounds: one node at a time. `held_until` is Unix seconds by the holder's clock."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[Id]
    held_until: Mapped[int] = mapped_column(BigInteger)


class NoticeAddress(Base):
    """Where an officer wants notices, in clear, since the server has to write there.

    `told_seq` is the last register entry the officer was told of, `told_on` the last day whose due dates were looked
    at. `send_at` (Unix seconds, a random minute of the next window) is set while a notice waits; `kind` says whether
    something is new or due; `tries` counts the failures of this one.
    """

    __tablename__ = "notice_addresses"

    officer_id: Mapped[bytes] = reference_to("officers.id", primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    told_seq: Mapped[int]
    told_on: Mapped[Day]
    kind: Mapped[str | None] = mapped_column(String(8), default=None)
    send_at: Mapped[int | None] = mapped_column(BigInteger, default=None, index=True)
    tries: Mapped[int] = mapped_column(default=0)


class MailResult(Base):
    """How the last attempt of one kind went: `name` is notice or test, `failure` a word, None when it was sent.

    `at` is Unix seconds, floored to the minute; `failures` counts attempts since one succeeded.
    """

    __tablename__ = "mail_results"

    name: Mapped[str] = mapped_column(String(8), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    failure: Mapped[str | None] = mapped_column(String(40), default=None)
    failures: Mapped[int] = mapped_column(default=0)
