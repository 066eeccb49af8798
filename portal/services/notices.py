"""Notices by e-mail: "something is new", "something is due", and not a word more.

Nothing of a case, its category, its reference or its reporter is in them; all have one text and one size. Off until a
mail server is set. The times are chosen in domain/notices.py. Register: nothing, a notice is no act on a case.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from portal.domain import notices as rules
from portal.domain.register import Kind
from portal.mail.smtp import TLS, MailFailed, MailServer, message, send
from portal.services.errors import NotFound, Refused
from portal.services.parts import Parts
from portal.services.team import Desk, case_in_reach, desk_of
from portal.settings import Settings
from portal.store import models
from portal.store import notices as rows
from portal.store import register as register_rows

NEWS = tuple(
    kind.value
    for kind in (
        Kind.REPORT_RECEIVED,
        Kind.TEST_RECEIVED,
        Kind.ANSWER_RECEIVED,
        Kind.IDENTITY_GIVEN,
        Kind.APPEAL_RECEIVED,
    )
)
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
MAX_ADDRESS = 254

About = Literal["new", "due", "test"]
Words = Callable[[About, str], tuple[str, str]]
"""From what a mail is about and a language to its subject and text."""


class AddressRefused(Refused):
    """This can't be an e-mail address."""

    code = "address"


class MailOff(Refused):
    """No mail server is set."""

    code = "mail_off"


class NoAddress(Refused):
    """The person has no address to write to."""

    code = "no_address"


@dataclass(frozen=True)
class MailState:
    """What an administrator sees: whether mail is on, how many want it, and how the last ones went."""

    host: str
    window_minutes: int
    addresses: int
    notice: models.MailResult | None
    test: models.MailResult | None


def address(parts: Parts, officer_id: bytes) -> str:
    """Where the officer wants notices; empty for nowhere."""
    with parts.database.read() as session:
        found = rows.address(session, officer_id)
        return "" if found is None else found.address


def set_address(parts: Parts, officer_id: bytes, wanted: str) -> None:
    """Notices go to `wanted` from now on; to nowhere, and nothing is kept, where it is empty.

    Raises AddressRefused; NotFound for nobody of the staff.
    """
    wanted = wanted.strip()
    if wanted and (len(wanted) > MAX_ADDRESS or not ADDRESS.fullmatch(wanted)):
        raise AddressRefused
    with parts.database.write() as session:
        officer = session.get(models.Officer, officer_id)
        if officer is None or not officer.active:
            raise NotFound
        found = rows.address(session, officer_id)
        if not wanted:
            if found is not None:
                session.delete(found)
        elif found is not None:
            found.address, found.tries = wanted, 0
        else:
            seq, _hash = register_rows.head(session, officer.organisation_id)
            session.add(
                models.NoticeAddress(
                    officer_id=officer_id, address=wanted, told_seq=seq, told_on=parts.clock.today()
                )
            )


def state(parts: Parts) -> MailState:
    """How mail stands."""
    with parts.database.read() as session:
        return MailState(
            host=parts.settings.mail_host,
            window_minutes=parts.settings.mail_window_minutes,
            addresses=rows.count(session),
            notice=rows.result(session, "notice"),
            test=rows.result(session, "test"),
        )


def look(parts: Parts) -> int:
    """How many notices were newly planned: for whom something is new, or due, since the last look."""
    if not parts.settings.mail_host:
        return 0
    planned = 0
    with parts.database.write() as session:
        for wanted in rows.at_work(session):
            about = _about(parts, session, wanted)
            if about is None:
                continue
            if wanted.send_at is None:
                planned += 1
                wanted.send_at = _moment(parts)
                wanted.kind = about
            elif about == "due":
                wanted.kind = about
    return planned


def send_waiting(parts: Parts, words: Words) -> int:
    """How many notices were sent of those whose minute has come; the others are tried again, later each time.

    Each is put off before it is tried: a kill in between costs one notice a delay, and sends none twice.
    """
    if not parts.settings.mail_host:
        return 0
    now = _now(parts)
    with parts.database.write() as session:
        claimed = [_claim(session, wanted, now) for wanted in rows.waiting(session, now)]
    return sum(_send_one(parts, words, *one) for one in claimed)


def send_test(parts: Parts, officer_id: bytes, words: Words) -> None:
    """A test mail is on its way to this person, at once. Raises MailOff, NoAddress, MailFailed."""
    if not parts.settings.mail_host:
        raise MailOff
    to = address(parts, officer_id)
    if not to:
        raise NoAddress
    with parts.database.read() as session:
        lang = session.get_one(models.Officer, officer_id).language
    failure = _post(parts, to, words("test", lang))
    with parts.database.write() as session:
        rows.put_result(session, "test", _now(parts), failure)
    if failure is not None:
        raise MailFailed(failure)


def server_of(settings: Settings) -> MailServer:
    """The mail server that the settings name. Raises MailFailed where they can't be: sender, tls, sign_in."""
    if not ADDRESS.fullmatch(settings.mail_from):
        raise MailFailed("sender")
    tls = next((one for one in TLS if one == settings.mail_tls), None)
    if tls is None:
        raise MailFailed("tls")
    password = ""
    if settings.mail_password_file:
        try:
            password = Path(settings.mail_password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise MailFailed("sign_in") from None
    return MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        sender=settings.mail_from,
        tls=tls,
        user=settings.mail_user,
        password=password,
    )


def _about(parts: Parts, session: Session, wanted: models.NoticeAddress) -> About | None:
    """What to tell the person of since the last look, which this one now is."""
    today = parts.clock.today()
    try:
        desk = desk_of(session, wanted.officer_id)
    except NotFound:
        return None
    seq, _hash = register_rows.head(session, desk.organisation_id)
    news: set[bytes] = set()
    if seq > wanted.told_seq:
        news = rows.cases_with_entries(session, desk.organisation_id, wanted.told_seq, NEWS)
    is_due = today > wanted.told_on and any(
        _reads(session, desk, case_id) for case_id in _due(session, desk, wanted, parts)
    )
    wanted.told_seq, wanted.told_on = seq, max(today, wanted.told_on)
    if is_due:
        return "due"
    return "new" if any(_reads(session, desk, case_id) for case_id in news) else None


def _due(session: Session, desk: Desk, wanted: models.NoticeAddress, parts: Parts) -> Iterator[bytes]:
    today, channels = parts.clock.today(), tuple(desk.channels)
    since = wanted.told_on
    yield from rows.holds_to_review(session, channels, since, today)
    for case_id, due_on in rows.due_between(
        session, channels, since, today + timedelta(days=rules.BEFORE_DAYS)
    ):
        if rules.is_told(due_on, since, today):
            yield case_id


def _reads(session: Session, desk: Desk, case_id: bytes) -> bool:
    """Whether the case is this person's to know of: who was left out of it must not learn that it exists (RO-02)."""
    try:
        case_in_reach(session, desk, case_id)
    except NotFound:
        return False
    return True


def _claim(session: Session, wanted: models.NoticeAddress, now: int) -> tuple[bytes, str, About, str]:
    wanted.tries += 1
    wanted.send_at = now + rules.retry_after_seconds(wanted.tries)
    officer = session.get_one(models.Officer, wanted.officer_id)
    about: About = "due" if wanted.kind == "due" else "new"
    return officer.id, wanted.address, about, officer.language


def _send_one(parts: Parts, words: Words, officer_id: bytes, to: str, about: About, lang: str) -> bool:
    failure = _post(parts, to, words(about, lang))
    with parts.database.write() as session:
        rows.put_result(session, "notice", _now(parts), failure)
        wanted = rows.address(session, officer_id)
        if wanted is not None and (failure is None or wanted.tries >= rules.MOST_TRIES):
            wanted.kind, wanted.send_at, wanted.tries = None, None, 0
    return failure is None


def _post(parts: Parts, to: str, said: tuple[str, str]) -> str | None:
    """None when the server took it, else the word for why not."""
    try:
        server = server_of(parts.settings)
        send(server, message(server, to, *said, parts.clock.now()))
    except MailFailed as failed:
        return failed.code
    return None


def _moment(parts: Parts) -> int:
    window = parts.settings.mail_window_minutes
    return rules.send_at(_now(parts), window, secrets.randbelow(max(window, 1)))


def _now(parts: Parts) -> int:
    return int(parts.clock.now().timestamp())
