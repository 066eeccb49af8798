"""Queries on what keeps a case, what marks it as over, and what an erasure has still to do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.store.erase_layer import LAYER
from portal.store.models import Case, Channel, Erasure, ErasureMark, Grant, Hold, Organisation, Wrap
from portal.store.models.cases import LANE_CLOSED
from portal.store.models.keys import BARE_GRANT, BARE_WRAP


def hold(session: Session, case_id: bytes) -> Hold | None:
    """The case's legal hold, or None."""
    return session.get(Hold, case_id)


def held(session: Session, case_ids: Collection[bytes]) -> set[bytes]:
    """Which of these cases are held."""
    return set(session.scalars(select(Hold.case_id).where(Hold.case_id.in_(case_ids))))


def organisations(session: Session) -> Sequence[Organisation]:
    """Every organisation."""
    return session.scalars(select(Organisation)).all()


def channels(session: Session, organisation_id: bytes) -> Sequence[Channel]:
    """The organisation's channels in their order."""
    query = select(Channel).where(Channel.organisation_id == organisation_id)
    return session.scalars(query.order_by(Channel.position, Channel.id)).all()


def closed_before(session: Session, channel_id: bytes, day: date) -> Sequence[bytes]:
    """The ids of the channel's cases that were closed before `day` and are not held."""
    query = (
        select(Case.id)
        .join(Hold, Hold.case_id == Case.id, isouter=True)
        .where(
            Case.channel_id == channel_id,
            Case.lane == LANE_CLOSED,
            Case.closed_on < day,
            Hold.case_id.is_(None),
        )
    )
    return session.scalars(query.order_by(Case.closed_on, Case.id)).all()


def marks(session: Session) -> dict[bytes, ErasureMark]:
    """Every case found over on an earlier round."""
    return {mark.case_id: mark for mark in session.scalars(select(ErasureMark))}


def begin_erasure(session: Session, case_id: bytes, blob_ids: Collection[bytes]) -> None:
    """The case's key and its sealed files have to go, once the caller's transaction is done."""
    session.add(Erasure(id=case_id, is_case=True))
    session.add_all(Erasure(id=blob_id, is_case=False) for blob_id in blob_ids)


@dataclass(frozen=True)
class Unfinished:
    """What has still to go: the keys of erased cases, and sealed files."""

    case_ids: tuple[bytes, ...]
    blob_ids: tuple[bytes, ...]

    @property
    def ids(self) -> tuple[bytes, ...]:
        """All of it."""
        return self.case_ids + self.blob_ids


def unfinished(session: Session) -> Unfinished:
    """What erasures have still to do; nothing, most of the time."""
    rows = session.scalars(select(Erasure)).all()
    return Unfinished(
        tuple(row.id for row in rows if row.is_case), tuple(row.id for row in rows if not row.is_case)
    )


def end_erasure(session: Session, ids: Collection[bytes]) -> None:
    """Nothing of these is left anywhere."""
    session.execute(delete(Erasure).where(Erasure.id.in_(ids)))


def among(session: Session, case_ids: Collection[bytes], *, at_once: int = 500) -> list[Case]:
    """Those of these cases that are there."""
    ordered = sorted(case_ids)
    found: list[Case] = []
    for start in range(0, len(ordered), at_once):
        found += session.scalars(select(Case).where(Case.id.in_(ordered[start : start + at_once])))
    return found


def put_under_keys(session: Session, limit: int) -> int:
    """How many grants and wraps from before there were erase keys are under one now; at most `limit` of each."""
    assert LAYER in session.info, "without a layer every row would look like one"  # noqa: S101
    kind = session.get_bind().dialect.name  # in the index's very words, or the index is not used
    wraps = select(Wrap).where(text(BARE_WRAP[kind])).limit(limit)
    grants = select(Grant).where(text(BARE_GRANT[kind])).limit(limit)
    rows = [*session.scalars(wraps), *session.scalars(grants)]
    for row in rows:  # to its readers it stays the same, so it has to be told that it is to be written
        flag_modified(row, "sealed" if isinstance(row, Grant) else "wrapped")
    return len(rows)
