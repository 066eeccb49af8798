"""Rows for the tests of the store: a valid organisation, channel and case, with what a test cares for changed."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.reference import new_reference
from portal.store.database import Database
from portal.store.models import (
    Card,
    Case,
    CaseRecord,
    Channel,
    ChannelRecord,
    Grant,
    Message,
    Organisation,
    Wrap,
)

TODAY = date(2026, 5, 4)


@dataclass(frozen=True)
class Place:
    """An organisation with one channel, stored."""

    organisation_id: bytes
    channel_id: bytes


def new_id() -> bytes:
    return secrets.token_bytes(16)


def new_hash() -> bytes:
    return secrets.token_bytes(32)


def organisation(**changed: Any) -> Organisation:
    values: dict[str, Any] = {
        "id": new_id(),
        "name": "Fonden",
        "languages": "da,en",
        "default_language": "da",
        "country": "DK",
        "created_on": TODAY,
    }
    return Organisation(**(values | changed))


def channel(organisation_id: bytes, **changed: Any) -> Channel:
    values: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": organisation_id,
        "slug": f"c{secrets.token_hex(4)}",
        "name": "Complaints",
    }
    return Channel(**(values | changed))


def place(database: Database) -> Place:
    """A new organisation with one channel in `database`."""
    owner = organisation()
    way_in = channel(owner.id)
    with database.write() as session:
        session.add_all([owner, way_in])
    return Place(owner.id, way_in.id)


def case(where: Place, **changed: Any) -> Case:
    received = changed.pop("received_on", TODAY)
    values: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": where.organisation_id,
        "channel_id": where.channel_id,
        "reference": new_reference(2026),
        "received_on": received,
        "stage": "received",
        "acknowledge_due_on": received + timedelta(days=7),
        "feedback_due_on": received + timedelta(days=98),
        "locator": new_hash(),
        "notebook": b"n" * 3000,
    }
    return Case(**(values | changed))


def channel_record(where: Place, number: int = 0) -> ChannelRecord:
    return ChannelRecord(
        channel_id=where.channel_id,
        number=number,
        raw=secrets.token_bytes(2500),
        hash=new_hash(),
        epoch=number,
        party=new_hash(),
    )


def grant(where: Place, case_id: bytes | None, **changed: Any) -> Grant:
    values: dict[str, Any] = {
        "id": new_id(),
        "purpose": "talk",
        "channel_id": where.channel_id,
        "case_id": case_id,
        "number": 0,
        "receiver": new_hash(),
        "sealed": secrets.token_bytes(4000),
    }
    return Grant(**(values | changed))


def message(case_id: bytes, n: int = 0, **changed: Any) -> Message:
    values: dict[str, Any] = {
        "case_id": case_id,
        "scope": "talk",
        "n": n,
        "side": "reporter",
        "day": TODAY,
        "size": 18_000,
        "hash": new_hash(),
        "sealed": secrets.token_bytes(18_000),
    }
    return Message(**(values | changed))


def wrap(case_id: bytes, holder: bytes, **changed: Any) -> Wrap:
    values: dict[str, Any] = {
        "case_id": case_id,
        "scope": "desk",
        "number": 0,
        "holder": holder,
        "wrapped": secrets.token_bytes(72),
    }
    return Wrap(**(values | changed))


def card(case_id: bytes) -> Card:
    return Card(case_id=case_id, number=0, sealed=secrets.token_bytes(256))


def add_report(session: Session, where: Place, **changed: Any) -> Case:
    """All rows of a text report, of the sizes a real one has (the register's line is the caller's)."""
    made = case(where, **changed)
    session.add_all(
        [
            made,
            message(made.id),
            CaseRecord(
                case_id=made.id, scope="talk", number=0, raw=secrets.token_bytes(2600), hash=new_hash()
            ),
            grant(where, made.id),
            grant(where, made.id),
        ]
    )
    return made
