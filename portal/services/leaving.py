"""Access ends at once, on this server; the keys follow with the channel's next epoch (services/epochs.py).

An administrator can end access and can't touch a key: whoever leaves is refused from this moment, and a
keeper's next unlock makes a root that the leaver never had. Until then reports are sealed to the old epoch, and
the desk says so.
"""

import secrets
from collections.abc import Collection

from sqlalchemy.orm import Session as Transaction

from portal.domain.register import Kind
from portal.services import sessions
from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.services.staff import LastAdministrator, LastKeeper, LastMember, arranger, enter
from portal.services.team import is_member, party_of, verified
from portal.store import models
from portal.store import people as rows
from portal.store.desk_queries import channels as all_channels

WRAPPED_ROOT_BYTES = 72


def end_access(parts: Parts, administrator_id: bytes, officer_id: bytes, name: str) -> None:
    """The person is off the staff: no session, no grant, no password, no recovery code, no open invitation.

    The row stays, because what the person signed stays signed. Raises NotFound (also where the person has
    another name than the page showed), LastAdministrator, LastMember,
    LastKeeper. Register: `officer-deactivated`, and `removal-asked` for each channel.
    """
    with parts.database.write() as session:
        actor = arranger(session, administrator_id)
        leaver = session.get(models.Officer, officer_id, with_for_update=True)
        if leaver is None or not leaver.active or leaver.name != name:
            raise NotFound
        others = [one for one in rows.people(session, actor.organisation_id) if one.id != officer_id]
        if leaver.is_administrator and not any(one.active and one.is_administrator for one in others):
            raise LastAdministrator
        for channel in all_channels(session, actor.organisation_id):
            if rows.locked_channel(session, channel.id) and names(session, channel.id, leaver):
                _ask(parts, session, actor, channel.id, leaver)
        forget(session, leaver)
        enter(parts, session, actor, Kind.OFFICER_DEACTIVATED, member=leaver.id.hex(), name=leaver.name)
    sessions.end_all(parts, "desk", officer_id)


def ask_removal(parts: Parts, administrator_id: bytes, channel_id: bytes, officer_id: bytes) -> None:
    """The officer reaches nothing of the channel from now on; its next epoch is due.

    Raises NotFound, LastMember, LastKeeper. Register: `removal-asked`.
    """
    with parts.database.write() as session:
        actor = arranger(session, administrator_id)
        leaver = session.get(models.Officer, officer_id)
        if rows.locked_channel(session, channel_id) is None or leaver is None:
            raise NotFound
        if not names(session, channel_id, leaver):
            raise NotFound
        _ask(parts, session, actor, channel_id, leaver)
    sessions.end_all(parts, "desk", officer_id)


def check_stays_kept(keepers: Collection[bytes], members: Collection[bytes], gone: Collection[bytes]) -> None:
    """Nothing, if somebody reads and somebody keeps the channel without `gone`.

    Raises LastMember, LastKeeper. Without a reader reports would reach nobody, without a keeper nobody could
    be let in but by the recovery sheet.
    """
    left = set(members) - set(gone)
    if not left:
        raise LastMember
    if not left & set(keepers):
        raise LastKeeper


def names(session: Transaction, channel_id: bytes, officer: models.Officer) -> bool:
    """Whether the channel's newest record names the officer."""
    found = tuple(row.raw for row in rows.records(session, channel_id))
    return bool(found) and is_member(verified(channel_id, found)[-1], officer)


def _ask(
    parts: Parts, session: Transaction, actor: models.Officer, channel_id: bytes, leaver: models.Officer
) -> None:
    ended = rows.removals(session, channel_id)
    if leaver.id in ended:
        return
    newest = verified(channel_id, tuple(row.raw for row in rows.records(session, channel_id)))[-1]
    members = {member.officer_id for member in newest.members}
    check_stays_kept(rows.keepers(session, channel_id), members, {*ended, leaver.id})
    take_off(parts, session, actor, channel_id, leaver)


def take_off(
    parts: Parts, session: Transaction, actor: models.Officer, channel_id: bytes, leaver: models.Officer
) -> None:
    """The channel hands the officer nothing any more, and its next epoch is due. Register: `removal-asked`."""
    rows.erase_channel_grants(session, channel_id, party_of(leaver))
    session.add(models.Removal(channel_id=channel_id, officer_id=leaver.id, asked_on=parts.clock.today()))
    enter(
        parts, session, actor, Kind.REMOVAL_ASKED,
        channel=channel_id.hex(), member=leaver.id.hex(), name=leaver.name,
    )  # fmt: skip


def forget(session: Transaction, leaver: models.Officer) -> None:
    """Nothing that could sign the person in is kept. The name may sign in again, as somebody new."""
    leaver.active = False
    leaver.name_folded = f"\x1f{leaver.id.hex()}"
    leaver.wrapped_root, leaver.totp_sealed, leaver.pins = bytes(WRAPPED_ROOT_BYTES), b"", None
    leaver.auth_hash = secrets.token_bytes(32)
    rows.erase_recovery_codes(session, leaver.id)
    rows.erase_invitations_by(session, leaver.id)
