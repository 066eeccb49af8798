"""A lost passphrase: the old account is closed and the same person invited anew, in one transaction.

Nobody can reset a passphrase, since nobody but its owner ever had it. What helps is a new account with new keys,
which a keeper lets in as anybody else. Unlike an end of access this may leave a channel without anybody who
reads it or keeps its key: the account could not be opened anyway, and the recovery sheet is the way back.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from portal.domain.register import Kind
from portal.services import invitations, leaving, sessions
from portal.services.enrolment import Flags
from portal.services.errors import NotFound
from portal.services.officers import fold_name
from portal.services.parts import Parts
from portal.services.staff import arranger, enter
from portal.store import models
from portal.store import officers as officer_rows
from portal.store import people as rows
from portal.store.desk_queries import channels as all_channels


@dataclass(frozen=True)
class Anew:
    """A link for the new account, and the language in which its owner read the portal."""

    token: str
    language: str


def invite_anew(parts: Parts, administrator_id: bytes, officer_id: bytes, name: str) -> Anew:
    """The account is closed for good, and a link makes a new one of the same name, role and rights.

    Raises NotFound unless an administrator asks, for somebody else in office, by the name that the page showed.
    Register: `officer-deactivated`, `removal-asked` for each channel, `invitation-made`.
    """
    with parts.database.write() as session:
        actor = arranger(session, administrator_id)
        old = officer_rows.locked(session, officer_id)
        if old is None or not old.active or old.name != name or old.id == actor.id:
            raise NotFound
        token = _replace(parts, session, actor, old, by="administrator")
        language = old.language
    sessions.end_all(parts, "desk", officer_id)
    return Anew(token, language)


def invite_anew_from_server(parts: Parts, name: str) -> Anew:
    """As invite_anew, for who runs the server: when no administrator can sign in any more.

    It gives nobody a key. The register says that it came from the server. Raises NotFound.
    """
    with parts.database.write() as session:
        found = officer_rows.by_folded_name(session, fold_name(name))
        old = None if found is None else officer_rows.locked(session, found.id)
        if old is None or not old.active:
            raise NotFound
        officer_id, language = old.id, old.language
        token = _replace(parts, session, old, old, by="server")
    sessions.end_all(parts, "desk", officer_id)
    return Anew(token, language)


def _replace(
    parts: Parts, session: Transaction, actor: models.Officer, old: models.Officer, *, by: str
) -> str:
    for channel in all_channels(session, old.organisation_id):
        if not (rows.locked_channel(session, channel.id) and leaving.names(session, channel.id, old)):
            continue
        if old.id not in rows.removals(session, channel.id):
            leaving.take_off(parts, session, actor, channel.id, old)
    leaving.forget(session, old)
    enter(parts, session, actor, Kind.OFFICER_DEACTIVATED, member=old.id.hex(), name=old.name, by=by)
    flags = Flags(old.is_officer, old.is_administrator)
    return invitations.add_invitation(
        parts, session, actor, old.name, old.role, flags, by=by, replaces=old.id.hex()
    )
