"""A person's row: what the newcomer's browser made, stored. For the first person and for everybody invited."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from portal.services import totp
from portal.services.errors import Refused
from portal.services.new_portal import NewOfficer
from portal.services.officers import fold_name, seal_totp
from portal.services.parts import Parts
from portal.store import models


class FirstCodeWrong(Refused):
    """The code of the second factor does not belong to the secret: a slip, or a clock that is wrong."""

    code = "wrong_code"


@dataclass(frozen=True)
class Flags:
    """What somebody may do: handle cases, arrange people and channels, or both. Neither follows from the other."""

    is_officer: bool
    is_administrator: bool


def first_step(parts: Parts, new: NewOfficer) -> int:
    """The time step of the code that shows that the authenticator works. Raises FirstCodeWrong."""
    now = int(parts.clock.now().timestamp())
    try:
        return totp.accepted_step(new.totp_secret, new.totp_code, now=now, last_step=0)
    except totp.CodeNotAccepted as error:
        raise FirstCodeWrong from error


def add_officer(
    parts: Parts, session: Transaction, organisation_id: bytes, new: NewOfficer, flags: Flags, step: int
) -> None:
    """The person and ten recovery codes, in the caller's transaction. Secrets arrive wrapped or hashed."""
    session.add(
        models.Officer(
            id=new.id,
            organisation_id=organisation_id,
            name=new.name,
            name_folded=fold_name(new.name),
            role=new.role,
            is_officer=flags.is_officer,
            is_administrator=flags.is_administrator,
            language=new.language,
            recipient=new.recipient,
            verify_key=new.verify_key,
            salt=new.salt,
            kdf=new.kdf,
            wrapped_root=new.wrapped_root,
            auth_hash=hashlib.sha256(new.auth).digest(),
            totp_sealed=seal_totp(parts, new.id, new.auth, new.totp_secret),
            totp_last_step=step,
            pins=new.pins,
            enrolled_on=parts.clock.today(),
        )
    )
    for code_hash in new.recovery_hashes:
        session.add(models.RecoveryCode(id=secrets.token_bytes(16), officer_id=new.id, code_hash=code_hash))
