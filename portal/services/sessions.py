"""Sessions: a row named by a hash, opened by a cookie. Either alone opens nothing (SPEC 6).

A mailbox session holds the mailbox root sealed under a key that only the cookie carries. A desk session holds
the officer root sealed under a key that only the browser's tab carries. Both end after the idle minutes of the
settings (15), and after LONGEST_HOURS however busy they are. Anybody may have several at once.
"""

import base64
import hashlib
import secrets
from binascii import Error as NotBase64
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from crypto.errors import WrapDamaged
from crypto.receipt import TOKEN_MAX_AGE_SECONDS
from crypto.wrap import unwrap_session, wrap_session
from portal.services.errors import NotSignedIn
from portal.services.parts import Parts
from portal.store import volatile
from portal.store.errors import StoreError
from portal.store.models.volatile import SessionRow

SID_BYTES = 16
KEY_BYTES = 32
MINUTE, HOUR = 60, 60 * 60
LONGEST_HOURS = 12
"""How long a session may last at most: what was left open over night, or copied, opens nothing the next day. It
ends at a full hour, so that the row does not tell the minute at which somebody came.
"""
RECEIPT_SECONDS = 30 * 60
"""How long the form of a report shows its receipt again (SPEC, receipt)."""


@dataclass(frozen=True)
class Cookie:
    """What a session's cookie carries: the row's name before hashing, and a key the server does not keep."""

    sid: bytes
    key: bytes

    @property
    def row(self) -> bytes:
        """The 32 bytes that name the row."""
        return hashlib.sha256(self.sid).digest()

    @property
    def value(self) -> str:
        """64 characters, base64url of sid || key."""
        return base64.urlsafe_b64encode(self.sid + self.key).decode()

    @classmethod
    def parse(cls, value: str | None) -> "Cookie":
        """The cookie in `value`; NotSignedIn when it can't be one of ours."""
        try:
            raw = base64.b64decode(value or "", altchars=b"-_", validate=True)
        except (NotBase64, ValueError) as error:
            raise NotSignedIn from error
        if len(raw) != SID_BYTES + KEY_BYTES:
            raise NotSignedIn
        return cls(sid=raw[:SID_BYTES], key=raw[SID_BYTES:])

    @classmethod
    def fresh(cls) -> "Cookie":
        """A new random cookie: 128 bits name the row, 256 bits open it."""
        return cls(sid=secrets.token_bytes(SID_BYTES), key=secrets.token_bytes(KEY_BYTES))


@dataclass(frozen=True)
class Session:
    """A live session: which row, whose (case or officer id), and the sealed bytes it holds, if any."""

    row: bytes
    kind: str
    owner: bytes
    sealed: bytes | None


def start(parts: Parts, kind: str, owner: bytes, *, secret: bytes | None = None) -> Cookie:
    """A new session of `kind` ("mailbox" or "desk") for `owner`; `secret` is sealed under the cookie's key."""
    cookie = Cookie.fresh()
    sealed = None if secret is None else wrap_session(cookie.key, secret, row=cookie.row)
    with parts.volatile.write() as session:
        volatile.erase_idle(session, (kind,), before=_now(parts) - parts.settings.idle_minutes * MINUTE)
        session.add(
            SessionRow(
                row=cookie.row,
                kind=kind,
                owner=owner,
                sealed=sealed,
                touched_at=_now(parts),
                ends_at=(_now(parts) // HOUR + LONGEST_HOURS) * HOUR,
            )
        )
    return cookie


def resume(parts: Parts, kind: str, value: str | None) -> tuple[Session, Cookie]:
    """The live session behind the cookie `value`, its idle time begun anew. Raises NotSignedIn. Fails closed."""
    cookie = Cookie.parse(value)
    with parts.volatile.read() as session:
        row = session.get(SessionRow, cookie.row)
        found = None if row is None else Session(row.row, row.kind, row.owner, row.sealed)
        touched, ends = (0, 0) if row is None else (row.touched_at, row.ends_at or 0)
    over = _now(parts) - touched > parts.settings.idle_minutes * MINUTE or _now(parts) >= ends
    if found is None or found.kind != kind or over:
        raise NotSignedIn
    if touched != _now(parts):
        # A full disk or a busy store ends the visit a little early; it must not lose what somebody just typed.
        with suppress(StoreError), parts.volatile.write() as session:
            volatile.touch(session, cookie.row, _now(parts))
    return found, cookie


def secret(session: Session, cookie: Cookie) -> bytes:
    """What `session` was started with. Raises NotSignedIn when the cookie's key does not open it."""
    if session.sealed is None:
        raise NotSignedIn
    try:
        return unwrap_session(cookie.key, session.sealed, row=session.row)
    except WrapDamaged as error:
        raise NotSignedIn from error


def keep_sealed(parts: Parts, row: bytes, sealed: bytes) -> None:
    """Store in a desk session the officer root that the browser has sealed. The server can't open it."""
    with parts.volatile.write() as session:
        volatile.keep_sealed(session, row, sealed)


def end(parts: Parts, row: bytes) -> None:
    """Erase one session."""
    with parts.volatile.write() as session:
        volatile.erase_row(session, row)


def sweep(parts: Parts) -> None:
    """Erase sessions that are over and marks that are no longer needed, also from the write-ahead log.

    Called each minute by the worker and at the start: the minute of a visit must not stay until somebody else
    comes by, which may be weeks.
    """
    with parts.volatile.write() as session:
        volatile.erase_idle(
            session, ("mailbox", "desk"), before=_now(parts) - parts.settings.idle_minutes * MINUTE
        )
        volatile.erase_ended(session, before=_now(parts))
        volatile.erase_idle(session, ("receipt",), before=_now(parts) - RECEIPT_SECONDS)
        volatile.erase_idle(session, ("erased",), before=_now(parts) - TOKEN_MAX_AGE_SECONDS)
    parts.volatile.truncate_log()


def end_of_cookie(parts: Parts, value: str | None) -> None:
    """Erase the session behind the cookie `value`, if there is one: signing in anew or out leaves none behind."""
    try:
        cookie = Cookie.parse(value)
    except NotSignedIn:
        return
    end(parts, cookie.row)


def end_all(parts: Parts, kind: str, owner: bytes, *, but: bytes | None = None) -> None:
    """Erase every session of `owner`, except the row `but`: password changed, person removed, case erased."""
    with parts.volatile.write() as session:
        volatile.erase_of(session, kind, owner, but=but)


def others(parts: Parts, session: Session) -> tuple[datetime, ...]:
    """When each other live session of the same owner was last used (UTC minute), the latest first."""
    with parts.volatile.read() as transaction:
        minutes = volatile.touched(transaction, session.kind, session.owner, but=session.row, now=_now(parts))
    idle = parts.settings.idle_minutes * MINUTE
    return tuple(datetime.fromtimestamp(at, UTC) for at in minutes if _now(parts) - at <= idle)


def _now(parts: Parts) -> int:
    return int(parts.clock.now().timestamp()) // MINUTE * MINUTE
