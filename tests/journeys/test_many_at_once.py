"""Rule: eight reporters at once never fail, and never share a running number (the sealed round trip, section 3).

The running number of an organisation and year is drawn in the transaction that stores the report.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from portal.services import register
from portal.services.parts import Clock
from portal.store import models
from tests.builders import Portal
from tests.journeys.server import Server
from tests.journeys.visitor import Visitor
from tests.web.paper import Receipt

REPORTERS = 8
ROUNDS = 3


@pytest.fixture
def real_portal(tmp_path: Path, on_database: dict[str, str]) -> Iterator[Portal]:
    """A portal with one channel, under the machine's own clock, as the server beside it."""
    built = Portal(tmp_path / "instance", Clock(), **on_database)
    built.team(built.staff("Anna Holm"))
    yield built
    built.close()


def send_all_at_once(server: Server) -> list[Receipt]:
    """The receipts of 24 reports: each of eight reporters waits for the others, then sends, three times."""
    ready = Barrier(REPORTERS)

    def send(number: int) -> list[Receipt]:
        visitor = Visitor(server.url)
        receipts = []
        for turn in range(ROUNDS):
            token = visitor.form_token()
            ready.wait(60)
            receipts.append(visitor.report(f"Report {number}.{turn}", token=token))
        return receipts

    with ThreadPoolExecutor(REPORTERS) as pool:
        return [receipt for found in pool.map(send, range(REPORTERS)) for receipt in found]


def test_eight_reporters_at_once_all_succeed_with_numbers_without_gap_or_repeat(
    real_portal: Portal, on_database: dict[str, str]
) -> None:
    with Server(real_portal.parts.settings.instance, **on_database) as server:
        receipts = send_all_at_once(server)
        assert len({receipt.case_key for receipt in receipts}) == REPORTERS * ROUNDS
        assert "Report " in Visitor(server.url).open_case(receipts[-1])
    with real_portal.parts.database.read() as session:
        references = session.scalars(select(models.Case.reference)).all()
        numbers = session.scalars(select(models.RegisterEntry.running_number)).all()
        register.verify(session, real_portal.organisation_id)
    assert len(references) == len(set(references)) == REPORTERS * ROUNDS
    assert sorted(n for n in numbers if n is not None) == list(range(1, REPORTERS * ROUNDS + 1))
