"""Rule: an act whose transaction is done is done, whatever fails after it; no file that a message lists is taken away.

On both databases. Source: docs/threat-model.md ("nothing half stored").
"""

import pytest

from portal.services import erasing, mailbox
from portal.services.attachments import SealingSink
from portal.services.errors import CaseGone
from tests.builders import Portal, Reporter, fill


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
