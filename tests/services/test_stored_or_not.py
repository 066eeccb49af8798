"""Rule: an act whose transaction is done is done, whatever fails after it; no file that a message lists is taken away.

On both databases. Source: docs/threat-model.md ("nothing half stored").
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from crypto.body import FileItem
from portal.services import attachments_desk, erasing, mailbox
from portal.services.attachments import SealingSink
from portal.services.desk_errors import FilesUnknown
from portal.services.errors import CaseGone
from portal.store import models
from portal.store.errors import StoreBusy
from tests.builders import Portal, Reporter, fill
from tests.officer_hand import Hand


def test_an_answer_to_a_case_that_was_erased_meanwhile_says_that_it_is_gone(
    portal: Portal, reporter: Reporter
) -> None:
    seen = reporter.visit()
    with SealingSink(portal.parts, seen.talk.newest.identity.recipient, lambda _fields: None) as sink:
        files = fill(sink, {"plan__pdf": b"a plan"})
        erasing.erase_by_reporter(portal.parts, reporter.case_id)
        with pytest.raises(CaseGone):
            mailbox.answer(portal.parts, seen, n=1, text="Late.", lang="en", files=files)
    assert not list(portal.parts.settings.blobs.glob("??/*"))


def cancel(at_work: Hand, item: FileItem) -> None:
    """The officer's browser takes an upload back."""
    attachments_desk.cancel(at_work.portal.parts, at_work.row, at_work.case_id, bytes.fromhex(item.id))


def is_there(at_work: Hand, item: FileItem) -> bool:
    return at_work.portal.parts.blobs.path(bytes.fromhex(item.id)).exists()


def test_a_message_stands_although_its_files_can_not_be_forgotten_and_they_can_not_be_taken_back(
    at_work: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = at_work.uploads(b"an answer")
    posted = at_work.seals("See the file.", files=(item,))
    with monkeypatch.context() as patched:
        patched.setattr(attachments_desk, "forget", raising(StoreBusy("later")))
        at_work.posts(posted)
    assert len(at_work.messages("talk")) == 2
    with pytest.raises(FilesUnknown):
        cancel(at_work, item)
    assert is_there(at_work, item)


def raising(error: Exception) -> Callable[..., None]:
    """Something that fails with `error`, whatever it is asked for."""

    def fail(*_given: object) -> None:
        raise error

    return fail


def test_a_file_that_is_taken_back_while_its_message_waits_is_kept_or_the_message_is_refused(
    at_work: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has its turn and is looked at, then the other request comes: it has to wait, and finds it listed."""
    item = at_work.uploads(b"an answer")
    posted = at_work.seals("See the file.", files=(item,))
    real, refused = attachments_desk.waiting, list[type[Exception]]()

    def take_back() -> None:
        try:
            cancel(at_work, item)
        except FilesUnknown as error:
            refused.append(type(error))

    other = threading.Thread(target=take_back)

    def waiting(*given: Any) -> tuple[models.PendingUpload, ...]:
        found = real(*given)
        if not other.ident:
            other.start()
            other.join(0.5)
        return found

    monkeypatch.setattr(attachments_desk, "waiting", waiting)
    at_work.posts(posted)
    other.join()
    assert refused == [FilesUnknown]
    assert is_there(at_work, item)


def test_a_file_that_was_taken_back_before_is_not_listed(at_work: Hand) -> None:
    item = at_work.uploads(b"an answer")
    posted = at_work.seals("See the file.", files=(item,))
    cancel(at_work, item)
    with pytest.raises(FilesUnknown):
        at_work.posts(posted)
    assert len(at_work.messages("talk")) == 1
