"""Reporters for the tests of the register: one report each time, or eight processes of them at once."""

import os
from pathlib import Path

from portal.services import register
from portal.store.database import Database
from tests.store import rows


def hand_in(database: Database, where: rows.Place) -> int:
    """The running number of one more report, once it is committed."""
    with database.write() as session:
        case = rows.add_report(session, where)
        entry = register.append(
            session,
            where.organisation_id,
            kind="report-received",
            day=rows.TODAY,
            case_id=case.id,
            running=True,
            facts={"reference": case.reference},
        )
        number = entry.running_number
    assert number is not None
    return number


def start_process(database: Database, where: rows.Place, count: int, told: Path) -> int:
    """The id of a new process that hands in `count` reports and writes their numbers into `told`.

    It ends with status 0 if none of them failed.
    """
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        numbers = [hand_in(database, where) for _ in range(count)]
        told.write_text(" ".join(map(str, numbers)))
        status = 0
    finally:
        os._exit(status)
