"""Set-up: a one-time link, and the one transaction that makes a portal out of an empty database.

Everything secret is made in the browser of the first person. What arrives is public, sealed or hashed; this
module checks all of it that can be checked without a secret, and stores the whole or nothing.
"""

import hashlib
import hmac
import os
import secrets
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session as Transaction

from crypto.records import ChannelRecord
from portal.domain.register import Kind
from portal.services import register
from portal.services.enrolment import Flags, add_officer, first_step
from portal.services.errors import NotFound, Refused
from portal.services.new_portal import NewPortal, Verified, verified
from portal.services.parts import Parts
from portal.store import channels as channel_rows
from portal.store import models
from portal.store.errors import Conflict

TOKEN_BYTES = 24


class AlreadySetUp(Refused):
    """The portal is set up: the link was used, once and for all."""

    code = "already_set_up"


def is_set_up(parts: Parts) -> bool:
    """Whether there is an organisation."""
    with parts.database.read() as session:
        return channel_rows.organisation(session) is not None


def new_link(parts: Parts) -> str:
    """A fresh token for the set-up link; every earlier one stops working. Only its hash is kept, in a file.

    Raises AlreadySetUp once there is an organisation.
    """
    if is_set_up(parts):
        raise AlreadySetUp
    token = secrets.token_urlsafe(TOKEN_BYTES)
    path = _token_file(parts)
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(_hash(token).hex())
    fresh.replace(path)
    return token


def check_link(parts: Parts, token: str) -> None:
    """Nothing, while `token` is the newest link. Raises AlreadySetUp after set-up, else NotFound."""
    if is_set_up(parts):
        raise AlreadySetUp
    try:
        kept = _token_file(parts).read_text()
    except FileNotFoundError as error:
        raise NotFound from error
    if not hmac.compare_digest(kept.encode(), _hash(token).hex().encode()):
        raise NotFound


def set_up(parts: Parts, token: str, new: NewPortal) -> None:
    """Organisation, first officer and first channel, stored in one transaction; the link is used up.

    Raises NotFound or AlreadySetUp for the link, SetupRefused for bytes that do not fit together, and
    FirstCodeWrong. Writes "organisation set up", "officer enrolled", "channel created", "channel record
    signed" and "sheet confirmed" to the register.
    """
    check_link(parts, token)
    checked = verified(new, parts.clock.today())
    step = first_step(parts, new.officer)
    organisation_id = _hash(token)[:16]
    try:
        with parts.database.write() as session:
            if channel_rows.organisation(session) is not None:
                raise AlreadySetUp
            _add_organisation(session, organisation_id, new, parts.clock.today())
            add_officer(parts, session, organisation_id, new.officer, Flags(True, True), step)
            _add_channel(session, organisation_id, new, checked.record, parts.clock.today())
            _add_grants(session, new, checked)
            _enter(parts, session, organisation_id, new, checked.record)
    except Conflict as error:
        # The organisation's id comes from the token: two posts of one link at once can't both be stored.
        raise AlreadySetUp from error
    _token_file(parts).unlink(missing_ok=True)


def _token_file(parts: Parts) -> Path:
    return parts.settings.instance / "setup.token"


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"fortrolig/v1/setup\0" + token.encode()).digest()


def _add_organisation(session: Transaction, organisation_id: bytes, new: NewPortal, today: date) -> None:
    session.add(
        models.Organisation(
            id=organisation_id,
            name=new.organisation.name,
            languages=",".join(new.organisation.languages),
            default_language=new.organisation.default_language,
            country=new.organisation.country,
            created_on=today,
        )
    )


def _add_channel(
    session: Transaction, organisation_id: bytes, new: NewPortal, record: ChannelRecord, today: date
) -> None:
    session.add(
        models.Channel(
            id=new.channel.id,
            organisation_id=organisation_id,
            slug=new.channel.slug,
            name=new.channel.name,
            audience=new.channel.audience,
            acknowledge_days=new.channel.acknowledge_days,
            feedback_months=new.channel.feedback_months,
            sheet_confirmed_on=today,
            anchor_recipient=new.channel.anchor_recipient,
        )
    )
    session.add(
        models.ChannelRecord(
            channel_id=new.channel.id,
            number=record.number,
            raw=record.raw,
            hash=record.hash,
            epoch=record.epoch,
            party=new.channel.party,
        )
    )
    session.add(models.Keeper(channel_id=new.channel.id, officer_id=new.officer.id))


def _add_grants(session: Transaction, new: NewPortal, checked: Verified) -> None:
    for purpose, receiver, sealed in (
        ("channel", checked.officer, new.channel.grant_to_officer),
        ("channel", checked.anchor, new.channel.grant_to_anchor),
        ("anchor", checked.officer, new.channel.anchor_to_officer),
    ):
        session.add(
            models.Grant(
                id=secrets.token_bytes(16),
                purpose=purpose,
                channel_id=new.channel.id,
                number=0,
                receiver=receiver.hash,
                sealed=sealed,
            )
        )


def _enter(
    parts: Parts, session: Transaction, organisation_id: bytes, new: NewPortal, record: ChannelRecord
) -> None:
    session.flush()
    now, officer, channel = parts.clock.now(), new.officer.id.hex(), new.channel.id.hex()
    for kind, facts in (
        (Kind.ORGANISATION_SET_UP, {"name": new.organisation.name, "officer": officer}),
        (Kind.OFFICER_ENROLLED, {"officer": officer, "name": new.officer.name, "role": new.officer.role}),
        (Kind.CHANNEL_CREATED, {"officer": officer, "channel": channel, "name": new.channel.name}),
        (Kind.CHANNEL_RECORD_SIGNED, {"officer": officer, "channel": channel, "record": record.hash.hex()}),
        (Kind.SHEET_CONFIRMED, {"officer": officer, "channel": channel}),
    ):
        register.append(session, organisation_id, kind=kind, at=now, facts=facts)
