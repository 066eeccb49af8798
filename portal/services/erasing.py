"""Erasing a case: grants, wraps, cards, notebook, messages, files. The register keeps its lines.

From then on the running system can't read the case; a backup taken before can, until it is rotated
(PROTOCOL 7, docs/operations.md). Only test reports are erased by hand. Register: `test-report-erased`.
"""

from portal.domain.register import Kind
from portal.services import sessions
from portal.services.desk_errors import NotATest
from portal.services.desk_register import note
from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.services.team import case_in_reach, desk_of
from portal.store import cases, desk_queries, volatile


def erase_test_report(parts: Parts, officer_id: bytes, case_id: bytes, reference: str) -> None:
    """Nothing is left of a test report but the register's lines. `reference` is the one that was confirmed.

    Raises NotATest, NotFound.
    """
    with parts.database.write() as session:
        desk = desk_of(session, officer_id)
        case = case_in_reach(session, desk, case_id, to_change=True)
        if case.reference != reference:
            raise NotFound
        if not case.is_test:
            raise NotATest
        note(parts, session, desk, case, Kind.TEST_REPORT_ERASED)
        blob_ids = cases.erase(session, case_id)
    _erase_rest(parts, case_id, blob_ids)


def _erase_rest(parts: Parts, case_id: bytes, blob_ids: list[bytes]) -> None:
    """What lies outside the main database, after the case itself is gone: a crash here leaves only what
    the sweep takes.
    """
    sessions.end_all(parts, "mailbox", case_id)
    with parts.volatile.write() as session:
        volatile.erase_of(session, "receipt", case_id)
        blob_ids = [*blob_ids, *desk_queries.erase_pending_of(session, case_id)]
    for blob_id in blob_ids:
        parts.blobs.erase(blob_id)
    parts.database.truncate_log()
