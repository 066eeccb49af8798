"""Which cases are under which key: the open and the closed ones under certain epochs, and how many there are."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.store.models import Case, CaseRecord, Grant
from portal.store.models.cases import LANE_CLOSED, LANE_NEW, LANE_OPEN


def open_under(session: Session, channel_id: bytes, parties: Collection[bytes]) -> Sequence[bytes]:
    """The open cases whose newest talk root was granted to one of these parties, due first."""
    query = _under(select(Case.id), channel_id, parties).where(Case.lane.in_((LANE_NEW, LANE_OPEN)))
    return session.scalars(query.order_by(Case.due_on, Case.id)).all()


def closed_under(session: Session, channel_id: bytes, parties: Collection[bytes]) -> Sequence[bytes]:
    """The closed cases whose newest talk root was granted to one of these parties, closed first in front."""
    query = _under(select(Case.id), channel_id, parties).where(Case.lane == LANE_CLOSED)
    return session.scalars(query.order_by(Case.closed_on, Case.id)).all()


def count_under(session: Session, channel_id: bytes, parties: Collection[bytes]) -> int:
    """How many cases, open or closed, have their newest talk root granted to one of these parties."""
    return session.scalar(_under(select(func.count(Case.id.distinct())), channel_id, parties)) or 0


def _under(query: Select[Any], channel_id: bytes, parties: Collection[bytes]) -> Select[Any]:
    """`query` over the cases that are still under one of these epochs."""
    newest = (
        select(func.max(CaseRecord.number))
        .where(CaseRecord.case_id == Case.id, CaseRecord.scope == "talk")
        .scalar_subquery()
    )
    return query.join(Grant, Grant.case_id == Case.id).where(
        Case.channel_id == channel_id,
        Grant.purpose == "talk",
        Grant.receiver.in_(parties),
        Grant.number == newest,
    )
