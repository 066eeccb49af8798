"""From what a reporter holds to the case it opens: one place for look-up and stretching, bounded in number."""

import hmac
from contextlib import suppress

from crypto.errors import CaseKeyMalformed, PassphraseMalformed, PassphraseWordUnknown
from crypto.keys import Root
from crypto.receipt import (
    TOKEN_MAX_AGE_SECONDS,
    Receipt,
    fold_case_key,
    fold_passphrase,
    locator,
    mailbox_root,
)
from portal.services.errors import Busy, MalformedKey, UnknownWord
from portal.services.parts import Parts
from portal.store import cases, volatile
from portal.store.errors import StoreError

WAIT_SECONDS = 20.0
HOUR = 60 * 60
ERASED = "erased"
"""The kind of mark that an erased case leaves: its stored locator, and the hour after."""


def stored_locator(parts: Parts, case_key: str) -> bytes:
    """What the database knows a case key by: an HMAC, so that a thief without the key file can't test guesses."""
    return hmac.digest(parts.secrets.locator, locator(case_key), "sha256")


def exists(parts: Parts, place: bytes) -> bool:
    """Whether a case is stored under this locator."""
    with parts.database.read() as session:
        return cases.by_locator(session, place) is not None


def remember_erased(parts: Parts, place: bytes) -> None:
    """The form behind this locator brings no report any more, for as long as a form is good.

    Where the volatile database is full, busy or lost, nothing remembers it: the case goes all the same.
    """
    until_next_hour = (int(parts.clock.now().timestamp()) // HOUR + 1) * HOUR
    mark = volatile.Mark(row=place, kind=ERASED, at=until_next_hour, content=bytes(32))
    with suppress(StoreError):
        volatile.mark(parts.volatile, mark, keep_seconds=TOKEN_MAX_AGE_SECONDS)


def is_erased(parts: Parts, place: bytes) -> bool:
    """Whether a case was stored under this locator and has been erased, as far as that is remembered."""
    return volatile.marked(parts.volatile, place) is not None


def fold(case_key: str, passphrase: str) -> tuple[str, str]:
    """Both as they were meant: typed spaces, hyphens and capitals do not matter. Raises MalformedKey, UnknownWord."""
    try:
        return fold_case_key(case_key), fold_passphrase(passphrase)
    except CaseKeyMalformed as error:
        raise MalformedKey from error
    except PassphraseWordUnknown as error:
        raise UnknownWord(error.word) from error
    except PassphraseMalformed as error:
        raise UnknownWord from error


def stretched(parts: Parts, receipt: Receipt) -> Root:
    """The mailbox root of `receipt`. Raises Busy."""
    return stretch(parts, receipt.case_key, fold_passphrase(receipt.passphrase))


def stretch(parts: Parts, case_key: str, passphrase: str) -> Root:
    """The mailbox root of a folded case key and passphrase; waits up to 20 s for one of the few slots.

    How many run is bounded, for memory (19 MiB each), and how many wait, so that threads are left for pages.
    Both for everybody alike: nobody is counted, nobody is shut out. Raises Busy.
    """
    if not parts.kdf_waiters.acquire(blocking=False):
        raise Busy
    try:
        if not parts.kdf_slots.acquire(timeout=WAIT_SECONDS):
            raise Busy
        try:
            return mailbox_root(case_key, passphrase)
        finally:
            parts.kdf_slots.release()
    finally:
        parts.kdf_waiters.release()
