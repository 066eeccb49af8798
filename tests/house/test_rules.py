"""Rule: docs/rules.md says what the program does: its limits, and every kind of entry that the register takes.

Source: OWASP ASVS 5.0.0, 2.1.3, 7.1.1, 7.1.2, 16.1.1 (a limit that is written down wrongly is worse than none).
"""

import re
from pathlib import Path

import pytest

from crypto.receipt import CASE_KEY_TYPED, PASSPHRASE_TYPED, TOKEN_MAX_AGE_SECONDS
from portal.domain.register import Kind
from portal.services import invitations, mailbox, officers, sessions
from portal.services.attachments import MAX_NAME_CHARACTERS, READ_NAME_CHARACTERS
from portal.settings import Settings
from portal.web.multipart import MAX_HEADER_BYTES
from portal.web.request import FORM_BYTES, FORM_FIELDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
DEFAULTS = Settings(instance=Path(), database_url="", volatile_url="")
GIB, MIB = 1024**3, 1024**2
LIMITS = {
    "one file": f"{DEFAULTS.max_file_bytes // GIB} GiB",
    "one report or answer in all": f"{DEFAULTS.max_report_bytes // GIB} GiB",
    "files in one report or answer": str(DEFAULTS.max_files),
    "a text": f"{DEFAULTS.max_text_bytes:,} bytes",
    "a form without files, in all": f"{FORM_BYTES // 1024**2} MiB",
    "fields in one form without files": str(FORM_FIELDS),
    "a case key as typed": f"{CASE_KEY_TYPED} characters",
    "a reporter's passphrase as typed": f"{PASSPHRASE_TYPED} characters",
    f"a file's name, before it is cut to {MAX_NAME_CHARACTERS}": f"{READ_NAME_CHARACTERS} characters",
    "the headers of one part of a form with files": f"{MAX_HEADER_BYTES // 1024} KiB",
    "a reporter's messages in one case": str(mailbox.MAX_MESSAGES),
    "a reporter's messages in one case, sealed, together": f"{mailbox.MAX_SEALED_BYTES // MIB} MiB",
    "file bodies sealed at once, a process": str(DEFAULTS.upload_slots),
    "receipts stretched at once, a process (Argon2id, 19 MiB each)": str(DEFAULTS.kdf_slots),
    "a visit without a sign, reporters and officers": f"{DEFAULTS.idle_minutes} minutes",
    "a visit in all": f"{sessions.LONGEST_HOURS} hours",
    "a form": f"{TOKEN_MAX_AGE_SECONDS // 3600} hours",
    "a form's receipt, shown again": f"{sessions.RECEIPT_SECONDS // 60} minutes",
    "after a wrong second factor on the right passphrase": f"{officers.PAUSE_SECONDS} seconds",
}


@pytest.mark.parametrize("what", LIMITS)
def test_a_limit_is_written_down_as_it_is(what: str) -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {what} |")]
    assert line.split("|")[2].strip() == LIMITS[what]


def test_every_kind_of_entry_is_listed_and_no_other() -> None:
    section = PAGE.split("## 6. ")[1].split("## 7. ")[0]
    listed = set(re.findall(r"`([a-z-]+)`", section)) - {"register-verify"}
    assert listed == {kind.value for kind in Kind}


def test_an_invitation_lives_as_long_as_is_written_down() -> None:
    assert f"a one-time link, {invitations.DAYS_VALID} days" in PAGE
