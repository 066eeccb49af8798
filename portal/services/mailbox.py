"""The mailbox of a case, opened by its reporter: in this server's memory, for one request at a time.

Nothing here says who asks; a wrong case key and a wrong passphrase take the same time and give one answer.
Register: `answer-received`, by day.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from crypto.body import FileItem
from crypto.errors import CryptoError, WrapDamaged
from crypto.keys import Root
from crypto.notebook import Notebook
from crypto.wrap import unwrap_notebook, wrap_notebook
from portal.domain.case import Stage
from portal.domain.retention import open_until
from portal.services import conversation, receipts, register, sealing, sessions, team_changes
from portal.services.attachments import SealedFile
from portal.services.channels import ChannelKeys, PublicChannel, channel_keys, public_channel_by_id
from portal.services.conversation import MessageView, TalkKeys
from portal.services.erasing import may_reporter_erase
from portal.services.errors import (
    CaseGone,
    ConversationFull,
    EmptyReport,
    KeysChanged,
    NotSignedIn,
    Taken,
    TextTooLong,
    WrongReceipt,
)
from portal.services.parts import Parts
from portal.services.team_changes import TeamChange
from portal.store import cases, desk_queries, mailboxes
from portal.store.errors import Conflict
from portal.store.models import Case

NOBODY = bytes(16)
MAX_MESSAGES = 500
MAX_SEALED_BYTES = 32 * 1024**2
"""What a reporter may write in one case, since both sides load all of it for every page; far more than any needs."""
ROOT_BYTES = 32


@dataclass(frozen=True)
class Visit:
    """One request of a signed-in reporter: the case, its keys, and the opened notebook."""

    case: Case
    root: Root = field(repr=False)
    talk: TalkKeys = field(repr=False)
    notebook: Notebook = field(repr=False)
    keys: ChannelKeys
    loaded: mailboxes.LoadedMailbox
    opened_before: tuple[int, date | None]


@dataclass(frozen=True)
class Conversation:
    """What the mailbox page shows. `next_what` is "acknowledge", "feedback" or None; days are UTC.

    `open_until` is the last day of a closed case, None while it is open or `held` for a legal reason.
    """

    reference: str
    is_test: bool
    channel: PublicChannel
    stage: Stage
    received_on: date
    acknowledged_on: date | None
    next_what: str | None
    next_on: date | None
    opened_count: int
    opened_last: date | None
    next_n: int
    messages: tuple[MessageView, ...]
    open_until: date | None
    held: bool
    team_changes: tuple[TeamChange, ...]


def sign_in(parts: Parts, case_key: str, passphrase: str) -> sessions.Cookie:
    """The cookie of a new mailbox session; the visit is counted in the notebook.

    Raises MalformedKey and UnknownWord (both before any look-up), WrongReceipt, Busy.
    """
    key, words = receipts.fold(case_key, passphrase)
    root = receipts.stretch(parts, key, words)
    case_id = _find(parts, key)
    before = _count_visit(parts, case_id, root)
    return sessions.start(parts, "mailbox", case_id, secret=root.secret + _write_opened(before))


def is_receipt(parts: Parts, case_key: str, passphrase: str) -> bool:
    """Whether the two open a mailbox: for "type it once more". Raises as sign_in, except WrongReceipt."""
    key, words = receipts.fold(case_key, passphrase)
    root = receipts.stretch(parts, key, words)
    try:
        _open_notebook(parts, _find(parts, key), root)
    except WrongReceipt:
        return False
    return True


def visit(parts: Parts, cookie: str | None) -> Visit:
    """The case behind a mailbox cookie, its keys verified. Raises NotSignedIn, KeysChanged. Fails closed."""
    session, parsed = sessions.resume(parts, "mailbox", cookie)
    secret = sessions.secret(session, parsed)
    root = Root(secret[:ROOT_BYTES])
    with parts.database.read() as reading:
        loaded = mailboxes.load(reading, session.owner, root.party.hash)
    if loaded is None:
        sessions.end(parts, session.row)
        raise NotSignedIn
    try:
        notebook = Notebook.from_json(unwrap_notebook(root, loaded.case.notebook, case=loaded.case.id))
    except CryptoError as error:
        raise NotSignedIn from error
    try:
        keys = channel_keys(parts, loaded.case.channel_id, seen=notebook.channel_record)
        talk = conversation.talk_keys(loaded, keys, notebook, root)
    except CryptoError as error:
        raise KeysChanged from error
    return Visit(loaded.case, root, talk, notebook, keys, loaded, _read_opened(secret[ROOT_BYTES:]))


def read(parts: Parts, seen: Visit) -> Conversation:
    """The whole conversation, each message verified; a damaged one is shown as such at its place."""
    case = seen.case
    what, on = _next(case)
    count, last = seen.opened_before
    channel = public_channel_by_id(parts, case.channel_id)
    held = not may_reporter_erase(parts, case.id)
    ends = case.closed_on is not None and not held
    return Conversation(
        reference=case.reference,
        is_test=case.is_test,
        channel=channel,
        stage=Stage(case.stage),
        received_on=case.received_on,
        acknowledged_on=case.acknowledged_on,
        next_what=what,
        next_on=on,
        opened_count=count,
        opened_last=last,
        next_n=len(seen.loaded.messages),
        messages=conversation.views(
            parts, seen.loaded, seen.talk, seen.root, seen.keys, seen.notebook.last_n
        ),
        open_until=open_until(case.closed_on, channel.retention_days) if case.closed_on and ends else None,
        held=held,
        team_changes=_team_changes(parts, seen),
    )


def check_length(seen: Visit, text: str = "") -> None:
    """Nothing, if the reporter may still write `text` in this case. Raises ConversationFull. Fails closed.

    The desk's messages do not count: who has filled a case can still be answered.
    """
    sizes = [message.size for message in seen.loaded.messages if message.side == "reporter"]
    if len(sizes) >= MAX_MESSAGES or sum(sizes) + len(text.encode()) > MAX_SEALED_BYTES:
        raise ConversationFull


def answer(parts: Parts, seen: Visit, *, n: int, text: str, lang: str, files: list[SealedFile]) -> None:
    """The reporter's next message, sealed and stored at number `n`.

    One transaction, with what the reporter's side remembers of it. Raises Taken when something came between, CaseGone,
    ConversationFull, EmptyReport, TextTooLong. Register: `answer-received`.
    """
    if not text.strip() and not files:
        raise EmptyReport
    if len(text.encode()) > parts.settings.max_text_bytes:
        raise TextTooLong
    if n != len(seen.loaded.messages):
        raise Taken
    check_length(seen, text)
    day = parts.clock.today()
    prev = seen.loaded.messages[-1].hash
    pen = sealing.Writer(seen.case.id, seen.talk.newest, seen.root, seen.keys.newest.hash, lang, day)
    sealed = pen.seal("message", n, prev, text, files=files)
    notebook = replace(seen.notebook, last_n=n, last_hash=hashlib.sha256(sealed).digest())
    try:
        with parts.database.write() as session:
            # Locked, so that nobody erases it before this is done.
            if desk_queries.case(session, seen.case.id, to_change=True) is None:
                raise CaseGone
            session.add(sealing.message_row(seen.case.id, n, sealed, day))
            session.add_all(sealing.file_row(seen.case.id, n, item) for item in files)
            _keep(session, seen.case.id, seen.root, notebook, seen.case.notebook_version)
            register.append(
                session, seen.case.organisation_id, kind="answer-received", day=day, case_id=seen.case.id
            )
    except Conflict as error:
        raise Taken from error


def file(seen: Visit, file_id: str) -> tuple[Root, FileItem]:
    """The file's signed description and the root that opens it. Raises NotFound for a file of another case."""
    return conversation.find_file(seen.loaded, seen.talk, seen.root, seen.keys, file_id)


def _team_changes(parts: Parts, seen: Visit) -> tuple[TeamChange, ...]:
    """What has changed since the record that the report was sealed under."""
    known = seen.talk.records[0].channel_record
    if known == seen.keys.newest.hash:
        return ()
    with parts.database.read() as session:
        officers = mailboxes.officers_by_id(session, seen.case.organisation_id)
    return team_changes.since(seen.keys.records, known, officers)


def _next(case: Case) -> tuple[str | None, date | None]:
    """What the reporter may expect next, and by which day."""
    stage = Stage(case.stage)
    if stage is Stage.RECEIVED:
        return "acknowledge", case.acknowledge_due_on
    return (None, None) if stage is Stage.CLOSED else ("feedback", case.feedback_due_on)


def _find(parts: Parts, case_key: str) -> bytes:
    """The case's id, or one of nobody: the caller goes on as if it were there, and fails at the notebook."""
    with parts.database.read() as session:
        found = cases.by_locator(session, receipts.stored_locator(parts, case_key))
        return NOBODY if found is None else found.id


def _open_notebook(parts: Parts, case_id: bytes, root: Root) -> tuple[Notebook, int]:
    with parts.database.read() as session:
        case = session.get(Case, case_id)
    # Without such a case the same work is done on bytes that can't open, so that time tells nothing.
    sealed, version = (case.notebook, case.notebook_version) if case else (bytes(512), 0)
    try:
        return Notebook.from_json(unwrap_notebook(root, sealed, case=case_id)), version
    except WrapDamaged as error:
        raise WrongReceipt from error


def _count_visit(parts: Parts, case_id: bytes, root: Root) -> tuple[int, date]:
    """How often the mailbox was opened before this visit and when it last was; the visit is counted."""
    notebook, version = _open_notebook(parts, case_id, root)
    count, _last = notebook.opened
    counted = replace(notebook, opened=(count + 1, parts.clock.today()))
    with parts.database.write() as session:
        _keep(session, case_id, root, counted, version)
    return notebook.opened


def _write_opened(opened: tuple[int, date]) -> bytes:
    return f"{opened[0]} {opened[1].isoformat()}".encode()


def _read_opened(raw: bytes) -> tuple[int, date | None]:
    count, _, day = raw.decode().partition(" ")
    return int(count), date.fromisoformat(day) if count != "0" else None


def _keep(session: Session, case_id: bytes, root: Root, notebook: Notebook, version: int) -> None:
    """The notebook, unless another visit wrote it first: then that one's stands, and nothing is lost but a count."""
    sealed = wrap_notebook(root, notebook.to_json(), case=case_id)
    cases.put_notebook(session, case_id, seen=version, notebook=sealed)
