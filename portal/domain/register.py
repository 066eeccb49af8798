"""The register's rules: what an entry says, and the hash chain that keeps it from being changed.

An entry's body is canonical JSON: keys sorted, no white space, UTF-8, integers and strings only.
`hash = SHA-256("fortrolig/v1/register" 00 || previous(32) || body)`; the first `previous` is zeros.
The chain shows a change to anybody who holds a later hash. It can't show that the newest entries were
cut off together with the head, unless a head has been written down elsewhere.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from portal.domain.errors import EntryRefused, RegisterBroken

GENESIS = bytes(32)
CONTEXT = b"fortrolig/v1/register\0"
FACT_NAME = re.compile(r"[a-z][a-z_]{0,39}")
CLOCK_TIME = re.compile(r"\d{1,2}:\d{2}")
MAX_FACT_CHARACTERS = 500
BIGGEST_INTEGER = 2**53 - 1

Fact = str | int
Facts = Mapping[str, Fact]


class Actor(StrEnum):
    """Whose act an entry records; it decides how exactly the entry may say when."""

    REPORTER = "reporter"
    STAFF = "staff"
    PORTAL = "portal"


class Kind(StrEnum):
    """What an entry records. The text is stored for ever: add to this list, never rename."""

    REPORT_RECEIVED = "report-received"
    TEST_RECEIVED = "test-received"
    ANSWER_RECEIVED = "answer-received"
    IDENTITY_GIVEN = "identity-given"
    APPEAL_RECEIVED = "appeal-received"
    ORGANISATION_SET_UP = "organisation-set-up"
    INVITATION_MADE = "invitation-made"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    OFFICER_ENROLLED = "officer-enrolled"
    OFFICER_DEACTIVATED = "officer-deactivated"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of an act
    RECOVERY_CODE_USED = "recovery-code-used"
    SECOND_FACTOR_RENEWED = "second-factor-renewed"
    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SESSIONS_ENDED = "sessions-ended"
    CHANNEL_CREATED = "channel-created"
    CHANNEL_CHANGED = "channel-changed"
    CHANNEL_RECORD_SIGNED = "channel-record-signed"
    MEMBER_ADDED = "member-added"
    REMOVAL_ASKED = "removal-asked"
    MEMBER_REMOVED = "member-removed"
    KEEPER_ADDED = "keeper-added"
    ANCHOR_CHANGED = "anchor-changed"
    SHEET_CONFIRMED = "sheet-confirmed"
    SHEET_USED = "sheet-used"
    GRANT_MADE = "grant-made"
    CASE_OPENED = "case-opened"
    CASE_RECORD_SIGNED = "case-record-signed"
    ACKNOWLEDGED = "acknowledged"
    STAGE_CHANGED = "stage-changed"
    REPLY_SENT = "reply-sent"
    NOTE_WRITTEN = "note-written"
    FILE_DOWNLOADED = "file-downloaded"
    IDENTITY_OPENED = "identity-opened"
    FEEDBACK_GIVEN = "feedback-given"
    CASE_CLOSED = "case-closed"
    CASE_REOPENED = "case-reopened"
    TEST_REPORT_ERASED = "test-report-erased"
    CASE_ERASED = "case-erased"
    CASE_ERASED_BY_OFFICER = "case-erased-by-officer"
    CASE_ERASED_BY_REPORTER = "case-erased-by-reporter"
    HOLD_SET = "hold-set"
    HOLD_ENDED = "hold-ended"
    EXPORTED = "exported"
    REGISTER_VERIFIED = "register-verified"

    @property
    def actor(self) -> Actor:
        """Who does this kind of thing."""
        if self in _BY_REPORTER:
            return Actor.REPORTER
        return Actor.PORTAL if self is Kind.CASE_ERASED else Actor.STAFF


_BY_REPORTER = {
    Kind.REPORT_RECEIVED,
    Kind.TEST_RECEIVED,
    Kind.ANSWER_RECEIVED,
    Kind.IDENTITY_GIVEN,
    Kind.APPEAL_RECEIVED,
    Kind.CASE_ERASED_BY_REPORTER,
}


@dataclass(frozen=True)
class When:
    """A day, or a minute; `minute` is None for everything a reporter did."""

    day: date
    minute: datetime | None = None


def when(kind: Kind, *, day: date | None, at: datetime | None) -> When:
    """What the entry may say about its time: the day of a reporter's act, the minute of any other.

    Raises EntryRefused for anything more exact, or missing: a minute beside "report received" would
    tell who was at a keyboard then. Fails closed. Directive (EU) 2019/1937, Art. 16(1).
    """
    if kind.actor is Actor.REPORTER:
        if at is not None or day is None or isinstance(day, datetime):
            raise EntryRefused(f"{kind.value} is a reporter's act: give its day and nothing more exact")
        return When(day)
    if at is None or day is not None:
        raise EntryRefused(f"{kind.value} needs the moment it happened, and no day beside it")
    if at.tzinfo is None:
        raise EntryRefused("a moment without a time zone")
    minute = at.astimezone(UTC).replace(second=0, microsecond=0)
    return When(minute.date(), minute)


@dataclass(frozen=True)
class Line:
    """One entry as stored: where it stands, what it says, and its two hashes (32 bytes each)."""

    seq: int
    year: int
    running_number: int | None
    kind: str
    case_id: bytes | None
    body: bytes
    previous: bytes
    hash: bytes


def body_of(
    *, organisation_id: bytes, seq: int, running_number: int | None, kind: Kind, moment: When,
    case_id: bytes | None, facts: Facts,
) -> bytes:  # fmt: skip
    """The canonical JSON of an entry. Raises EntryRefused for facts that don't belong in it."""
    said: dict[str, object] = {
        "v": 1,
        "organisation": organisation_id.hex(),
        "seq": seq,
        "year": moment.day.year,
        "kind": kind.value,
        "facts": _checked(kind, facts),
    }
    if moment.minute is None:
        said["day"] = moment.day.isoformat()
    else:
        said["at"] = moment.minute.strftime("%Y-%m-%dT%H:%MZ")
    if running_number is not None:
        said["number"] = running_number
    if case_id is not None:
        said["case"] = case_id.hex()
    return canonical(said)


def canonical(value: Mapping[str, object]) -> bytes:
    """The one way to write `value` down. Raises EntryRefused for text that is not Unicode."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EntryRefused("text with a lone surrogate") from None


def chain(previous: bytes, body: bytes) -> bytes:
    """The hash of an entry: 32 bytes over the hash before it and its own body."""
    return hashlib.sha256(CONTEXT + previous + body).digest()


def verify(lines: Iterable[Line], *, organisation_id: bytes, head_seq: int, head_hash: bytes) -> int:
    """The number of entries, once every one of them is proved to be as it was written.

    `lines` in the order of `seq`, from 1; `head_*` is where the chain is said to end (0 and zeros when
    empty). Raises RegisterBroken at the first entry that is changed, missing, moved or put in between.
    """
    previous, seq, numbers = GENESIS, 0, dict[int, int]()
    for seq, line in enumerate(lines, start=1):
        if line.seq != seq:
            raise RegisterBroken(seq, "is missing" if line.seq > seq else "stands there twice")
        if line.previous != previous or line.hash != chain(previous, line.body):
            raise RegisterBroken(seq, "is not what was written")
        _same(line, organisation_id)
        if line.running_number is not None:
            numbers[line.year] = numbers.get(line.year, 0) + 1
            if line.running_number != numbers[line.year]:
                raise RegisterBroken(seq, "has a running number out of order")
        previous = line.hash
    if (seq, previous) != (head_seq, head_hash):
        raise RegisterBroken(min(seq, head_seq) + 1, "is not where the chain is said to end")
    return seq


def _same(line: Line, organisation_id: bytes) -> None:
    """Nothing, if the columns used for queries say what the body says.

    Otherwise somebody could hide an entry from a list without touching the chain.
    """
    try:
        said = json.loads(line.body)
    except ValueError:
        raise RegisterBroken(line.seq, "can't be read") from None
    columns = {
        "organisation": organisation_id.hex(),
        "seq": line.seq,
        "year": line.year,
        "kind": line.kind,
        "number": line.running_number,
        "case": line.case_id.hex() if line.case_id else None,
    }
    for name, value in columns.items():
        if said.get(name) != value:
            raise RegisterBroken(line.seq, f"is listed with another {name} than it says")


def _checked(kind: Kind, facts: Facts) -> dict[str, Fact]:
    for name, value in facts.items():
        if not FACT_NAME.fullmatch(name):
            raise EntryRefused(f"no name for a fact: {name!r}")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise EntryRefused(f"{name} is neither text nor a whole number")
        if isinstance(value, int) and abs(value) > BIGGEST_INTEGER:
            raise EntryRefused(f"{name} is too big a number to be read the same everywhere")
        if isinstance(value, str) and len(value) > MAX_FACT_CHARACTERS:
            raise EntryRefused(f"{name} is longer than {MAX_FACT_CHARACTERS} characters")
        if kind.actor is Actor.REPORTER and isinstance(value, str) and CLOCK_TIME.search(value):
            raise EntryRefused(f"{name} tells a time of day of something a reporter did")
    return dict(facts)
