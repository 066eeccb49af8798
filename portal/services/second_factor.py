"""A new second factor: another authenticator and ten fresh recovery codes, for who has the passphrase and a session.

Somebody whose phone is gone has signed in with a recovery code. Asking for the passphrase again keeps a session
left open on a desk from becoming an account of somebody else.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from portal.domain.register import Kind
from portal.services import sessions, totp
from portal.services.enrolment import FirstCodeWrong
from portal.services.new_portal import RECOVERY_CODES, SetupRefused
from portal.services.officers import WrongPassword, seal_totp
from portal.services.parts import Parts
from portal.services.staff import enter
from portal.store import models, people
from portal.store import officers as rows


@dataclass(frozen=True)
class SecondFactor:
    """What the browser made: a secret of 20 bytes with the code it gives now, and ten hashes of 32 bytes."""

    auth: bytes = field(repr=False)
    totp_secret: bytes = field(repr=False)
    totp_code: str = field(repr=False)
    recovery_hashes: tuple[bytes, ...]


def renew(parts: Parts, officer_id: bytes, row: bytes, new: SecondFactor) -> None:
    """The officer's second factor is the new one; every session but `row` is over.

    Raises WrongPassword, SetupRefused unless there are ten different codes, and FirstCodeWrong when the code is
    not the secret's: an authenticator that does not work would shut its owner out. Register:
    `second-factor-renewed`.
    """
    if len(set(new.recovery_hashes)) != RECOVERY_CODES:
        raise SetupRefused("not ten different recovery codes")
    with parts.database.write() as session:
        officer = rows.locked(session, officer_id)
        if officer is None or not officer.active or not _fits(officer, new.auth):
            raise WrongPassword
        officer.totp_last_step = _step(parts, new)
        officer.totp_sealed = seal_totp(parts, officer.id, new.auth, new.totp_secret)
        officer.totp_retry_at = 0
        people.erase_recovery_codes(session, officer.id)
        for code_hash in new.recovery_hashes:
            code_id = secrets.token_bytes(16)
            session.add(models.RecoveryCode(id=code_id, officer_id=officer.id, code_hash=code_hash))
        enter(parts, session, officer, Kind.SECOND_FACTOR_RENEWED, name=officer.name)
    sessions.end_all(parts, "desk", officer_id, but=row)


def _fits(officer: models.Officer, auth: bytes) -> bool:
    return hmac.compare_digest(hashlib.sha256(auth).digest(), officer.auth_hash)


def _step(parts: Parts, new: SecondFactor) -> int:
    now = int(parts.clock.now().timestamp())
    try:
        return totp.accepted_step(new.totp_secret, new.totp_code, now=now, last_step=0)
    except totp.CodeNotAccepted as error:
        raise FirstCodeWrong from error
