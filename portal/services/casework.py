"""A case at the desk: read it, open it for the first time, write in it, acknowledge it.

Everything comes sealed from the officer's browser and goes sealed to it; the server checks shapes, signed
records, order and access. Register: `case-opened`, `reply-sent`, `note-written`, `acknowledged`,
`identity-opened`, each with the officer, at its minute.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from crypto.wrap import CARD_SIZE, Scope
from portal.domain import deadlines
from portal.domain.case import Stage, next_stages
from portal.domain.register import Kind
from portal.services import attachments_desk, grants
from portal.services.desk_errors import AlreadyOpened, Changed, DayChanged, Malformed
from portal.services.desk_register import note, opened_today
from portal.services.errors import NotFound, Taken
from portal.services.older_keys import check_newest
from portal.services.parts import Parts
from portal.services.sealed_shapes import check_message
from portal.services.team import Desk, case_in_reach, case_of_reference, desk_of
from portal.store import cases, desk_queries, models
from portal.store.errors import Conflict, StoreError


@dataclass(frozen=True)
class Posted:
    """A sealed message as it comes from an officer's browser; `files` are ids of uploads that it lists.

    `under` is the number of the case record whose recipient it is sealed to.
    """

    scope: Scope
    n: int
    under: int
    sealed: bytes
    files: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Person:
    """Somebody whose signature may stand in a case: the name is the server's word, the key the record's."""

    id: bytes
    name: str
    role: str
    verify_key: bytes


@dataclass(frozen=True)
class Summary:
    """A case as its page knows it before it is opened; `readers` are the members in the newest record."""

    case: models.Case
    today: date
    channel: str
    readers: tuple[Person, ...]


@dataclass(frozen=True)
class CaseView:
    """A case as the officer's browser gets it: what the server may know, and all that is sealed.

    `feedback_if_today` is the due date that an acknowledgement sent today would give.
    """

    case: models.Case
    steps: tuple[Stage, ...]
    today: date
    feedback_if_today: date
    records: tuple[models.CaseRecord, ...]
    grants: tuple[models.Grant, ...]
    wraps: tuple[models.Wrap, ...]
    card: models.Card | None
    messages: tuple[models.Message, ...]
    attachments: tuple[models.Attachment, ...]
    people: tuple[Person, ...]


def summary(parts: Parts, officer_id: bytes, reference: str) -> Summary:
    """What the page itself shows of a case before the browser has opened it. Raises NotFound."""
    with parts.database.read() as session:
        desk = desk_of(session, officer_id)
        case = case_of_reference(session, desk, reference)
        channel = desk.channels[case.channel_id]
        members = {member.officer_id for member in channel.newest.members}
        readers = tuple(person for person in _people(session, desk) if person.id in members)
        return Summary(case, parts.clock.today(), channel.name, readers)


def read(parts: Parts, officer_id: bytes, case_id: bytes) -> CaseView:
    """The whole case, sealed. Raises NotFound.

    Register: `case-opened`, once an officer and day, when the case has been opened before; the first
    opening is written by `open_first`.
    """
    with parts.database.read() as session:
        desk = desk_of(session, officer_id)
        view = _view(parts, session, desk, case_in_reach(session, desk, case_id))
        unwritten = view.card is not None and not opened_today(parts, session, desk, view.case)
    if unwritten:
        with parts.database.write() as session:
            note(parts, session, desk, view.case, Kind.CASE_OPENED)
    return view


def open_first(parts: Parts, officer_id: bytes, case_id: bytes, opening: grants.Opening) -> None:
    """The case has its desk root, granted to its readers, and its card. Register: `case-opened`.

    Raises AlreadyOpened for the loser of a race, who reads again; NotFound, Malformed.
    """
    try:
        with parts.database.write() as session:
            desk, case = _to_change(session, officer_id, case_id)
            grants.store_opening(session, desk, case, opening)
            note(parts, session, desk, case, Kind.CASE_OPENED, first=1)
    except Conflict as error:
        raise AlreadyOpened from error


def keep_wraps(parts: Parts, officer_id: bytes, case_id: bytes, wraps: tuple[grants.NewWrap, ...]) -> None:
    """The case's roots open without a public-key step from now on. Raises NotFound, Malformed."""
    with parts.database.write() as session:
        desk, case = _to_change(session, officer_id, case_id)
        grants.store_wraps(session, desk, case, wraps)


def post(parts: Parts, officer_id: bytes, row: bytes, case_id: bytes, posted: Posted) -> None:
    """A reply (scope talk) or a note (scope desk) stands at its number. `row` is the officer's session.

    Its files are looked at while the case is locked: none can be taken back until the message stands. Raises Taken
    when the number is gone, Changed when the case has a newer key, OlderKey while it waits for one, NotFound,
    Malformed, TooLarge, FilesUnknown.
    Register: `reply-sent` or `note-written`, with the number.
    """
    kind = Kind.REPLY_SENT if posted.scope == "talk" else Kind.NOTE_WRITTEN
    try:
        with parts.database.write() as session:
            desk, case = _to_change(session, officer_id, case_id)
            uploads = attachments_desk.waiting(parts, row, case_id, posted.files)
            _put(parts, session, desk, case, posted, uploads)
            note(parts, session, desk, case, kind, n=posted.n, files=len(uploads))
    except Conflict as error:
        raise Taken from error
    with suppress(StoreError):  # the message stands; what it lists is forgotten within days
        attachments_desk.forget(parts, posted.files)


def acknowledge(
    parts: Parts, officer_id: bytes, case_id: bytes, posted: Posted, feedback_due_on: date
) -> None:
    """The acknowledgement is sent, the case is acknowledged today, and feedback is due on `feedback_due_on`.

    All in one transaction: a reporter never reads a date that the clocks don't keep. Raises Changed when
    the case is acknowledged already, DayChanged when this day gives another due date than the text names,
    Taken, OlderKey, NotFound, Malformed. Register: `acknowledged`. Directive (EU) 2019/1937, Art. 9(1)(b).
    """
    if posted.scope != "talk":
        raise Malformed
    try:
        with parts.database.write() as session:
            desk, case = _to_change(session, officer_id, case_id)
            if case.stage != Stage.RECEIVED:
                raise Changed
            if feedback_due_on != _feedback_if_today(parts, desk, case):
                raise DayChanged
            _put(parts, session, desk, case, posted, ())
            case.stage = Stage.ACKNOWLEDGED
            case.acknowledged_on = parts.clock.today()
            case.feedback_due_on = feedback_due_on
            note(parts, session, desk, case, Kind.ACKNOWLEDGED, n=posted.n)
    except Conflict as error:
        raise Taken from error


def put_card(parts: Parts, officer_id: bytes, case_id: bytes, *, sealed: bytes, replaces: bytes) -> None:
    """The case has a new title and category. `replaces` is SHA-256 of the sealed card that was read.

    Raises Changed when a colleague changed it in between: nobody overwrites silently what he has not seen.
    OlderKey while the case waits for a newer key: a leaver holds the root that the title would be under. Also
    NotFound, Malformed.
    """
    if len(sealed) != CARD_SIZE:
        raise Malformed
    with parts.database.write() as session:
        desk, case = _to_change(session, officer_id, case_id)
        card = cases.card(session, case.id)
        if card is None or hashlib.sha256(card.sealed).digest() != replaces:
            raise Changed
        check_newest(session, desk, case, "desk", card.number)
        cases.put_card(session, case.id, card.number, sealed)


def note_identity_opened(parts: Parts, officer_id: bytes, case_id: bytes, n: int) -> None:
    """The register says that this officer opened the reporter's name, message `n`. Raises NotFound.

    Called before the name is shown. Directive (EU) 2019/1937, Art. 16(1). Register: `identity-opened`.
    """
    with parts.database.write() as session:
        desk, case = _to_change(session, officer_id, case_id)
        if not 0 <= n < cases.next_n(session, case.id, "talk"):
            raise NotFound
        note(parts, session, desk, case, Kind.IDENTITY_OPENED, n=n)


def _to_change(session: Session, officer_id: bytes, case_id: bytes) -> tuple[Desk, models.Case]:
    desk = desk_of(session, officer_id)
    return desk, case_in_reach(session, desk, case_id, to_change=True)


def _view(parts: Parts, session: Session, desk: Desk, case: models.Case) -> CaseView:
    holders = desk.holders
    return CaseView(
        case=case,
        steps=tuple(stage for stage in next_stages(case.stage) if stage is not Stage.ACKNOWLEDGED),
        today=parts.clock.today(),
        feedback_if_today=_feedback_if_today(parts, desk, case),
        records=(*cases.records(session, case.id, "talk"), *cases.records(session, case.id, "desk")),
        grants=tuple(cases.grants(session, case.id, holders)),
        wraps=tuple(cases.wraps(session, case.id, holders)),
        card=cases.card(session, case.id),
        messages=(*cases.messages(session, case.id, "talk"), *cases.messages(session, case.id, "desk")),
        attachments=tuple(cases.attachments(session, case.id)),
        people=_people(session, desk),
    )


def _people(session: Session, desk: Desk) -> tuple[Person, ...]:
    everybody = desk_queries.people(session, desk.organisation_id)
    return tuple(Person(o.id, o.name, o.role, o.verify_key) for o in everybody if o.is_officer)


def _feedback_if_today(parts: Parts, desk: Desk, case: models.Case) -> date:
    channel = desk.channels[case.channel_id]
    return deadlines.feedback_due(
        case.received_on, parts.clock.today(), channel.acknowledge_days, channel.feedback_months
    )


def _put(
    parts: Parts,
    session: Session,
    desk: Desk,
    case: models.Case,
    posted: Posted,
    uploads: tuple[models.PendingUpload, ...],
) -> None:
    """The message and its files, in the caller's transaction. Raises Malformed, TooLarge, Taken, Changed."""
    check_message(posted.sealed)
    check_newest(session, desk, case, posted.scope, posted.under)
    if posted.n != cases.next_n(session, case.id, posted.scope):
        raise Taken
    session.add(
        models.Message(
            case_id=case.id,
            scope=posted.scope,
            n=posted.n,
            side="desk",
            day=parts.clock.today(),
            size=len(posted.sealed),
            hash=hashlib.sha256(posted.sealed).digest(),
            sealed=posted.sealed,
        )
    )
    session.add_all(attachments_desk.row(case.id, posted.scope, posted.n, upload) for upload in uploads)
