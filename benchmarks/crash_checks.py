"""What a crashed portal must still be: everything promised is there, and nothing is there by halves."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import RegisterBroken
from portal.domain.register import Kind
from portal.services import attachments, mailbox, register
from portal.services.mailbox import Visit
from portal.services.parts import Parts
from portal.store import cases, models, volatile
from portal.store.errors import BlobMissing
from tests.builders import Portal
from tests.web.paper import Receipt

MOST_NAMED = 20


class Said(Protocol):
    """One text, with the SHA-256 of its files."""

    @property
    def text(self) -> str:
        """What was typed."""

    @property
    def files(self) -> tuple[str, ...]:
        """Hex digests, in the order of the form."""


Promise = tuple[Receipt, Sequence[Said], Sequence[Said]]


@dataclass(frozen=True)
class Outcome:
    """How much was promised, and what was found wrong: at most 20 of each, in words."""

    acknowledged_reports: int
    acknowledged_answers: int
    acknowledged_files: int
    requests_broken_off: int
    cases_stored: int
    lost: list[str]
    half_visible: list[str]
    register_broken: list[str]
    unfinished_writes: int
    blobs_waiting_for_the_sweep: int
    blobs_without_row: int

    @property
    def is_whole(self) -> bool:
        """Whether all is as promised."""
        left = self.unfinished_writes + self.blobs_without_row
        return not (self.lost or self.half_visible or self.register_broken or left)


def check(portal: Portal, promises: Sequence[Promise], broken_off: int) -> Outcome:
    """What is found in `portal`, whose server has been started and stopped once since the last crash."""
    parts = portal.parts
    lost = [problem for promise in promises for problem in _lost(parts, promise)]
    with parts.database.read() as session, parts.volatile.read() as pending:
        stored = session.scalars(select(models.Case)).all()
        half = [problem for case in stored for problem in _half_visible(parts, session, case)]
        chain = _register_problems(session, portal.organisation_id, stored)
        known = cases.blob_ids(session) | volatile.upload_ids(pending)
    unfinished = len(list(parts.blobs.incoming.iterdir()))
    # A complete blob may be ahead of its row, so at a start only those older than a day go; here nothing runs.
    waiting = parts.blobs.sweep(known, min_age_seconds=0)
    return Outcome(
        acknowledged_reports=len(promises),
        acknowledged_answers=sum(len(said) - 1 for _receipt, said, _doubtful in promises),
        acknowledged_files=sum(len(one.files) for _receipt, said, _doubtful in promises for one in said),
        requests_broken_off=broken_off,
        cases_stored=len(stored),
        lost=lost[:MOST_NAMED],
        half_visible=half[:MOST_NAMED],
        register_broken=chain[:MOST_NAMED],
        unfinished_writes=unfinished,
        blobs_waiting_for_the_sweep=waiting,
        blobs_without_row=len(set(_blobs(parts)) - known),
    )


def _lost(parts: Parts, promise: Promise) -> Iterable[str]:
    """What the receipt does not open any more, or not as it was said."""
    receipt, said, doubtful = promise
    seen = mailbox.visit(parts, mailbox.sign_in(parts, receipt.case_key, receipt.passphrase).value)
    messages = mailbox.read(parts, seen).messages
    found = {message.text: message for message in messages}
    for one in said:
        message = found.get(one.text)
        if message is None or message.problem:
            yield f"a message of {seen.case.reference} is {message.problem if message else 'gone'}"
        elif tuple(_digest(parts, seen, file.id) for file in message.files) != one.files:
            yield f"a file of {seen.case.reference} is not the one that was sent"
    if set(found) - {one.text for one in (*said, *doubtful)}:
        yield f"{seen.case.reference} has a message that nobody wrote"


def _digest(parts: Parts, seen: Visit, file_id: str) -> str:
    root, item = mailbox.file(seen, file_id)
    digest = hashlib.sha256()
    for chunk in attachments.open_file(parts, root, item):
        digest.update(chunk)
    return digest.hexdigest()


def _half_visible(parts: Parts, session: Session, case: models.Case) -> Iterable[str]:
    """What a case lacks of all that is stored with a report, or what does not fit together in it."""
    records = cases.records(session, case.id, "talk")
    messages = cases.messages(session, case.id, "talk")
    grants = session.scalars(select(models.Grant).where(models.Grant.case_id == case.id)).all()
    if [record.number for record in records] != [0]:
        yield f"{case.reference} has {len(records)} records"
    if [grant.purpose for grant in grants] != ["talk"]:
        yield f"{case.reference} has {len(grants)} grants"
    if not messages or [message.n for message in messages] != list(range(len(messages))):
        yield f"{case.reference} has a gap in its messages"
    if any(hashlib.sha256(message.sealed).digest() != message.hash for message in messages):
        yield f"{case.reference} has a damaged message"
    for attachment in cases.attachments(session, case.id):
        if attachment.n is None or attachment.n >= len(messages):
            yield f"{case.reference} has a file that no message lists"
        try:
            size = parts.blobs.size(attachment.id)
        except BlobMissing:
            size = -1
        if size != attachment.sealed_size:
            yield f"{case.reference} has a file of {size} bytes for {attachment.sealed_size}"


def _register_problems(session: Session, organisation_id: bytes, stored: Sequence[models.Case]) -> list[str]:
    """Whether the chain verifies, every case stands in it once, and no running number is missing."""
    problems = []
    try:
        register.verify(session, organisation_id)
    except RegisterBroken as error:
        problems.append(str(error))
    entries = session.scalars(select(models.RegisterEntry)).all()
    received = [entry.case_id for entry in entries if entry.kind == Kind.REPORT_RECEIVED]
    numbers = sorted(entry.running_number for entry in entries if entry.running_number is not None)
    if sorted(received, key=str) != sorted((case.id for case in stored), key=str):
        problems.append("the register and the cases name different reports")
    if numbers != list(range(1, len(numbers) + 1)):
        problems.append("a running number is missing or stands twice")
    return problems


def _blobs(parts: Parts) -> Iterable[bytes]:
    return (bytes.fromhex(path.name) for path in parts.blobs.root.glob("??/*"))
