"""What the desk asks of the database beyond one case: the team's records, and files on their way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ScalarSelect,
    Select,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, defer

from portal.store.desk_reach import Within, holders_given, known, reached
from portal.store.erase_layer import opened
from portal.store.models import (
    Attachment,
    Card,
    Case,
    Channel,
    ChannelRecord,
    Officer,
    PendingUpload,
    RegisterEntry,
    Wrap,
)
from portal.store.models.cases import LANE_NEW, LANE_OPEN

WEEK_DAYS = 7
COUNT_AT_MOST = 999
LOOKED_AT = 1_000


def officer(session: Session, officer_id: bytes) -> Officer | None:
    """The person with this id, or None."""
    return session.get(Officer, officer_id)


def people(session: Session, organisation_id: bytes) -> Sequence[Officer]:
    """Everybody of the organisation, those who left included: their messages stay signed by them."""
    return session.scalars(select(Officer).where(Officer.organisation_id == organisation_id)).all()


def channels(session: Session, organisation_id: bytes) -> Sequence[Channel]:
    """The organisation's channels in their order."""
    query = select(Channel).where(Channel.organisation_id == organisation_id)
    return session.scalars(query.order_by(Channel.position, Channel.id)).all()


def channel_records(session: Session, channel_ids: Collection[bytes]) -> Sequence[ChannelRecord]:
    """All signed records of these channels, oldest first."""
    query = select(ChannelRecord).where(ChannelRecord.channel_id.in_(channel_ids))
    return session.scalars(query.order_by(ChannelRecord.channel_id, ChannelRecord.number)).all()


def case(session: Session, case_id: bytes, *, to_change: bool = False) -> Case | None:
    """The case without its notebook, or None; `to_change` locks its row until the transaction ends."""
    query = select(Case).where(Case.id == case_id).options(defer(Case.notebook, raiseload=True))
    return session.scalars(query.with_for_update() if to_change else query).one_or_none()


def attachment(session: Session, attachment_id: bytes) -> Attachment | None:
    """The sealed file with this id, or None."""
    return session.get(Attachment, attachment_id)


def entries(session: Session, case_id: bytes, kind: str) -> Sequence[bytes]:
    """The bodies of the register's entries of one kind about one case, the newest first."""
    query = select(RegisterEntry.body).where(RegisterEntry.case_id == case_id, RegisterEntry.kind == kind)
    return session.scalars(query.order_by(RegisterEntry.seq.desc())).all()


def pending(session: Session, owner: bytes, case_id: bytes) -> Sequence[PendingUpload]:
    """The files that the session `owner` has sent for a case, and no message lists yet."""
    query = select(PendingUpload).where(PendingUpload.owner == owner, PendingUpload.case_id == case_id)
    return session.scalars(query).all()


def erase_pending(session: Session, upload_ids: Collection[bytes]) -> None:
    """These files are no longer waiting; their blobs are the caller's business."""
    session.execute(delete(PendingUpload).where(PendingUpload.id.in_(upload_ids)))


def erase_pending_before(session: Session, day: date) -> None:
    """Files that have waited since before `day` are no longer waiting; the sweep takes their blobs."""
    session.execute(delete(PendingUpload).where(PendingUpload.created_on < day))


def erase_pending_of(session: Session, case_id: bytes) -> list[bytes]:
    """The ids of the blobs that waited for this case; none waits any more."""
    found = list(session.scalars(select(PendingUpload.id).where(PendingUpload.case_id == case_id)))
    session.execute(delete(PendingUpload).where(PendingUpload.case_id == case_id))
    return found


@dataclass(frozen=True)
class CardRow:
    """What the search needs of one case: its card (256 bytes), and a wrap (72 bytes) that opens it."""

    case_id: bytes
    reference: str
    stage: str
    due_on: date | None
    number: int
    holder: bytes
    wrapped: bytes
    card: bytes


def cards(
    session: Session,
    channel_ids: Collection[bytes],
    holders: Collection[bytes],
    *,
    after: tuple[bytes, bytes] | None,
    limit: int,
    within: Within | None = None,
) -> Sequence[CardRow]:
    """The next cards that one of `holders` opens, by case and holder, after the (case, holder) `after`."""
    query = (
        _cards(holders).where(Case.channel_id.in_(channel_ids)).order_by(Case.id, Wrap.holder).limit(limit)
    )
    if within is not None:
        query = query.where(known(within))
    if after is not None:
        bound = tuple_(literal(after[0], Case.id.type), literal(after[1], Wrap.holder.type))
        query = query.where(tuple_(Case.id, Wrap.holder) > bound)
    return [_card(session, tuple(row)) for row in session.execute(query)]


def cards_of(session: Session, case_ids: Collection[bytes], holders: Collection[bytes]) -> Sequence[CardRow]:
    """The cards of these cases that one of `holders` opens."""
    found = session.execute(_cards(holders).where(Case.id.in_(case_ids)))
    return [_card(session, tuple(row)) for row in found]


def _cards(holders: Collection[bytes]) -> Select[*tuple[Any, ...]]:
    """The columns of CardRow: a case, its card, and a wrap of the desk root that the card lies under."""
    opens = and_(
        Wrap.case_id == Card.case_id,
        Wrap.scope == "desk",
        Wrap.number == Card.number,
        Wrap.holder.in_(holders),
    )
    return (
        select(
            Case.id, Case.reference, Case.stage, Case.due_on,
            Card.number, Wrap.holder, Wrap.wrapped, Card.sealed,
        )
        .join(Card, Card.case_id == Case.id)
        .join(Wrap, opens)
    )  # fmt: skip


def _card(session: Session, row: tuple[Any, ...]) -> CardRow:
    case_id, reference, stage, due_on, number, holder, wrapped, card = row
    wrapped = opened(session, "wrap", case_id, wrapped)
    return CardRow(case_id, reference, stage, due_on, number, holder, wrapped, card)


@dataclass(frozen=True)
class Counts:
    """How many cases are overdue, due within a week, and not opened by anybody; counting ends at 999.

    Those not opened are counted among the 1,000 new ones that are due last, which are those that came last. Where some
    are out of reach, the others are counted among as many.
    """

    overdue: int
    this_week: int
    unopened: int


def counts(
    session: Session, channel_ids: Collection[bytes], today: date, *, within: Within | None = None
) -> Counts:
    """What the head of the list says, in one statement, each figure from ranges of an index."""
    if not channel_ids:
        return Counts(0, 0, 0)
    given = {f"channel_{n}": channel_id for n, channel_id in enumerate(channel_ids)}
    days = {"today": today, "week": today + timedelta(days=WEEK_DAYS)}
    partly = () if within is None else tuple(channel_id in within.partly for channel_id in channel_ids)
    holders = {} if within is None else {"holders": list(within.holders)}
    asked = _counts(len(channel_ids), partly)
    return Counts(*session.execute(asked, {**given, **days, **holders}).one())


@cache
def _counts(channels: int, partly: tuple[bool, ...] = ()) -> Select[*tuple[Any, ...]]:
    """The three figures of Counts. Each range ends early: it costs the same among any number of cases.

    `partly` says of each channel whether its cases have to be asked for their readers.
    """
    today, week = (bindparam(name, type_=Case.due_on.type) for name in ("today", "week"))
    mine = [Case.channel_id == bindparam(f"channel_{n}", type_=Case.id.type) for n in range(channels)]
    # A value, not EXISTS: for the thousand cases looked at PostgreSQL would read every card that there is.
    unopened = select(Card.case_id).where(Card.case_id == Case.id).scalar_subquery().is_(None)
    late, soon, latest = [], [], []
    for number, of_channel in enumerate(mine):
        known_of = reached(holders_given()) if any(partly[number : number + 1]) else true()
        for lane in (LANE_NEW, LANE_OPEN):
            here = select(known_of.label("counts")).where(of_channel, Case.lane == lane)
            late.append(here.where(Case.due_on < today).limit(COUNT_AT_MOST))
            soon.append(here.where(Case.due_on >= today, Case.due_on <= week).limit(COUNT_AT_MOST))
        new = select(and_(unopened, known_of).label("counts")).where(of_channel, Case.lane == LANE_NEW)
        latest.append(new.order_by(Case.due_on.desc(), Case.id.desc()).limit(LOOKED_AT))
    return select(_count(late), _count(soon), _count(latest))


def _count(parts: Sequence[Select[Any]]) -> ScalarSelect[Any]:
    """How many rows of all parts are true, but no more than are counted."""
    rows = union_all(*(select(part.subquery()) for part in parts)).subquery()
    some = select(rows.c.counts).where(rows.c.counts).limit(COUNT_AT_MOST).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
