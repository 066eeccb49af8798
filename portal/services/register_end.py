"""Where the register ends, and whether its chain holds: for backups and for `register-verify`.

Here a broken chain is told and raises nothing: a portal whose register was tampered with needs its backup most.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.domain.errors import RegisterBroken
from portal.services import register
from portal.services.parts import Parts
from portal.store import channels
from portal.store import register as store


@dataclass(frozen=True)
class RegisterEnd:
    """How many entries the register says it has, the hash it ends in, and what is wrong with it ("" if nothing)."""

    entries: int = 0
    head: bytes = bytes(32)
    problem: str = ""


def register_end(session: Session) -> RegisterEnd:
    """The end of the register, every entry checked; 0 and zeros before set-up."""
    organisation = channels.organisation(session)
    if organisation is None:
        return RegisterEnd()
    entries, head = store.head(session, organisation.id)
    try:
        register.verify(session, organisation.id)
    except RegisterBroken as error:
        return RegisterEnd(entries, head, str(error))
    return RegisterEnd(entries, head)


def end_of(parts: Parts) -> RegisterEnd:
    """The end of this portal's register."""
    with parts.database.read() as session:
        return register_end(session)
