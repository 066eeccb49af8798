"""A hundred thousand cases as the server stores them: every table has its rows, random bytes where browsers sealed.

All is of true size but the messages' text. That lies in pages of its own on both databases, which no query here
reads; here it has what a row keeps beside its key, so that 100,000 cases take 1 GB of disk and not 4.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from benchmarks.many_cases import STAGES, Rows, case_row, message_row
from crypto.wrap import wrap_erasable
from portal.store import models
from tests.builders import Portal, Team

AT_ONCE = 1_000
TEXT_BYTES = 400
GRANT_BYTES = 2_400
CARD_BYTES, WRAP_BYTES = 256, 72
ENTRY_BYTES = 220
NO_YEAR = 1
"""A year of no running number: these entries have none."""

Row = tuple[type[models.Base], dict[str, Any]]


def add_rows(portal: Portal, team: Team, count: int) -> None:
    """`count` opened cases of `team`: every stage, deadlines from a month ago on."""
    keys = {secrets.token_bytes(16): secrets.token_bytes(32) for _ in range(count)}
    portal.parts.erase_keys.put_back(_with_head(portal) + b"".join(case + key for case, key in keys.items()))
    entry, record = _of_true_report(portal)
    numbered = list(enumerate(keys.items()))
    for start in range(0, count, AT_ONCE):
        rows: Rows = defaultdict(list)
        for number, (case_id, key) in numbered[start : start + AT_ONCE]:
            for kind, row in _case(portal, team, case_id, key, number, record):
                rows[kind].append(row)
            for kind_of_entry in ("report-received", "case-opened"):
                entry += 1
                rows[models.RegisterEntry].append(_entry(portal, case_id, entry, kind_of_entry))
        with portal.parts.database.write() as session:
            for kind, values in rows.items():
                session.execute(insert(kind), values)
            session.get_one(models.RegisterHead, portal.organisation_id).seq = entry


def _case(
    portal: Portal, team: Team, case_id: bytes, key: bytes, number: int, record: bytes
) -> Iterator[Row]:
    received = portal.today - timedelta(days=number % 97)
    holder = team.epochs[-1].party.hash
    yield models.Case, case_row(portal, team, case_id, received, STAGES[number % 5], number)
    for n, side in enumerate(("reporter", "desk")):
        yield models.Message, message_row(case_id, n, side, received, TEXT_BYTES)
    yield models.Card, {"case_id": case_id, "number": 0, "sealed": secrets.token_bytes(CARD_BYTES)}
    for scope in ("talk", "desk"):
        own = {"case_id": case_id, "number": 0}
        yield models.CaseRecord, {**own, "scope": scope, "raw": record, "hash": secrets.token_bytes(32)}
        wrapped = wrap_erasable(key, secrets.token_bytes(WRAP_BYTES), case=case_id, kind="wrap")
        yield models.Wrap, {**own, "scope": scope, "holder": holder, "wrapped": wrapped}
        sealed = wrap_erasable(key, secrets.token_bytes(GRANT_BYTES), case=case_id, kind="grant")
        yield models.Grant, {
            **own, "id": secrets.token_bytes(16), "purpose": scope, "channel_id": team.id, "receiver": holder,
            "sealed": sealed,
        }  # fmt: skip


def _entry(portal: Portal, case_id: bytes, seq: int, kind: str) -> dict[str, Any]:
    return {
        "organisation_id": portal.organisation_id,
        "seq": seq,
        "year": NO_YEAR,
        "kind": kind,
        "case_id": case_id,
        "body": b'{"day":"%s"}' % portal.today.isoformat().encode() + b" " * ENTRY_BYTES,
        "previous": secrets.token_bytes(32),
        "hash": secrets.token_bytes(32),
    }


def _of_true_report(portal: Portal) -> tuple[int, bytes]:
    """The number of the register's last entry, and a record of a case that was truly signed: some are parsed."""
    with portal.parts.database.read() as session:
        last = session.get_one(models.RegisterHead, portal.organisation_id).seq
        return last, session.scalars(select(models.CaseRecord.raw).limit(1)).one()


def _with_head(portal: Portal) -> bytes:
    """The file of erase keys so far; a true report must have been made before, which begins it."""
    content = portal.parts.erase_keys.content()
    assert content, "no case was reported yet"
    return content
