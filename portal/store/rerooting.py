"""Which open cases there are, with the newest record of what reporter and desk both read."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.store.models import Case, CaseRecord
from portal.store.models.cases import LANE_NEW, LANE_OPEN


def open_talks(session: Session, channel_id: bytes) -> Sequence[tuple[bytes, bytes]]:
    """Case id and newest talk record, raw, of every open case of the channel, due first."""
    newest = (
        select(CaseRecord.case_id, func.max(CaseRecord.number).label("number"))
        .join(Case, Case.id == CaseRecord.case_id)
        .where(
            CaseRecord.scope == "talk", Case.channel_id == channel_id, Case.lane.in_((LANE_NEW, LANE_OPEN))
        )
        .group_by(CaseRecord.case_id)
        .subquery()
    )
    query = (
        select(Case.id, CaseRecord.raw)
        .join(newest, newest.c.case_id == Case.id)
        .join(CaseRecord, (CaseRecord.case_id == Case.id) & (CaseRecord.number == newest.c.number))
        .where(CaseRecord.scope == "talk")
        .order_by(Case.due_on, Case.id)
    )
    return [(case_id, raw) for case_id, raw in session.execute(query)]
