"""Erasing a case: grants, wraps, cards, notebook, messages, files, and its erase key. The register keeps its lines.

From then on nobody can read the case, also not out of an older backup of the database, once the backups of the erase
keys from before are gone too (14 days; docs/operations.md). What the register keeps: number, reference, channel, days.

It is done in two steps. In one transaction the rows go, the register says so, and what lies outside the database is
written down to go; then that goes: the key, the files, visits, and the pages in SQLite's log. A kill in between
leaves the second step to the next start or round of the worker (`finish`).
"""

from collections.abc import Collection, Sequence
from contextlib import suppress

from sqlalchemy.orm import Session

from portal.domain.register import Fact, Kind
from portal.services import receipts, register, sessions
from portal.services.desk_errors import Held, NotATest
from portal.services.desk_register import note
from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.services.team import case_in_reach, case_of_reference, desk_of
from portal.store import cases, desk_queries, models, retention
from portal.store.errors import StoreError

AT_MOST = 50
"""As many cases as a page of the list shows: nobody erases what he has not seen."""


def erase_test_report(parts: Parts, officer_id: bytes, case_id: bytes, reference: str) -> None:
    """Nothing is left of a test report but the register's lines. `reference` is the one that was confirmed.

    Raises NotATest, NotFound, Held where it is kept for a legal reason. Register: `test-report-erased`.
    """
    with parts.database.write() as session:
        desk = desk_of(session, officer_id)
        case = case_in_reach(session, desk, case_id, to_change=True)
        if case.reference != reference:
            raise NotFound
        if not case.is_test:
            raise NotATest
        if retention.hold(session, case_id) is not None:
            raise Held
        note(parts, session, desk, case, Kind.TEST_REPORT_ERASED)
        _erase_rows(parts, session, case)
    _finish_now(parts)


def chosen(parts: Parts, officer_id: bytes, references: Sequence[str]) -> tuple[models.Case, ...]:
    """The cases that an officer is about to erase, for the second look. Raises NotFound, Held. Erases nothing."""
    with parts.database.read() as session:
        return _chosen(session, officer_id, references)


def erase_by_officer(parts: Parts, officer_id: bytes, references: Sequence[str]) -> int:
    """How many cases were erased: all that `references` name, or none.

    Raises NotFound where one is not in the officer's reach, Held where one is kept for a legal reason.
    Register: `case-erased-by-officer`, or `test-report-erased`.
    """
    with parts.database.write() as session:
        desk = desk_of(session, officer_id)
        found = _chosen(session, officer_id, references, to_change=True)
        for case in found:
            kind = Kind.TEST_REPORT_ERASED if case.is_test else Kind.CASE_ERASED_BY_OFFICER
            note(parts, session, desk, case, kind, stage=case.stage)
            _erase_rows(parts, session, case)
    _finish_now(parts)
    return len(found)


def may_reporter_erase(parts: Parts, case_id: bytes) -> bool:
    """Whether nothing keeps the case from its reporter's wish."""
    with parts.database.read() as session:
        return retention.hold(session, case_id) is None


def erase_by_reporter(parts: Parts, case_id: bytes) -> None:
    """The whole case is gone, as its reporter asked: no erase key can be destroyed for half a case.

    `case_id` is the one of a mailbox session, which only the receipt opens. Raises Held; NotFound when it is gone.
    GDPR, Art. 17. Register: `case-erased-by-reporter`, with the day alone.
    """
    with parts.database.write() as session:
        case = desk_queries.case(session, case_id, to_change=True)
        if case is None:
            raise NotFound
        if retention.hold(session, case_id) is not None:
            raise Held
        register.append(
            session,
            case.organisation_id,
            kind=Kind.CASE_ERASED_BY_REPORTER,
            day=parts.clock.today(),
            case_id=case_id,
            facts={"reference": case.reference},
        )
        _erase_rows(parts, session, case)
    _finish_now(parts)


def erase_closed(parts: Parts, session: Session, case: models.Case, days: int) -> None:
    """The closed case is gone since its `days` are over, in the caller's transaction; call `finish` after it.

    Register: `case-erased`, by the portal itself.
    """
    closed = case.closed_on.isoformat() if case.closed_on else ""
    _erased_by_portal(parts, session, case, closed_on=closed, days=days)


def finish(parts: Parts) -> bool:
    """Whether all of every erasure is done, also of those that a kill had left half done. May be called at any time."""
    with parts.database.read() as session:
        left = retention.unfinished(session)
    if not left.ids:
        return True
    parts.erase_keys.destroy(left.case_ids)
    blob_ids = list(left.blob_ids)
    for case_id in left.case_ids:
        blob_ids += _end_visits(parts, case_id)
    for blob_id in blob_ids:
        parts.blobs.erase(blob_id)
    if not parts.database.truncate_log():
        return False  # somebody still reads what was there before: the next round tries again
    with parts.database.write() as session:
        retention.end_erasure(session, left.ids)
    return True


def erase_again(parts: Parts) -> int:
    """How many erased cases an old backup had brought back, and are gone again.

    The file of erase keys remembers every erased case, so a database restored from before can't undo it.
    Register: `case-erased`, with `restored`.
    """
    gone = parts.erase_keys.destroyed()
    if not gone:
        return 0
    with parts.database.read() as session:
        back = [case.id for case in retention.among(session, gone)]
    if not back:
        return 0
    with parts.database.write() as session:
        for case in retention.among(session, back):
            _erased_by_portal(parts, session, case, restored=1)
    finish(parts)
    return len(back)


def put_under_keys(parts: Parts, *, at_once: int = 200) -> int:
    """How many grants and wraps from before there were erase keys are under one now."""
    done = 0
    more = True
    while more:
        with parts.database.write() as session:
            found = retention.put_under_keys(session, at_once)
        done, more = done + found, found >= at_once
    if done:
        parts.database.truncate_log()
    return done


def _finish_now(parts: Parts) -> None:
    """The second step, as far as it goes now; the worker does the rest. The cases are gone, whatever fails here."""
    with suppress(StoreError, OSError):
        finish(parts)


def _chosen(
    session: Session, officer_id: bytes, references: Collection[str], *, to_change: bool = False
) -> tuple[models.Case, ...]:
    """The cases, in the order of their references. `to_change` locks them, so that none is held once this has looked.

    Everybody locks in that order: two officers who erase the same cases don't wait for each other.
    """
    desk = desk_of(session, officer_id)
    if not references or len(references) > AT_MOST:
        raise NotFound
    found = tuple(
        case_of_reference(session, desk, one, to_change=to_change) for one in sorted(set(references))
    )
    if retention.held(session, [case.id for case in found]):
        raise Held
    return found


def _erased_by_portal(parts: Parts, session: Session, case: models.Case, **facts: Fact) -> None:
    register.append(
        session,
        case.organisation_id,
        kind=Kind.CASE_ERASED,
        at=parts.clock.now(),
        case_id=case.id,
        facts={"reference": case.reference, **facts},
    )
    _erase_rows(parts, session, case)


def _erase_rows(parts: Parts, session: Session, case: models.Case) -> None:
    """The case's rows are gone, and what lies elsewhere is written down to go; its form brings it not back."""
    receipts.remember_erased(parts, case.locator)
    retention.begin_erasure(session, case.id, cases.erase(session, case.id))


def _end_visits(parts: Parts, case_id: bytes) -> list[bytes]:
    """The ids of files that waited for the case. No visit to it goes on."""
    sessions.end_all(parts, "mailbox", case_id)
    with parts.volatile.write() as session:
        return desk_queries.erase_pending_of(session, case_id)
