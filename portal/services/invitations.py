"""Invitations: a link, once, within seven days, that lets one newcomer enrol. Who enrols is in no channel yet.

A link proves nothing about who opens it. So an enrolled person can read nothing until a keeper has compared
the newcomer's 8 words, and nobody but the newcomer's own browser ever held the keys behind them.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session as Transaction

from portal.domain.register import Fact, Kind
from portal.services import register
from portal.services.enrolment import Flags, add_officer, first_step
from portal.services.errors import NotFound
from portal.services.new_portal import NewOfficer, SetupRefused, party_of_new
from portal.services.officers import fold_name
from portal.services.parts import Parts
from portal.services.staff import NameTaken, arranger, enter
from portal.store import models
from portal.store import officers as officer_rows
from portal.store import people as rows
from portal.store.errors import Conflict

TOKEN_BYTES = 24
DAYS_VALID = 7


class NoRights(SetupRefused):
    """An invitation to be neither officer nor administrator."""

    code = "no_rights"


@dataclass(frozen=True)
class Invited:
    """Who is invited, as what, and until which day the link works."""

    id: bytes
    name: str
    role: str
    flags: Flags
    until: date


def invite(parts: Parts, administrator_id: bytes, name: str, role: str, flags: Flags) -> str:
    """The token of a new link; only its hash is stored, so it is shown once. Register: `invitation-made`.

    Raises NotFound unless an administrator asks, NameTaken, NoRights.
    """
    if not (flags.is_officer or flags.is_administrator):
        raise NoRights
    with parts.database.write() as session:
        actor = arranger(session, administrator_id)
        rows.erase_expired_invitations(session, _now(parts))
        waiting = {fold_name(one.name) for one in rows.invitations(session, actor.organisation_id)}
        if fold_name(name) in waiting or officer_rows.by_folded_name(session, fold_name(name)) is not None:
            raise NameTaken
        return add_invitation(parts, session, actor, name, role, flags)


def add_invitation(
    parts: Parts,
    session: Transaction,
    actor: models.Officer,
    name: str,
    role: str,
    flags: Flags,
    **facts: Fact,
) -> str:
    """The token of a new link, stored in the caller's transaction; `facts` go into its entry in the register."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = models.Invitation(
        id=secrets.token_bytes(16),
        organisation_id=actor.organisation_id,
        token_hash=_hash(token),
        name=name,
        role=role,
        is_officer=flags.is_officer,
        is_administrator=flags.is_administrator,
        invited_by=actor.id,
        expires_at=_now(parts) + int(timedelta(days=DAYS_VALID).total_seconds()),
    )
    session.add(invitation)
    enter(
        parts, session, actor, Kind.INVITATION_MADE,
        invitation=invitation.id.hex(), name=name, role=role,
        handles_cases=int(flags.is_officer), administers=int(flags.is_administrator), **facts,
    )  # fmt: skip
    return token


def listed(parts: Parts, administrator_id: bytes) -> tuple[Invited, ...]:
    """The invitations that still work. Raises NotFound unless an administrator asks."""
    with parts.database.read() as session:
        actor = arranger(session, administrator_id)
        found = rows.invitations(session, actor.organisation_id)
        return tuple(_view(one) for one in found if one.expires_at > _now(parts))


def withdraw(parts: Parts, administrator_id: bytes, invitation_id: bytes) -> None:
    """The link works no more. Register: `invitation-withdrawn`. Raises NotFound."""
    with parts.database.write() as session:
        actor = arranger(session, administrator_id)
        if not rows.erase_invitation(session, invitation_id):
            raise NotFound
        enter(parts, session, actor, Kind.INVITATION_WITHDRAWN, invitation=invitation_id.hex())


def invited(parts: Parts, token: str) -> Invited:
    """Who the link is for. Raises NotFound for one that was used, withdrawn, has run out, or never was."""
    with parts.database.read() as session:
        return _view(_valid(parts, session, token))


def enrol(parts: Parts, token: str, new: NewOfficer) -> None:
    """The newcomer is on the staff, with the rights of the invitation, and in no channel; the link is used up.

    Raises NotFound for the link, SetupRefused, FirstCodeWrong, NameTaken. Register: `officer-enrolled`.
    """
    party_of_new(new)
    step = first_step(parts, new)
    try:
        with parts.database.write() as session:
            invitation = _valid(parts, session, token)
            if (new.name, new.role) != (invitation.name, invitation.role):
                raise SetupRefused("another name or role than that of the invitation")
            # Who erases the row has the link: of two posts at once the other finds none.
            if not rows.erase_invitation(session, invitation.id):
                raise NotFound
            flags = Flags(invitation.is_officer, invitation.is_administrator)
            add_officer(parts, session, invitation.organisation_id, new, flags, step)
            session.flush()
            register.append(
                session,
                invitation.organisation_id,
                kind=Kind.OFFICER_ENROLLED,
                at=parts.clock.now(),
                facts={
                    "officer": new.id.hex(),
                    "name": new.name,
                    "role": new.role,
                    "invitation": invitation.id.hex(),
                },
            )
    except Conflict as error:
        raise NameTaken from error


def _valid(parts: Parts, session: Transaction, token: str) -> models.Invitation:
    found = rows.invitation_of(session, _hash(token))
    if found is None or found.expires_at <= _now(parts):
        raise NotFound
    return found


def _view(row: models.Invitation) -> Invited:
    until = datetime.fromtimestamp(row.expires_at, UTC).date()
    return Invited(row.id, row.name, row.role, Flags(row.is_officer, row.is_administrator), until)


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"fortrolig/v1/invitation\0" + token.encode()).digest()


def _now(parts: Parts) -> int:
    return int(parts.clock.now().timestamp())
