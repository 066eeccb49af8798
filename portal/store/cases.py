"""Queries on one case and what belongs to it."""

import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, defer

from portal.store.models import Attachment, Card, Case, CaseRecord, Grant, Message, Wrap

VERSIONS = 2**31
"""As many versions of a notebook as the column's integers, on both databases, from 0 on."""


def first_version() -> int:
    """The version of a case's first notebook: drawn, so that it does not tell whether somebody has come since."""
    return secrets.randbelow(VERSIONS)


def by_locator(session: Session, locator: bytes) -> Case | None:
    """The case with this stored locator (HMAC, 32 bytes), or None."""
    return session.scalars(select(Case).where(Case.locator == locator)).one_or_none()


def by_reference(
    session: Session, organisation_id: bytes, reference: str, *, to_change: bool = False
) -> Case | None:
    """The organisation's case with this reference, without its notebook, or None; `to_change` locks its row."""
    query = (
        select(Case)
        .where(Case.organisation_id == organisation_id, Case.reference == reference)
        .options(defer(Case.notebook, raiseload=True))
    )
    return session.scalars(query.with_for_update() if to_change else query).one_or_none()


def records(session: Session, case_id: bytes, scope: str) -> Sequence[CaseRecord]:
    """The signed records of one scope, oldest first."""
    query = select(CaseRecord).where(CaseRecord.case_id == case_id, CaseRecord.scope == scope)
    return session.scalars(query.order_by(CaseRecord.number)).all()


def grants(session: Session, case_id: bytes, receivers: Collection[bytes]) -> Sequence[Grant]:
    """The case's grants to any of these parties, both scopes, oldest number first."""
    query = select(Grant).where(Grant.case_id == case_id, Grant.receiver.in_(receivers))
    return session.scalars(query.order_by(Grant.purpose, Grant.number)).all()


def wraps(session: Session, case_id: bytes, holders: Collection[bytes]) -> Sequence[Wrap]:
    """The case's roots as wrapped for any of these parties, both scopes, oldest number first."""
    query = select(Wrap).where(Wrap.case_id == case_id, Wrap.holder.in_(holders))
    return session.scalars(query.order_by(Wrap.scope, Wrap.number)).all()


def card(session: Session, case_id: bytes) -> Card | None:
    """The sealed title and category, or None before an officer has opened the case."""
    return session.get(Card, case_id)


def put_card(session: Session, case_id: bytes, number: int, sealed: bytes) -> None:
    """The case's card from now on, 256 bytes, under the desk root of `number`."""
    session.merge(Card(case_id=case_id, number=number, sealed=sealed))


def put_wrap(session: Session, wrap: Wrap) -> None:
    """One root under one holder's key; a second wrap for the same holder takes the first one's place."""
    session.merge(wrap)


def messages(session: Session, case_id: bytes, scope: str) -> Sequence[Message]:
    """The chain of one scope in its order."""
    query = select(Message).where(Message.case_id == case_id, Message.scope == scope)
    return session.scalars(query.order_by(Message.n)).all()


def next_n(session: Session, case_id: bytes, scope: str) -> int:
    """The number the next message of the chain takes."""
    query = select(func.max(Message.n)).where(Message.case_id == case_id, Message.scope == scope)
    last = session.scalar(query)
    return 0 if last is None else last + 1


def attachments(session: Session, case_id: bytes) -> Sequence[Attachment]:
    """Every sealed file of the case, in the order of their messages."""
    query = select(Attachment).where(Attachment.case_id == case_id)
    return session.scalars(query.order_by(Attachment.scope, Attachment.n, Attachment.id)).all()


def blob_ids(session: Session) -> set[bytes]:
    """The ids of all sealed files that a case knows."""
    return set(session.scalars(select(Attachment.id)))


def listed(session: Session, wanted: Collection[bytes]) -> set[bytes]:
    """Which sealed files of `wanted` a message lists."""
    return set(session.scalars(select(Attachment.id).where(Attachment.id.in_(wanted))))


def ids(session: Session) -> set[bytes]:
    """The ids of all cases."""
    return set(session.scalars(select(Case.id)))


def without_readable_grant(session: Session, wanted: Collection[bytes]) -> set[bytes]:
    """Which cases of `wanted` no officer can open, since the erase layer of every grant stays closed.

    A case that was stored before there were erase keys has no such layer, and needs no key.
    """
    grants = session.scalars(select(Grant).execution_options(yield_per=1000))
    return set(wanted) - {grant.case_id for grant in grants if grant.sealed}


def references_of(session: Session, attachment_ids: Collection[bytes]) -> list[str]:
    """The references of the cases that these sealed files belong to, sorted."""
    query = select(Case.reference).join(Attachment, Attachment.case_id == Case.id)
    return sorted(set(session.scalars(query.where(Attachment.id.in_(attachment_ids)))))


def put_notebook(session: Session, case_id: bytes, *, seen: int, notebook: bytes) -> bool:
    """Whether the notebook was stored: only in the place of version `seen`, which then is another, by chance.

    Two visits at once would otherwise each forget what the other had noticed. A version that counted would tell whoever
    has two backups how often somebody came between them.
    """
    drawn = secrets.randbelow(VERSIONS - 1)
    change = (
        update(Case)
        .where(Case.id == case_id, Case.notebook_version == seen)
        .values(notebook=notebook, notebook_version=drawn + (drawn >= seen))
        .returning(Case.notebook_version)
    )
    return session.scalar(change) is not None


def erase(session: Session, case_id: bytes) -> list[bytes]:
    """The ids of the blobs that have to go too; the case and all that hangs on it are gone.

    Its register entries stay. Erase the blobs after the commit, then `Database.truncate_log()`.
    """
    blobs = list(session.scalars(select(Attachment.id).where(Attachment.case_id == case_id)))
    session.execute(delete(Case).where(Case.id == case_id))
    return blobs
