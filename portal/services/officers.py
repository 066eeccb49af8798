"""Officers at the door: the salt of a password, signing in, a new password (SPEC, officers).

The password is stretched in the browser. What arrives here is `auth`, 32 bytes from which neither the
password nor the key of the officer's root can be found; only its SHA-256 is kept.

Who may try how often. A second factor can be guessed only by somebody who has the right password: for
everybody else an attempt ends before it, and changes nothing that is stored. After a wrong code on the
right password the account takes no code for 5 seconds. Recovery codes have 140 bits and are never slowed
down. So a stranger can't lock an officer out, and a thief of the password has some 17,000 guesses a day,
at three in a million each.
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import Enum, auto
from unicodedata import normalize

from sqlalchemy.orm import Session as Transaction

from crypto.errors import WrapDamaged
from crypto.wrap import totp_key, unwrap_totp, wrap_totp
from portal.domain.register import Kind
from portal.services import register, sessions, totp
from portal.services.errors import NotSignedIn, Refused
from portal.services.parts import Parts
from portal.store import officers as rows
from portal.store.models import Officer

KDF = 1
AUTH_BYTES = 32
SALT_BYTES = 16
PAUSE_SECONDS = 5
ENTRY_SECONDS = 600
"""How long after a wrong second factor further ones are no new entry: nobody fills the register by guessing."""
_AS_CROCKFORD = str.maketrans("OIL", "011")
_NOBODY = bytes(32)


class WrongPassword(Refused):
    """No officer of this name has this password. Says not which of the two is wrong."""

    code = "wrong"


class WrongCode(Refused):
    """The password is right; the code of the second factor is not, or was used before."""

    code = "wrong_code"


class TooSoon(Refused):
    """The password is right; a wrong code came less than 5 seconds ago. A recovery code works at once."""

    code = "wait"


class SaltChanged(Refused):
    """A new password was stretched with another salt than the one that the server gives for this name."""

    code = "broken"


@dataclass(frozen=True)
class OfficerView:
    """One of the staff, as its own pages know it. `recipient` is age1pq1…, `verify_key` 32 bytes."""

    id: bytes
    name: str
    role: str
    is_officer: bool
    is_administrator: bool
    language: str
    recipient: str
    verify_key: bytes


@dataclass(frozen=True)
class Credentials:
    """What somebody signs in with: a name, `auth` (32 bytes), and one of the two second factors."""

    name: str
    auth: bytes
    code: str | None = None
    recovery_code: str | None = None


@dataclass(frozen=True)
class Opened:
    """A session just begun, and what the browser unwraps its root with."""

    cookie: sessions.Cookie
    officer: OfficerView
    wrapped_root: bytes
    kdf: int


@dataclass(frozen=True)
class PasswordChange:
    """A root wrapped anew: both `auth` values, the salt (16 bytes, as before) and wrap (72 bytes), and a code."""

    auth_old: bytes
    auth_new: bytes
    salt: bytes
    kdf: int
    wrapped_root: bytes
    code: str


class _Outcome(Enum):
    RIGHT = auto()
    WRONG = auto()
    TOO_SOON = auto()


def fold_name(name: str) -> str:
    """The name as it is looked up: NFKC, case folded, runs of white space as one space."""
    return " ".join(normalize("NFKC", name).casefold().split())


def fold_recovery_code(text: str) -> str:
    """The symbols that typed `text` means: case, spaces and hyphens do not matter, O is 0, I and L are 1."""
    plain = normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if sign.isalnum()).translate(_AS_CROCKFORD)


def recovery_hash(officer_id: bytes, code: str) -> bytes:
    """The 32 bytes stored for a folded recovery code; bare SHA-256, since the code is 140 random bits."""
    return hashlib.sha256(b"fortrolig/v1/recovery-code\0" + officer_id + code.encode()).digest()


def salt_for(parts: Parts, name: str) -> bytes:
    """The 16 bytes that the password of `name` is stretched with.

    A name that nobody has gets an answer too, the same each time, so that asking tells nothing.
    """
    folded = fold_name(name)
    invented = hmac.digest(parts.secrets.salt, folded.encode(), "sha256")[:SALT_BYTES]
    with parts.database.read() as session:
        officer = rows.by_folded_name(session, folded)
    return invented if officer is None else officer.salt


def sign_in(parts: Parts, credentials: Credentials) -> Opened:
    """A new desk session for the officer who shows the password's `auth` and a second factor.

    Raises WrongPassword (also for a name that nobody has, after the same work), WrongCode, TooSoon. Register:
    `signed-in`, and `recovery-code-used` when that is what was shown; `sign-in-refused` for a wrong second factor on
    the right password. A wrong password leaves nothing: else a stranger could fill the register, or learn by the time
    that takes which names there are.
    """
    with parts.database.read() as session:
        found = rows.by_folded_name(session, fold_name(credentials.name))
    kept = found.auth_hash if found is not None and found.active else _NOBODY
    fits = hmac.compare_digest(hashlib.sha256(credentials.auth).digest(), kept)
    if found is None or not fits:
        raise WrongPassword
    with parts.database.write() as session:
        officer = rows.locked(session, found.id)
        if officer is None:
            raise WrongPassword
        if credentials.recovery_code is not None:
            outcome = _use_recovery_code(parts, session, officer, credentials.recovery_code)
        else:
            outcome = _check_code(parts, session, officer, credentials.auth, credentials.code or "")
        if outcome is _Outcome.RIGHT:
            _enter(parts, session, officer, Kind.SIGNED_IN)
    _raise_unless_right(outcome)
    cookie = sessions.start(parts, "desk", officer.id)
    return Opened(cookie=cookie, officer=view(officer), wrapped_root=officer.wrapped_root, kdf=officer.kdf)


def officer_of(parts: Parts, session: sessions.Session) -> OfficerView:
    """Who a desk session belongs to. Raises NotSignedIn for somebody who was taken off the staff since."""
    with parts.database.read() as transaction:
        officer = transaction.get(Officer, session.owner)
    if officer is None or not officer.active:
        raise NotSignedIn
    return view(officer)


def codes_left(parts: Parts, officer_id: bytes) -> int:
    """How many recovery codes the officer has not used."""
    with parts.database.read() as session:
        return rows.unused_codes(session, officer_id)


def change_password(parts: Parts, officer_id: bytes, row: bytes, change: PasswordChange) -> None:
    """The officer's password is another from now on, and every session but `row` is over.

    The second factor's secret is sealed anew, because its key comes from `auth`. The salt stays: names that nobody
    has keep theirs, so one that changed would tell who works here. Raises SaltChanged, WrongPassword, WrongCode,
    TooSoon. Register: `password-changed`, or `sign-in-refused` for a wrong code.
    """
    with parts.database.write() as session:
        officer = rows.locked(session, officer_id)
        if officer is None or not _fits(officer, change.auth_old):
            raise WrongPassword
        if change.salt != officer.salt:
            raise SaltChanged
        outcome = _check_code(parts, session, officer, change.auth_old, change.code)
        if outcome is _Outcome.RIGHT:
            secret = _totp_secret(parts, officer, change.auth_old)
            officer.kdf, officer.wrapped_root = change.kdf, change.wrapped_root
            officer.auth_hash = hashlib.sha256(change.auth_new).digest()
            officer.totp_sealed = seal_totp(parts, officer.id, change.auth_new, secret)
            _enter(parts, session, officer, Kind.PASSWORD_CHANGED)
    _raise_unless_right(outcome)
    sessions.end_all(parts, "desk", officer_id, but=row)


def seal_totp(parts: Parts, officer_id: bytes, auth: bytes, secret: bytes) -> bytes:
    """The second factor's secret, sealed so that it opens only while its owner signs in (SPEC, officers)."""
    return wrap_totp(totp_key(auth, parts.secrets.totp), secret, officer_id=officer_id)


def _totp_secret(parts: Parts, officer: Officer, auth: bytes) -> bytes:
    return unwrap_totp(totp_key(auth, parts.secrets.totp), officer.totp_sealed, officer_id=officer.id)


def end_others(parts: Parts, session: sessions.Session) -> None:
    """Every other session of this officer is over. Register: `sessions-ended`."""
    with parts.database.write() as transaction:
        officer = rows.locked(transaction, session.owner)
        if officer is None:
            raise NotSignedIn
        _enter(parts, transaction, officer, Kind.SESSIONS_ENDED)
    sessions.end_all(parts, "desk", session.owner, but=session.row)


def _check_code(parts: Parts, session: Transaction, officer: Officer, auth: bytes, code: str) -> _Outcome:
    """Whether `code` counts; what follows from it is put into `officer`. Fails closed."""
    now = int(parts.clock.now().timestamp())
    if now < officer.totp_retry_at:
        return _Outcome.TOO_SOON
    try:
        secret = _totp_secret(parts, officer, auth)
        officer.totp_last_step = totp.accepted_step(secret, code, now=now, last_step=officer.totp_last_step)
    except (WrapDamaged, totp.CodeNotAccepted):
        # WrapDamaged: the server's own key is another one than at enrolment. A recovery code still works.
        _refused(parts, session, officer, now)
        officer.totp_retry_at = now + PAUSE_SECONDS
        return _Outcome.WRONG
    return _Outcome.RIGHT


def _use_recovery_code(parts: Parts, session: Transaction, officer: Officer, typed: str) -> _Outcome:
    code = rows.unused_code(session, officer.id, recovery_hash(officer.id, fold_recovery_code(typed)))
    if code is None:
        now = int(parts.clock.now().timestamp())
        _refused(parts, session, officer, now)
        officer.totp_retry_at = max(officer.totp_retry_at, now)  # remembers the minute, and pauses nothing
        return _Outcome.WRONG
    code.used_on = parts.clock.today()
    _enter(parts, session, officer, Kind.RECOVERY_CODE_USED)
    return _Outcome.RIGHT


def _refused(parts: Parts, session: Transaction, officer: Officer, now: int) -> None:
    """Somebody has the password and not the second factor: its owner should find that in the register."""
    if now - officer.totp_retry_at >= ENTRY_SECONDS:
        _enter(parts, session, officer, Kind.SIGN_IN_REFUSED)


def _raise_unless_right(outcome: _Outcome) -> None:
    if outcome is _Outcome.TOO_SOON:
        raise TooSoon
    if outcome is _Outcome.WRONG:
        raise WrongCode


def _fits(officer: Officer, auth: bytes) -> bool:
    return hmac.compare_digest(hashlib.sha256(auth).digest(), officer.auth_hash)


def _enter(parts: Parts, session: Transaction, officer: Officer, kind: Kind) -> None:
    register.append(
        session,
        officer.organisation_id,
        kind=kind,
        at=parts.clock.now(),
        facts={"officer": officer.id.hex(), "name": officer.name},
    )


def view(officer: Officer) -> OfficerView:
    """The row as services hand it on."""
    return OfficerView(
        id=officer.id,
        name=officer.name,
        role=officer.role,
        is_officer=officer.is_officer,
        is_administrator=officer.is_administrator,
        language=officer.language,
        recipient=officer.recipient,
        verify_key=officer.verify_key,
    )
