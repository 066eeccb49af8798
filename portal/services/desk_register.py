"""What the desk writes to the register: who of the staff did what with which case, and when; no content."""

import json

from sqlalchemy.orm import Session

from portal.domain.register import Fact, Kind
from portal.services import register
from portal.services.parts import Parts
from portal.services.team import Desk
from portal.store import desk_queries
from portal.store.models import Case


def note(parts: Parts, session: Session, desk: Desk, case: Case, kind: Kind, **facts: Fact) -> None:
    """One entry of `kind` about `case`, in the caller's transaction.

    Facts are the officer's id, the case's reference, and what is given; never a word that somebody wrote.
    """
    said: dict[str, Fact] = {"officer": desk.officer_id.hex(), "reference": case.reference, **facts}
    register.append(
        session, desk.organisation_id, kind=kind, at=parts.clock.now(), case_id=case.id, facts=said
    )


def opened_today(parts: Parts, session: Session, desk: Desk, case: Case) -> bool:
    """Whether the register says already that this officer opened the case this UTC day.

    One entry an officer, case and day: so that every reading is in the register (REQUIREMENTS CO-06) and
    reloading a page does not bury the rest.
    """
    today = parts.clock.today().isoformat()
    for body in desk_queries.entries(session, case.id, Kind.CASE_OPENED.value):
        said = json.loads(body)
        if not said["at"].startswith(today):
            return False
        if said["facts"].get("officer") == desk.officer_id.hex():
            return True
    return False
