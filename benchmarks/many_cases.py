"""Thousands of cases that an officer has opened: cards and wraps truly sealed, all else random bytes of true size."""

import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from crypto.keys import Root
from crypto.wrap import fit_card, wrap_card, wrap_case_root
from portal.store import models
from tests.builders import Portal, Team

AT_ONCE = 500
MESSAGE_BYTES = 18_043
NOTEBOOK_BYTES = 700
TITLES = ("Drain behind hall 17", "Overtime not paid", "Gifts from a supplier", "Unsafe ladder", "Bullying")
CATEGORIES = ("ENVIRON", "RETAL", "CORRUPT", "SAFETY", "OTHER")
STAGES = ("received", "acknowledged", "in_progress", "in_progress", "closed")

Rows = dict[type[models.Base], list[dict[str, Any]]]


def add_cases(portal: Portal, team: Team, count: int) -> None:
    """`count` cases of `team`: every stage, deadlines from a month ago to three months ahead, two messages each."""
    for start in range(0, count, AT_ONCE):
        rows: Rows = {models.Case: [], models.Message: [], models.Card: [], models.Wrap: []}
        for number in range(start, min(start + AT_ONCE, count)):
            for kind, row in _case(portal, team, number):
                rows[kind].append(row)
        with portal.parts.database.write() as session:
            for kind, values in rows.items():
                session.execute(insert(kind), values)


def _case(portal: Portal, team: Team, number: int) -> Iterator[tuple[type[models.Base], dict[str, Any]]]:
    case_id, desk, today = secrets.token_bytes(16), Root.generate(), portal.clock.today()
    epoch, card = team.epochs[-1], fit_card(f"{TITLES[number % 5]} {number}", CATEGORIES[number % 5])
    received = today - timedelta(days=number % 97)
    yield models.Case, case_row(portal, team, case_id, received, STAGES[number % 5], number)
    for n, side in enumerate(("reporter", "desk")):
        yield models.Message, message_row(case_id, n, side, received)
    yield (
        models.Card,
        {"case_id": case_id, "number": 0, "sealed": wrap_card(desk, card, case=case_id, number=0)},
    )
    for scope in ("talk", "desk"):
        yield (
            models.Wrap,
            {
                "case_id": case_id,
                "scope": scope,
                "number": 0,
                "holder": epoch.party.hash,
                "wrapped": wrap_case_root(epoch, desk, case=case_id, scope=scope, number=0),
            },
        )


def case_row(
    portal: Portal, team: Team, case_id: bytes, received: date, stage: str, number: int
) -> dict[str, Any]:
    """The case itself, received on a day and in a stage, with the deadlines that follow from them."""
    return {
        "id": case_id,
        "organisation_id": portal.organisation_id,
        "channel_id": team.id,
        "reference": f"{received.year}-{number:05}",
        "received_on": received,
        "stage": stage,
        "acknowledge_due_on": received + timedelta(days=7),
        "acknowledged_on": None if stage == "received" else received + timedelta(days=3),
        "feedback_due_on": received + timedelta(days=98),
        "closed_on": received + timedelta(days=60) if stage == "closed" else None,
        "locator": secrets.token_bytes(32),
        "notebook": secrets.token_bytes(NOTEBOOK_BYTES),
    }


def message_row(case_id: bytes, n: int, side: str, day: date, size: int = MESSAGE_BYTES) -> dict[str, Any]:
    """A message of `size` random bytes: 18,043 is what the shortest text takes."""
    return {
        "case_id": case_id,
        "scope": "talk",
        "n": n,
        "side": side,
        "day": day,
        "size": size,
        "hash": secrets.token_bytes(32),
        "sealed": secrets.token_bytes(size),
    }
