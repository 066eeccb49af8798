"""Which cases an officer is let to know of in a channel whose older or newer epochs were never granted to him.

Most officers hold every epoch of their channels, and then nothing here is asked. Where one is missing, the cases that
the list looks at are asked for their readers: those that the newest talk root was granted to.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.store.models import Case, CaseRecord, Grant

LOOKED_AT = 1_000
"""So many cases are asked for their readers at most, for one page or figure, however many there are."""


@dataclass(frozen=True)
class Within:
    """Of the channels `partly`, only cases whose newest talk root was granted to one of `holders` (parties)."""

    partly: Collection[bytes]
    holders: Collection[bytes]


def reached(holders: BindParameter[Collection[bytes]] | Collection[bytes]) -> ColumnElement[bool]:
    """Whether the newest talk root of a Case in the statement around was granted to one of `holders`."""
    newest = (
        select(func.max(CaseRecord.number))
        .where(CaseRecord.case_id == Case.id, CaseRecord.scope == "talk")
        .correlate(Case)
        .scalar_subquery()
    )
    mine = and_(
        Grant.case_id == Case.id,
        Grant.purpose == "talk",
        Grant.number == newest,
        Grant.receiver.in_(holders),
    )
    return select(Grant.id).where(mine).correlate(Case).exists()


def known(within: Within) -> ColumnElement[bool]:
    """Whether a Case in the statement around is one that the officer may know of."""
    return or_(Case.channel_id.not_in(within.partly), reached(within.holders))


def among(session: Session, case_ids: Collection[bytes], within: Within) -> set[bytes]:
    """Those of these cases that the officer may know of."""
    return set(session.scalars(select(Case.id).where(Case.id.in_(case_ids), known(within))))


def holders_given() -> BindParameter[Collection[bytes]]:
    """The place of the parties in a statement that is made once."""
    return bindparam("holders", type_=Grant.receiver.type, expanding=True)
