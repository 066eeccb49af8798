"""A case from the reporter's side: the talk scope, whole."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.store import cases
from portal.store.models import Case, Grant, Message, Officer


@dataclass(frozen=True)
class LoadedMailbox:
    """A case as its reporter's side needs it: records of the talk scope, its messages and grants, in order."""

    case: Case
    records: tuple[bytes, ...]
    messages: tuple[Message, ...]
    grants: tuple[Grant, ...]


def load(session: Session, case_id: bytes, receiver: bytes) -> LoadedMailbox | None:
    """The talk side of a case, with the grants to the mailbox `receiver` (party hash); None if it is gone."""
    case = session.get(Case, case_id)
    if case is None:
        return None
    return LoadedMailbox(
        case,
        tuple(record.raw for record in cases.records(session, case_id, "talk")),
        tuple(cases.messages(session, case_id, "talk")),
        tuple(cases.grants(session, case_id, [receiver])),
    )


def officers_by_id(session: Session, organisation_id: bytes) -> dict[bytes, Officer]:
    """Everybody who ever was on the organisation's list, by id."""
    rows = session.scalars(select(Officer).where(Officer.organisation_id == organisation_id))
    return {row.id: row for row in rows}
