"""The talk side of a case, opened and verified message by message for its reporter (SPEC 4, 6).

A message that is damaged, not signed by somebody who may write, or out of its chain is shown as such at its
place; the rest stays readable.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from crypto.body import FileItem
from crypto.errors import CryptoError, MessageSignatureWrong, NoIdentityMatches, RecordError, RecordNotAllowed
from crypto.grant import check_grant, open_grant
from crypto.keys import Root
from crypto.message import Opened, open_message
from crypto.notebook import Notebook
from crypto.records import CaseRecord, check_reader, verify_case_chain
from portal.services.channels import ChannelKeys
from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.store import mailboxes
from portal.store.models import Message, Officer


@dataclass(frozen=True)
class FileView:
    """A file that a message lists; `size` in bytes, without padding."""

    id: str
    name: str
    type: str
    size: int


@dataclass(frozen=True)
class MessageView:
    """One message as the page shows it. `problem` is None, or damaged, unsigned, out_of_chain or left_team."""

    n: int
    side: str
    kind: str
    day: date
    at: datetime | None
    author: str | None
    text: str = field(repr=False)
    fields: dict[str, str] = field(repr=False)
    files: tuple[FileView, ...] = field(repr=False)
    problem: str | None = None


@dataclass(frozen=True)
class TalkKeys:
    """Every talk root of a case with the verified record that names its recipient, oldest first."""

    records: tuple[CaseRecord, ...]
    roots: tuple[Root, ...] = field(repr=False)

    @property
    def newest(self) -> Root:
        """The root that new messages are sealed to."""
        return self.roots[-1]


def talk_keys(
    loaded: mailboxes.LoadedMailbox, channel: ChannelKeys, notebook: Notebook, mailbox: Root
) -> TalkKeys:
    """The talk roots that this reporter holds, each against its signed record.

    Roots come from the notebook, later ones from grants to the mailbox. Raises RecordError, also where a root is
    missing, and GrantError; all fail closed, so nothing is sealed to a key that the server chose.
    """
    records = verify_case_chain(
        loaded.records,
        channel_records=channel.records,
        case=loaded.case.id,
        scope="talk",
        mailbox_verify_key=mailbox.verify_key,
    )
    known = {talk.number: Root(talk.root) for talk in notebook.talks}
    granted = {grant.number: grant.sealed for grant in loaded.grants}
    roots = []
    for record in records:
        root = known.get(record.number)
        if root is None:
            root = _granted(granted.get(record.number), record, mailbox)
        if root.identity.recipient != record.recipient:
            raise RecordNotAllowed("the root held does not make the recipient that the record names")
        roots.append(root)
    return TalkKeys(records, tuple(roots))


def views(
    parts: Parts,
    loaded: mailboxes.LoadedMailbox,
    talk: TalkKeys,
    mailbox: Root,
    channel: ChannelKeys,
    last_n: int,
) -> tuple[MessageView, ...]:
    """Every message of the conversation, in order, verified. `last_n` is the newest one seen before."""
    with parts.database.read() as session:
        officers = mailboxes.officers_by_id(session, loaded.case.organisation_id)
    reader = _Reader(loaded.case.id, talk, mailbox, channel, officers, last_n)
    before = bytes(32)
    shown = []
    for row in loaded.messages:
        shown.append(reader.view(row, before))
        before = row.hash
    return tuple(shown)


def find_file(
    loaded: mailboxes.LoadedMailbox, talk: TalkKeys, mailbox: Root, channel: ChannelKeys, file_id: str
) -> tuple[Root, FileItem]:
    """The root and the signed description of the file `file_id` in this conversation.

    Raises NotFound, also for a file of a message that nobody signed who may write: what the page does not show can't
    be fetched by its address either.
    """
    reader = _Reader(loaded.case.id, talk, mailbox, channel, officers={}, last_n=0)
    for row in loaded.messages:
        try:
            root, opened = _open(row, talk, loaded.case.id)
            reader.signer(opened, root)
        except CryptoError:
            continue
        for item in opened.body.files:
            if item.id == file_id:
                return root, item
    raise NotFound


@dataclass(frozen=True)
class _Reader:
    case_id: bytes
    talk: TalkKeys
    mailbox: Root
    channel: ChannelKeys
    officers: dict[bytes, Officer]
    last_n: int

    def view(self, row: Message, before: bytes) -> MessageView:
        try:
            root, opened = _open(row, self.talk, self.case_id)
        except MessageSignatureWrong:
            return _problem(row, "unsigned")
        except CryptoError:
            return _problem(row, "damaged")
        body = opened.body
        if (body.side, body.n, body.prev) != (row.side, row.n, before.hex()):
            return _problem(row, "out_of_chain")
        try:
            author, problem = self.signer(opened, root)
        except RecordError:
            return _problem(row, "unsigned")
        return MessageView(
            n=row.n,
            side=body.side,
            kind=body.kind,
            day=date.fromisoformat(body.day),
            at=datetime.fromisoformat(body.at) if body.at else None,
            author=author,
            text=body.text,
            fields=dict(body.fields),
            files=tuple(FileView(f.id, f.name, f.type, f.size) for f in body.files),
            problem=problem,
        )

    def signer(self, opened: Opened, root: Root) -> tuple[str | None, str | None]:
        """The officer's public role, and "left_team" for a message back-dated to a team that is no more.

        Raises RecordError for a key that may not write here.
        """
        body = opened.body
        if body.side == "reporter":
            if body.key != self.mailbox.verify_key.hex():
                raise MessageNotOurs
            return None, None
        record = self.talk.records[self.talk.roots.index(root)]
        member = check_reader(
            record,
            bytes.fromhex(body.key),
            channel_record=bytes.fromhex(body.record),
            channel_records=self.channel.records,
        )
        officer = self.officers.get(member.officer_id)
        gone = body.n > self.last_n and member not in self.channel.newest.members
        return (officer.role or officer.name) if officer else None, "left_team" if gone else None


class MessageNotOurs(RecordError):
    """A message on the reporter's side that the reporter's key did not sign."""


def _open(row: Message, talk: TalkKeys, case_id: bytes) -> tuple[Root, Opened]:
    """The message in `row` and the root it was sealed to: the newest that opens it."""
    for root in reversed(talk.roots[1:]):
        try:
            return root, open_message(row.sealed, root, case=case_id, scope="talk")
        except NoIdentityMatches:
            continue
    return talk.roots[0], open_message(row.sealed, talk.roots[0], case=case_id, scope="talk")


def _granted(sealed: bytes | None, record: CaseRecord, mailbox: Root) -> Root:
    if sealed is None:
        raise RecordNotAllowed("a record whose root was not granted to its reader")
    grant = open_grant(sealed, mailbox)
    check_grant(
        grant,
        purpose="talk",
        channel=record.channel,
        case=record.case,
        number=record.number,
        record_hash=record.hash,
        recipient=record.recipient,
    )
    return grant.root


def _problem(row: Message, problem: str) -> MessageView:
    return MessageView(
        n=row.n,
        side=row.side,
        kind="message",
        day=row.day,
        at=None,
        author=None,
        text="",
        fields={},
        files=(),
        problem=problem,
    )
