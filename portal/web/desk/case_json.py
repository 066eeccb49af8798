"""How a case and a line of the list stand in JSON: names of the server's fields, bytes as base64, ids as hex."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.services.casework import CaseView, Person
from portal.store.desk_queries import CardRow
from portal.store.models import Case, Grant, Message, Wrap
from portal.web.encoding import to_base64

Json = dict[str, Any]


def case_json(view: CaseView) -> Json:
    """The whole case for the browser that opens it."""
    records: dict[str, list[str]] = {"talk": [], "desk": []}
    for record in view.records:
        records[record.scope].append(to_base64(record.raw))
    return {
        **_facts(view.case),
        "steps": [stage.value for stage in view.steps],
        "today": view.today.isoformat(),
        "feedback_if_today": view.feedback_if_today.isoformat(),
        "records": records,
        "grants": [_grant(grant) for grant in view.grants],
        "wraps": [_wrap(wrap) for wrap in view.wraps],
        "card": view.card and {"number": view.card.number, "sealed": to_base64(view.card.sealed)},
        "messages": [_message(message) for message in view.messages],
        "files": {attachment.id.hex(): attachment.sealed_size for attachment in view.attachments},
        "people": [_person(person) for person in view.people],
    }


def compact_cards(rows: Sequence[CardRow]) -> Json:
    """Cards, thousands of them: each a list in the order of `columns`, its holder a place in `holders`."""
    holders = sorted({row.holder for row in rows})
    places = {holder: place for place, holder in enumerate(holders)}
    return {
        "columns": ["case", "reference", "stage", "due_on", "number", "holder", "wrapped", "card"],
        "holders": [holder.hex() for holder in holders],
        "cards": [
            (
                row.case_id.hex(),
                row.reference,
                row.stage,
                _iso(row.due_on),
                row.number,
                places[row.holder],
                to_base64(row.wrapped),
                to_base64(row.card),
            )
            for row in rows
        ],
    }


def _facts(case: Case) -> Json:
    return {
        "id": case.id.hex(),
        "channel": case.channel_id.hex(),
        "reference": case.reference,
        "stage": case.stage,
        "is_test": case.is_test,
        **{
            name: _iso(getattr(case, name))
            for name in (
                "received_on", "acknowledge_due_on", "acknowledged_on", "feedback_due_on", "closed_on"
            )
        },
    }  # fmt: skip


def _grant(grant: Grant) -> Json:
    return {
        "scope": grant.purpose,
        "number": grant.number,
        "receiver": grant.receiver.hex(),
        "sealed": to_base64(grant.sealed),
    }


def _wrap(wrap: Wrap) -> Json:
    return {
        "scope": wrap.scope,
        "number": wrap.number,
        "holder": wrap.holder.hex(),
        "wrapped": to_base64(wrap.wrapped),
    }


def _message(message: Message) -> Mapping[str, object]:
    return {
        "scope": message.scope,
        "n": message.n,
        "side": message.side,
        "day": message.day.isoformat(),
        "sealed": to_base64(message.sealed),
    }


def _person(person: Person) -> Json:
    return {
        "id": person.id.hex(),
        "name": person.name,
        "role": person.role,
        "verify_key": person.verify_key.hex(),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
