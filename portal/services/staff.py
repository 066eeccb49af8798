"""Who arranges people, what they may be told, and what they can't do by accident.

ServiceError (services/errors.py)
└─ Refused
   ├─ NameTaken           somebody of this name signs in here already
   ├─ LastMember          a channel would have nobody left who reads its reports
   ├─ LastKeeper          a channel would have nobody left who can let people in or out
   └─ LastAdministrator   the portal would have nobody left who arranges people
"""

from sqlalchemy.orm import Session as Transaction

from portal.domain.access import Person, Right, may
from portal.domain.register import Fact, Kind
from portal.services import register
from portal.services.errors import NotFound, Refused
from portal.services.parts import Parts
from portal.store.models import Officer


class NameTaken(Refused):
    """Somebody of this name signs in here already."""

    code = "name_taken"


class LastMember(Refused):
    """A channel would have nobody left who reads its reports."""

    code = "last_member"


class LastKeeper(Refused):
    """A channel would have nobody left who can let people in or out."""

    code = "last_keeper"


class LastAdministrator(Refused):
    """The portal would have nobody left who arranges people."""

    code = "last_administrator"


def person_of(officer: Officer) -> Person:
    """What decides on the officer's rights."""
    return Person(officer.id, officer.active, officer.is_officer, officer.is_administrator)


def arranger(session: Transaction, officer_id: bytes) -> Officer:
    """The officer, if an administrator in office. Raises NotFound. Fails closed."""
    found = session.get(Officer, officer_id)
    if found is None or not may(person_of(found), Right.ARRANGE_PEOPLE):
        raise NotFound
    return found


def enter(parts: Parts, session: Transaction, actor: Officer, kind: Kind, **facts: Fact) -> None:
    """One entry about people: `actor` did it, now."""
    session.flush()
    said: dict[str, Fact] = {"officer": actor.id.hex(), **facts}
    register.append(session, actor.organisation_id, kind=kind, at=parts.clock.now(), facts=said)
