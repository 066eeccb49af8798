"""Every report gets a running number and a line that can't be removed, changed, moved or slipped in unseen
(Directive (EU) 2019/1937, Art. 18(1)); eight reporters at once never fail and never share a number.
"""

import json
import os
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from portal.domain.errors import EntryRefused, RegisterBroken
from portal.services import register
from portal.store import register as lines
from portal.store.database import Database
from portal.store.models import RegisterEntry
from tests.builders import Portal
from tests.services.reporters import hand_in, start_process
from tests.store import rows
from tests.store.rows import Place

WRITERS = 8
NOW = datetime(2026, 5, 4, 10, 31, 42, tzinfo=UTC)


@pytest.fixture
def where(database: Database) -> Place:
    return rows.place(database)


def numbers(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(RegisterEntry.running_number).order_by(RegisterEntry.seq)))


def verified(database: Database, where: Place) -> int:
    with database.read() as session:
        return register.verify(session, where.organisation_id).entries


def test_eight_processes_at_once_never_fail_and_never_share_a_number(
    database: Database, where: Place, tmp_path: Path
) -> None:
    each = 12
    told = [tmp_path / f"{writer}.txt" for writer in range(WRITERS)]
    started = [start_process(database, where, each, one) for one in told]
    assert [os.waitpid(one, 0)[1] for one in started] == [0] * WRITERS
    drawn = [int(number) for one in told for number in one.read_text().split()]
    assert sorted(drawn) == list(range(1, WRITERS * each + 1))
    assert numbers(database) == list(range(1, WRITERS * each + 1))
    assert verified(database, where) == WRITERS * each


def test_eight_threads_at_once_never_fail_and_never_share_a_number(database: Database, where: Place) -> None:
    drawn: list[int] = []

    def report() -> None:
        drawn.extend(hand_in(database, where) for _ in range(10))

    threads = [threading.Thread(target=report) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawn) == list(range(1, WRITERS * 10 + 1))
    assert verified(database, where) == WRITERS * 10


def test_the_first_two_entries_of_an_organisation_may_meet(database: Database) -> None:
    """Before the first entry there is no row to lock: the moment a race would be lost."""
    for _ in range(5):
        where = rows.place(database)
        both = [threading.Thread(target=hand_in, args=(database, where)) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert verified(database, where) == 2


def test_a_number_that_was_drawn_by_a_report_that_failed_is_given_to_the_next(
    database: Database, where: Place
) -> None:
    def fail() -> None:
        with database.write() as session:
            register.append(
                session, where.organisation_id, kind="report-received", day=rows.TODAY, running=True
            )
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert hand_in(database, where) == 1


def test_numbers_begin_anew_each_year_and_entries_do_not(database: Database, where: Place) -> None:
    with database.write() as session:
        made = [
            register.append(session, where.organisation_id, kind="report-received", day=day, running=True)
            for day in (date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 1))
        ]
    assert [(one.year, one.running_number, one.seq) for one in made] == [
        (2026, 1, 1),
        (2026, 2, 2),
        (2027, 1, 3),
    ]
    assert verified(database, where) == 3


def test_each_organisation_counts_for_itself(database: Database, where: Place) -> None:
    other = rows.place(database)
    assert [hand_in(database, where), hand_in(database, other), hand_in(database, where)] == [1, 1, 2]
    assert (verified(database, where), verified(database, other)) == (2, 1)


def test_an_entry_without_a_number_takes_none(database: Database, where: Place) -> None:
    hand_in(database, where)
    with database.write() as session:
        register.append(session, where.organisation_id, kind="acknowledged", at=NOW)
    hand_in(database, where)
    assert numbers(database) == [1, None, 2]


def test_a_reporters_entry_holds_the_day_and_a_staff_entry_the_minute(
    database: Database, where: Place
) -> None:
    case_id = rows.new_id()
    with database.write() as session:
        register.append(
            session,
            where.organisation_id,
            kind="report-received",
            day=rows.TODAY,
            case_id=case_id,
            running=True,
            facts={"reference": "2026-M4TX9"},
        )
        register.append(session, where.organisation_id, kind="acknowledged", at=NOW, case_id=case_id)
    with database.read() as session:
        first, second = (line.body for line in lines.lines(session, where.organisation_id))
    start = f'{{"case":"{case_id.hex()}"'.encode()
    assert first == start + (
        b',"day":"2026-05-04","facts":{"reference":"2026-M4TX9"},"kind":"report-received","number":1,'
        b'"organisation":"' + where.organisation_id.hex().encode() + b'","seq":1,"v":1,"year":2026}'
    )
    assert second.startswith(b'{"at":"2026-05-04T10:31Z","case":"')


@pytest.mark.parametrize(
    ("kind", "when"),
    [("report-received", {"at": NOW}), ("acknowledged", {"day": rows.TODAY}), ("made-up", {"at": NOW})],
    ids=["a reporter's minute", "a staff act without one", "a kind nobody knows"],
)
def test_an_entry_that_breaks_the_rules_is_refused(
    database: Database, where: Place, kind: str, when: dict[str, Any]
) -> None:
    with pytest.raises(EntryRefused), database.write() as session:
        register.append(session, where.organisation_id, kind=kind, **when)
    assert numbers(database) == []


def test_an_entry_outlives_its_case(database: Database, where: Place) -> None:
    hand_in(database, where)
    with database.write() as session:
        session.execute(text("DELETE FROM cases"))
    assert verified(database, where) == 1


TAMPERED = {
    "a changed body": "UPDATE register_entries SET body = previous WHERE seq = 3",
    "a changed kind": "UPDATE register_entries SET kind = 'test-received' WHERE seq = 3",
    "a changed number": "UPDATE register_entries SET running_number = 77 WHERE seq = 3",
    "a removed entry": "DELETE FROM register_entries WHERE seq = 3",
    "two entries in each other's place": (
        "UPDATE register_entries SET body = (SELECT body FROM register_entries o WHERE o.seq = 7 - "
        "register_entries.seq), hash = (SELECT hash FROM register_entries o WHERE o.seq = 7 - "
        "register_entries.seq), running_number = 100 + seq WHERE seq IN (3, 4)"
    ),
    "an entry of another case": "UPDATE register_entries SET case_id = NULL WHERE seq = 3",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_somebody_did_to_an_entry_in_the_database_is_found(
    database: Database, where: Place, how: str
) -> None:
    for _ in range(6):
        hand_in(database, where)
    with database.write() as session:
        session.execute(text(TAMPERED[how]))
    with pytest.raises(RegisterBroken) as broken:
        verified(database, where)
    assert broken.value.seq == 3


@pytest.mark.parametrize(
    "cut", ["DELETE FROM register_entries WHERE seq > 4", "DELETE FROM register_entries"]
)
def test_an_end_that_was_cut_off_is_found(database: Database, where: Place, cut: str) -> None:
    for _ in range(6):
        hand_in(database, where)
    with database.write() as session:
        session.execute(text(cut))
    with pytest.raises(RegisterBroken):
        verified(database, where)


def test_an_entry_slipped_in_at_the_end_is_found(database: Database, where: Place) -> None:
    for _ in range(3):
        hand_in(database, where)
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO register_entries (organisation_id, seq, year, kind, body, previous, hash) "
                "SELECT organisation_id, 4, year, kind, body, hash, previous FROM register_entries "
                "WHERE seq = 3"
            )
        )
    with pytest.raises(RegisterBroken) as broken:
        verified(database, where)
    assert broken.value.seq == 4


def test_verifying_gives_the_hash_to_write_down_elsewhere(database: Database, where: Place) -> None:
    hand_in(database, where)
    with database.read() as session:
        first = register.verify(session, where.organisation_id)
    hand_in(database, where)
    with database.read() as session:
        second = register.verify(session, where.organisation_id)
        entries = list(lines.lines(session, where.organisation_id))
    assert [one.hash for one in entries] == [first.head, second.head]


@pytest.mark.parametrize("is_test", [False, True], ids=["a report", "a test report"])
def test_a_channel_whose_name_holds_a_time_of_day_takes_reports_and_is_named_by_its_id(
    portal: Portal, *, is_test: bool
) -> None:
    team = portal.team(portal.staff("Anna Holm"), name="Care line 08:00-16:00", slug="care")
    reporter = portal.report(team, is_test=is_test)
    with portal.parts.database.read() as session:
        (line,) = lines.lines(session, portal.organisation_id)
    assert json.loads(line.body)["facts"] == {
        "channel": team.id.hex(),
        "reference": portal.case(reporter).reference,
    }


def test_a_register_whose_older_lines_have_the_channels_name_still_verifies(portal: Portal) -> None:
    with portal.parts.database.write() as session:
        register.append(
            session,
            portal.organisation_id,
            kind="report-received",
            day=portal.today,
            running=True,
            facts={"channel": "Whistleblowing", "reference": "2026-M4TX9"},
        )
    portal.report(portal.team(portal.staff("Anna Holm")))
    with portal.parts.database.read() as session:
        assert register.verify(session, portal.organisation_id).entries == 2


def test_an_organisation_without_entries_verifies(database: Database, where: Place) -> None:
    assert verified(database, where) == 0
