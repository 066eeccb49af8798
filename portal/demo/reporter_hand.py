"""What a reporter does without JavaScript, through the services: report, come back, answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from crypto.receipt import Receipt
from portal.services import intake, mailbox, sealing
from portal.services.attachments import SealedFile, SealingSink
from portal.services.parts import Parts
from portal.store import models

BYTES_AT_ONCE = 65_536
MEDIA_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
}


@dataclass(frozen=True)
class Reporter:
    """Somebody who reported, with the receipt. `lang` is what the reporter writes in."""

    parts: Parts = field(repr=False)
    receipt: Receipt = field(repr=False)
    case_id: bytes
    reference: str
    lang: str = "en"

    def visit(self) -> mailbox.Visit:
        """The case opened with case key and passphrase."""
        cookie = mailbox.sign_in(self.parts, self.receipt.case_key, self.receipt.passphrase)
        return mailbox.visit(self.parts, cookie.value)

    def reads(self) -> mailbox.Conversation:
        """The conversation as the mailbox page shows it."""
        return mailbox.read(self.parts, self.visit())

    def answers(self, text: str, **files: bytes) -> None:
        """One message more; `files` by name, dots written as `__` where Python wants that."""
        visit = self.visit()
        with SealingSink(self.parts, visit.talk.newest.identity.recipient, lambda _fields: None) as sink:
            sealed = fill(sink, files)
            n = len(visit.loaded.messages)
            mailbox.answer(self.parts, visit, n=n, text=text, lang=self.lang, files=sealed)
            sink.keep()


def hand_in(parts: Parts, slug: str, text: str, **given: Any) -> Reporter:
    """A report to the channel `slug`, through intake. `given`: fields, files (by name), name, lang, is_test."""
    opened = intake.begin(parts, slug)
    token = intake.admit(parts, intake.new_form(parts))
    files = given.pop("files", {})
    written = sealing.Written(**{"lang": "en", "fields": {"mode": "anonymous"}, "text": text, **given})
    with SealingSink(parts, opened.talk.identity.recipient, lambda _fields: None) as sink:
        sealed = fill(sink, files)
        receipt, _arrival = intake.accept(parts, opened, token, written, sealed)
        sink.keep()
    with parts.database.read() as session:
        case = session.get_one(models.Case, opened.case_id)
        return Reporter(parts, receipt, case.id, case.reference, written.lang)


def fill(sink: SealingSink, files: Mapping[str, bytes]) -> list[SealedFile]:
    """The files, sealed one after the other as a form would hand them over."""
    for name, content in files.items():
        sink.begin({}, name.replace("__", "."), media_type(name))
        for at in range(0, len(content), BYTES_AT_ONCE):
            sink.write(content[at : at + BYTES_AT_ONCE])
        sink.finish()
    return sink.files


def media_type(name: str) -> str:
    """What a browser would call a file of this name."""
    return MEDIA_TYPES.get(PurePath(name).suffix, "application/octet-stream")
