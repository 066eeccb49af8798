"""Officers, and the codes that replace a lost second factor."""

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import Base, Blob, Day, ExactBytes, Hash, IdKey, reference_to


class Officer(Base):
    """One of the staff. The password is never here; the root only wrapped (PROTOCOL 6).

    `role` is shown to the public ("Head of compliance"); `auth_hash` is SHA-256 of `officer-auth`;
    `totp_sealed` opens only with `officer-auth`; `totp_retry_at` is Unix seconds, 0 = at once;
    `pins` holds what the officer has compared and confirmed, under the officer's own `wrap` key.
    """

    __tablename__ = "officers"

    id: Mapped[IdKey]
    organisation_id: Mapped[bytes] = reference_to("organisations.id", index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(String(200), default="")
    is_officer: Mapped[bool] = mapped_column(default=True)
    is_administrator: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(8))
    recipient: Mapped[str] = mapped_column(Text)
    verify_key: Mapped[Hash]
    salt: Mapped[bytes] = mapped_column(ExactBytes(16))
    kdf: Mapped[int] = mapped_column(default=1)
    wrapped_root: Mapped[Blob]
    auth_hash: Mapped[Hash]
    totp_sealed: Mapped[Blob]
    totp_last_step: Mapped[int] = mapped_column(default=0)
    totp_retry_at: Mapped[int] = mapped_column(BigInteger, default=0)
    pins: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    enrolled_on: Mapped[Day]


class RecoveryCode(Base):
    """The hash of one code that replaces TOTP once; `used_on` is the day it was."""

    __tablename__ = "recovery_codes"

    id: Mapped[IdKey]
    officer_id: Mapped[bytes] = reference_to("officers.id", index=True)
    code_hash: Mapped[Hash]
    used_on: Mapped[Day | None] = mapped_column(default=None)
