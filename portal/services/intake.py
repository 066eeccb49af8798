"""A report comes in, without JavaScript: sealed in this process's memory, stored whole or not at all.

What is stored opens with the channel's key, or with case key and passphrase; with nothing that is kept here.
Register: `report-received` with a running number (`test-received`, without one, for a test report).
"""

import hashlib
import hmac
import json
import secrets
from contextlib import suppress
from dataclasses import asdict
from enum import Enum, auto

from crypto.errors import TokenExpired, TokenMalformed
from crypto.keys import Root
from crypto.receipt import TOKEN_MAX_AGE_SECONDS, Receipt, Token, new_token, read_token
from portal.services import receipts, sealing
from portal.services.attachments import SealedFile
from portal.services.channels import PublicChannel, open_channel, public_channel_by_id
from portal.services.errors import Busy, EmptyReport, FormExpired, ReceiptShown, TextTooLong, UnknownChannel
from portal.services.parts import Parts
from portal.services.sealing import OpenReport, Written
from portal.services.sessions import RECEIPT_SECONDS
from portal.store import cases, volatile
from portal.store.errors import Conflict, StoreError

TEST_SECONDS = 60 * 60
MAX_FIELD_CHARACTERS = 2_000
REFERENCE_TRIES = 20

Shown = Receipt
"""What the receipt page shows, once."""
Admitted = Token
"""A form that is ours and fresh: the 32 bytes that its receipt is derived from."""


class Arrival(Enum):
    """What became of a report: STORED now; the SAME had been stored before; ANOTHER had, so this one was not."""

    STORED = auto()
    SAME = auto()
    ANOTHER = auto()


def new_form(parts: Parts) -> str:
    """The token of a fresh form, hex; nothing of it is stored."""
    return new_token(_seconds(parts), parts.secrets.token).hex()


def new_test_form(parts: Parts, slug: str) -> str:
    """What a link from the desk carries: the report sent with it to this channel counts as a test, for an hour."""
    return new_token(_seconds(parts), _test_key(parts, slug)).hex()


def admit(parts: Parts, token: str) -> Admitted:
    """The content of a form's token. Raises FormExpired when it is not ours, or older than a day."""
    return _admit(parts, token, parts.secrets.token)


def is_test(parts: Parts, slug: str, value: str) -> bool:
    """Whether `value` came from the desk's link for test reports to this channel.

    Raises FormExpired for an old or foreign one: a test must not become a real report unnoticed, nor the other way.
    """
    return bool(value) and bool(_admit(parts, value, _test_key(parts, slug), max_age_seconds=TEST_SECONDS))


def begin(parts: Parts, slug: str) -> OpenReport:
    """A new report to the channel `slug`. Raises UnknownChannel, ChannelClosed. Stores nothing."""
    channel, keys = open_channel(parts, slug)
    return OpenReport(
        case_id=secrets.token_bytes(16),
        organisation_id=channel.organisation_id,
        channel=channel,
        keys=keys,
        talk=Root.generate(),
    )


def accept(
    parts: Parts, report: OpenReport, token: Admitted, written: Written, files: list[SealedFile]
) -> tuple[Receipt, Arrival]:
    """The receipt, and whether this call stored the report or the same form had brought one before.

    Everything is stored in one transaction, or nothing is. Raises EmptyReport, TextTooLong, Busy,
    ReceiptShown, StorageFull. Register: `report-received`.
    """
    _check(parts, written)
    receipt = Receipt.derive(token.ikm, parts.secrets.receipt)
    place = receipts.stored_locator(parts, receipt.case_key)
    mark = _mark(parts, token, report, written, files)
    if receipts.exists(parts, place):
        return receipt, _shown_again(parts, mark)
    if receipts.is_erased(parts, place):  # the form's page, loaded again, must not bring the report back
        raise ReceiptShown
    mailbox = receipts.stretched(parts, receipt)
    # Marked before it is stored: a crash in between must not leave a report whose receipt nobody has seen.
    kept = volatile.mark(parts.volatile, mark, keep_seconds=RECEIPT_SECONDS)
    sealed = sealing.seal_report(report, written, mailbox, files, parts.clock.today())
    for _ in range(REFERENCE_TRIES):
        try:
            sealing.store(parts, sealed, place)
        except Conflict:
            if receipts.exists(parts, place):  # the same form, sent twice at once: the other one won
                return receipt, _shown_again(parts, mark)
        else:
            if kept != mark.content:
                _settle(parts, mark)
            return receipt, Arrival.STORED
    raise Busy


def first_of(parts: Parts, receipt: Receipt) -> tuple[PublicChannel, bool]:
    """The channel that the report of this receipt went to, and whether it is a test.

    Raises UnknownChannel when it has been erased since.
    """
    with parts.database.read() as session:
        case = cases.by_locator(session, receipts.stored_locator(parts, receipt.case_key))
    if case is None:
        raise UnknownChannel
    return public_channel_by_id(parts, case.channel_id), case.is_test


def _check(parts: Parts, written: Written) -> None:
    if not written.text.strip():
        raise EmptyReport
    typed = len(written.text.encode())
    if typed > parts.settings.max_text_bytes or any(
        len(value) > MAX_FIELD_CHARACTERS for value in (*written.fields.values(), written.name)
    ):
        raise TextTooLong


def _mark(
    parts: Parts, token: Admitted, report: OpenReport, written: Written, files: list[SealedFile]
) -> volatile.Mark:
    """The mark of this form, which knows its content by an HMAC under the form's own 32 bytes.

    Those are in the reporter's page alone: a thief of the mark can't test what somebody may have written.
    """
    brought = [(one.item.name, one.item.type, one.item.size, one.item.sha256) for one in files]
    answers = {name: value for name, value in asdict(written).items() if name != "lang"}
    content = json.dumps([report.channel.id.hex(), answers, brought], sort_keys=True).encode()
    return volatile.Mark(
        row=hashlib.sha256(b"receipt\0" + token.ikm).digest(),
        kind="receipt",
        at=_minute(parts),
        content=hmac.digest(token.ikm, b"content\0" + content, "sha256"),
    )


def _settle(parts: Parts, mark: volatile.Mark) -> None:
    """The mark says what is stored; where it can't, a repeat counts as another text. The report stands all the same."""
    with suppress(StoreError):
        volatile.settle(parts.volatile, mark)


def _shown_again(parts: Parts, mark: volatile.Mark) -> Arrival:
    """Whether what was stored is what came now; nobody may believe that a second, other text has arrived.

    Raises ReceiptShown when the half hour after it was received is over: later the page of a shared computer,
    loaded again, must not hand the receipt to somebody else. Fails closed: where it can't be told, it is another.
    """
    kept = volatile.marked(parts.volatile, mark.row)
    if kept is None or _seconds(parts) - kept.at > RECEIPT_SECONDS:
        raise ReceiptShown
    return Arrival.SAME if hmac.compare_digest(kept.content, mark.content) else Arrival.ANOTHER


def _admit(parts: Parts, token: str, key: bytes, *, max_age_seconds: int = TOKEN_MAX_AGE_SECONDS) -> Admitted:
    try:
        return read_token(bytes.fromhex(token), key, _seconds(parts), max_age_seconds=max_age_seconds)
    except (TokenMalformed, TokenExpired, ValueError) as error:
        raise FormExpired from error


def _test_key(parts: Parts, slug: str) -> bytes:
    return hmac.digest(parts.secrets.token, b"test report\0" + slug.encode(), "sha256")


def _minute(parts: Parts) -> int:
    return _seconds(parts) // 60 * 60


def _seconds(parts: Parts) -> int:
    return int(parts.clock.now().timestamp())
