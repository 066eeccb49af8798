"""The reporter's half of the protocol, run in this server's memory for browsers without JavaScript (SPEC 2 to 4).

Everything here is what the reporter's own browser would do; the mailbox root is forgotten with the request.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date

from crypto.body import Body
from crypto.grant import Grant, seal_grant
from crypto.keys import Root
from crypto.message import seal_message
from crypto.notebook import Notebook, NotebookTalk
from crypto.records import NO_HASH, CaseRecord
from crypto.wrap import wrap_notebook
from portal.domain import deadlines
from portal.domain.case import Stage
from portal.domain.reference import new_reference
from portal.domain.register import Kind
from portal.services import register
from portal.services.attachments import SealedFile
from portal.services.channels import ChannelKeys, PublicChannel
from portal.services.parts import Parts
from portal.store import cases, models


@dataclass(frozen=True)
class OpenReport:
    """A report being received: its case id and talk root exist before its files do, so that they can be sealed."""

    case_id: bytes
    organisation_id: bytes
    channel: PublicChannel
    keys: ChannelKeys
    talk: Root = field(repr=False)


@dataclass(frozen=True)
class Written:
    """What the reporter typed. `fields` is as in a message (SPEC 6); `name` is empty unless the reporter gave one."""

    lang: str
    text: str = field(repr=False)
    fields: dict[str, str] = field(repr=False)
    name: str = field(default="", repr=False)
    is_test: bool = False


@dataclass(frozen=True)
class SealedReport:
    """One report, ready to be stored: nothing in it can be read."""

    report: OpenReport
    record: CaseRecord
    grant: bytes
    messages: tuple[bytes, ...]
    notebook: bytes
    files: tuple[SealedFile, ...]
    day: date
    is_test: bool


def seal_report(
    report: OpenReport, written: Written, mailbox: Root, files: list[SealedFile], day: date
) -> SealedReport:
    """Talk record 0, its grant to the channel, message 0 (and the name as message 1), and the notebook."""
    record = _talk_record(report, mailbox)
    messages = _messages(report, written, mailbox, files, day)
    notebook = Notebook(
        case=report.case_id,
        channel=report.channel.id,
        anchor=report.keys.anchor.hash,
        channel_record=(report.keys.newest.number, report.keys.newest.hash),
        talks=(NotebookTalk(number=0, root=report.talk.secret, record=record.hash),),
        last_n=len(messages) - 1,
        last_hash=hashlib.sha256(messages[-1]).digest(),
        opened=(0, day),
    )
    return SealedReport(
        report=report,
        record=record,
        grant=_grant(report, record),
        messages=messages,
        notebook=wrap_notebook(mailbox, notebook.to_json(), case=report.case_id),
        files=tuple(files),
        day=day,
        is_test=written.is_test,
    )


def _talk_record(report: OpenReport, mailbox: Root) -> CaseRecord:
    newest = report.keys.newest
    return CaseRecord.sign(
        mailbox,
        channel=report.channel.id,
        case=report.case_id,
        scope="talk",
        number=0,
        previous=NO_HASH,
        channel_record=newest.hash,
        talk=NO_HASH,
        recipient=report.talk.identity.recipient,
        readers=(("channel", newest.epoch), ("mailbox", None)),
    )


def _grant(report: OpenReport, record: CaseRecord) -> bytes:
    grant = Grant(
        purpose="talk",
        channel=report.channel.id,
        case=report.case_id,
        number=0,
        record=record.hash,
        to=report.keys.epoch_party,
        root=report.talk,
    )
    return seal_grant(grant, report.keys.newest.recipient)


def _messages(
    report: OpenReport, written: Written, mailbox: Root, files: list[SealedFile], day: date
) -> tuple[bytes, ...]:
    """Message 0, and message 1 with the name where one was given: so that opening the name can be told apart."""
    writer = Writer(report.case_id, report.talk, mailbox, report.keys.newest.hash, written.lang, day)
    first = writer.seal(
        "report",
        0,
        NO_HASH,
        written.text,
        fields=written.fields,
        files=files,
        mailbox=str(mailbox.identity.recipient),
    )
    if not written.name.strip():
        return (first,)
    return first, writer.seal("identity", 1, hashlib.sha256(first).digest(), written.name)


@dataclass(frozen=True)
class Writer:
    """A reporter's pen: seals messages of one case to its talk root, signed with the mailbox key."""

    case_id: bytes
    talk: Root = field(repr=False)
    mailbox: Root = field(repr=False)
    record: bytes
    lang: str
    day: date

    def seal(
        self,
        kind: str,
        n: int,
        prev: bytes,
        text: str,
        *,
        fields: dict[str, str] | None = None,
        files: list[SealedFile] | None = None,
        mailbox: str | None = None,
    ) -> bytes:
        """One sealed message, `n` after the message whose age file has the hash `prev`."""
        body = Body(
            kind=kind,
            side="reporter",
            n=n,
            prev=prev.hex(),
            record=self.record.hex(),
            key=self.mailbox.verify_key.hex(),
            sealed="server",
            day=self.day.isoformat(),
            at=None,
            lang=self.lang,
            text=text,
            fields={name: value for name, value in (fields or {}).items() if value},
            files=tuple(sealed.item for sealed in files or ()),
            mailbox=mailbox,
        )
        recipient = self.talk.identity.recipient
        return seal_message(body, self.mailbox, case=self.case_id, scope="talk", recipient=recipient)


def message_row(case_id: bytes, n: int, sealed: bytes, day: date) -> models.Message:
    """The stored form of a reporter's message."""
    return models.Message(
        case_id=case_id,
        scope="talk",
        n=n,
        side="reporter",
        day=day,
        size=len(sealed),
        hash=hashlib.sha256(sealed).digest(),
        sealed=sealed,
    )


def file_row(case_id: bytes, n: int, sealed: SealedFile) -> models.Attachment:
    """The stored form of a reporter's file: id, padded size, and what its first bytes must be."""
    return models.Attachment(
        id=sealed.blob_id,
        case_id=case_id,
        scope="talk",
        n=n,
        sealed_size=sealed.sealed_size,
        head=bytes.fromhex(sealed.item.head),
    )


def store(parts: Parts, sealed: SealedReport, place: bytes) -> None:
    """The report in one transaction, under the locator `place`. Raises Conflict, StorageFull.

    Register: `report-received` with a running number, or `test-received`.
    """
    report, channel = sealed.report, sealed.report.channel
    case = models.Case(
        id=report.case_id,
        organisation_id=report.organisation_id,
        channel_id=channel.id,
        reference=new_reference(sealed.day.year),
        received_on=sealed.day,
        stage=Stage.RECEIVED,
        acknowledge_due_on=deadlines.acknowledge_due(sealed.day, channel.acknowledge_days),
        feedback_due_on=deadlines.feedback_due(
            sealed.day, None, channel.acknowledge_days, channel.feedback_months
        ),
        is_test=sealed.is_test,
        locator=place,
        notebook=sealed.notebook,
        notebook_version=cases.first_version(),
    )
    rows = [message_row(case.id, n, message, sealed.day) for n, message in enumerate(sealed.messages)]
    with parts.database.write() as session:
        session.add_all((case, _record_row(sealed), _grant_row(sealed), *rows))
        session.add_all(file_row(case.id, 0, item) for item in sealed.files)
        register.append(
            session,
            report.organisation_id,
            kind=Kind.TEST_RECEIVED if sealed.is_test else Kind.REPORT_RECEIVED,
            day=sealed.day,
            case_id=case.id,
            running=not sealed.is_test,
            # By its id, as on every other line: a name may hold a time of day ("08:00-16:00"), which no line of a
            # reporter's takes. Older lines have the name; the chain holds whatever they say.
            facts={"channel": channel.id.hex(), "reference": case.reference},
        )


def _record_row(sealed: SealedReport) -> models.CaseRecord:
    record = sealed.record
    return models.CaseRecord(
        case_id=sealed.report.case_id, scope="talk", number=0, raw=record.raw, hash=record.hash
    )


def _grant_row(sealed: SealedReport) -> models.Grant:
    return models.Grant(
        id=secrets.token_bytes(16),
        purpose="talk",
        channel_id=sealed.report.channel.id,
        case_id=sealed.report.case_id,
        number=0,
        receiver=sealed.report.keys.epoch_party,
        sealed=sealed.grant,
    )
