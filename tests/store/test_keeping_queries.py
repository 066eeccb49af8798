"""Rule: what the worker asks of the database gives the same on both kinds: what is over, due, waiting, or still to go.

Sources: REQUIREMENTS AC-06, RD-01; portal/store/{retention,notices,leases,erase_layer}.py.
"""

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import event

from portal.services.erase_keys import EraseLayer
from portal.store import cases, leases, notices, retention
from portal.store.database import Database
from portal.store.erase_keys import EraseKeys
from portal.store.erase_layer import LAYER
from portal.store.models import Case, Hold, NoticeAddress, Officer, RegisterEntry
from tests.store import rows
from tests.store.databases import ON_SQLITE
from tests.store.rows import TODAY, Place

NODE, OTHER = bytes(16), bytes([1]) * 16


@pytest.fixture
def where(database: Database) -> Place:
    """An organisation with a channel."""
    return rows.place(database)


def add(database: Database, *made: object) -> None:
    with database.write() as session:
        session.add_all(made)


def officer(where: Place) -> Officer:
    return Officer(
        id=rows.new_id(), organisation_id=where.organisation_id, name="Ida", name_folded=secrets.token_hex(4),
        language="en", recipient="age1pq1", verify_key=bytes(32), salt=bytes(16), wrapped_root=b"",
        auth_hash=bytes(32), totp_sealed=b"", enrolled_on=TODAY,
    )  # fmt: skip


def test_only_cases_closed_before_the_day_and_not_held_are_over(database: Database, where: Place) -> None:
    closed = [rows.case(where, stage="closed", closed_on=TODAY - timedelta(days=n)) for n in (1, 2, 3)]
    still_open = rows.case(where)
    add(database, *closed, still_open)
    add(database, Hold(case_id=closed[2].id, reason="A claim", review_on=TODAY, set_on=TODAY))
    with database.read() as session:
        assert list(retention.closed_before(session, where.channel_id, TODAY)) == [closed[1].id, closed[0].id]
        assert list(retention.closed_before(session, where.channel_id, TODAY - timedelta(days=1))) == [
            closed[1].id
        ]
        assert retention.held(session, [one.id for one in closed]) == {closed[2].id}
        due = notices.holds_to_review(session, [where.channel_id], TODAY - timedelta(days=1), TODAY)
        assert due == {closed[2].id}
        assert notices.holds_to_review(session, [where.channel_id], TODAY, TODAY) == set()


def test_an_erasure_is_written_down_until_it_is_done(database: Database, where: Place) -> None:
    case = rows.case(where)
    add(database, case)
    blob_id = rows.new_id()
    with database.write() as session:
        cases.erase(session, case.id)
        retention.begin_erasure(session, case.id, [blob_id])
    with database.read() as session:
        left = retention.unfinished(session)
        assert (left.case_ids, left.blob_ids) == ((case.id,), (blob_id,))
        assert retention.among(session, [case.id]) == []
    with database.write() as session:
        retention.end_erasure(session, left.ids)
        assert retention.unfinished(session).ids == ()


def test_rows_from_before_there_were_keys_are_found_and_put_under_them(
    database: Database, where: Place, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case, holder = rows.case(where), rows.new_hash()
    old = rows.wrap(case.id, holder)
    grant = rows.grant(where, case.id, sealed=b"age-encryption.org/v1\n" + bytes(3000))
    of_channel = rows.grant(where, None, sealed=b"age-encryption.org/v1\n" + bytes(3000))
    add(database, case, old, grant, of_channel)
    layered = Database(
        database.url.render_as_string(hide_password=False),
        layer=EraseLayer(EraseKeys(tmp_path_factory.mktemp("erase"))),
    )
    with layered.write() as session:
        assert LAYER in session.info
        assert retention.put_under_keys(session, 10) == 2
    with layered.write() as session:
        assert retention.put_under_keys(session, 10) == 0
    with layered.read() as session:
        assert cases.wraps(session, case.id, [holder])[0].wrapped == old.wrapped
        assert cases.grants(session, case.id, [grant.receiver])[0].sealed == grant.sealed
    with database.read() as session:
        assert len(cases.wraps(session, case.id, [holder])[0].wrapped) == 120
        assert cases.grants(session, case.id, [grant.receiver])[0].sealed.startswith(b"erase v1")
        assert session.get_one(type(of_channel), of_channel.id).sealed == of_channel.sealed
    layered.close()


def test_a_lease_is_had_by_one_node(database: Database) -> None:
    with database.write() as session:
        assert leases.take(session, "worker", NODE, now=1000, seconds=60)
    with database.write() as session:
        assert not leases.take(session, "worker", OTHER, now=1059, seconds=60)
        assert leases.take(session, "worker", OTHER, now=1060, seconds=60)
        leases.give_back(session, "worker", NODE)
    with database.write() as session:
        assert not leases.take(session, "worker", NODE, now=1061, seconds=60)
        leases.give_back(session, "worker", OTHER)
    with database.write() as session:
        assert leases.take(session, "worker", NODE, now=1061, seconds=60)


def test_a_notice_waits_for_its_minute_and_for_people_in_office(database: Database, where: Place) -> None:
    ida, left = officer(where), officer(where)
    left.active = False
    add(database, ida, left)
    add(database, *(
        NoticeAddress(officer_id=one.id, address="a@b.example", told_seq=0, told_on=TODAY, send_at=1000)
        for one in (ida, left)
    ))  # fmt: skip
    with database.write() as session:
        assert [one.officer_id for one in notices.waiting(session, 1000)] == [ida.id]
        assert notices.waiting(session, 999) == []
        assert [one.officer_id for one in notices.at_work(session)] == [ida.id]
        notices.put_result(session, "notice", 1019, "tls")
        notices.put_result(session, "notice", 1079, "tls")
        found = notices.result(session, "notice")
        assert found is not None
        assert (found.at, found.failure, found.failures) == (1020, "tls", 2)


def test_news_is_what_the_register_says_after_an_entry(database: Database, where: Place) -> None:
    entries = [
        RegisterEntry(
            organisation_id=where.organisation_id, seq=seq, year=2026, kind=kind, case_id=bytes([seq]) * 16,
            body=b"{}", previous=bytes(32), hash=bytes(32),
        )
        for seq, kind in ((1, "report-received"), (2, "reply-sent"), (3, "report-received"))
    ]  # fmt: skip
    add(database, *entries)
    with database.read() as session:
        news = notices.cases_with_entries(session, where.organisation_id, 1, ["report-received"])
    assert news == {bytes([3]) * 16}


def test_deadlines_between_two_days_are_those_of_open_cases(database: Database, where: Place) -> None:
    near = rows.case(where, received_on=TODAY - timedelta(days=7))
    far = rows.case(where, received_on=TODAY)
    closed = rows.case(where, received_on=TODAY - timedelta(days=7), stage="closed", closed_on=TODAY)
    add(database, near, far, closed)
    with database.read() as session:
        found = notices.due_between(session, [where.channel_id], TODAY, TODAY + timedelta(days=2))
        assert list(found) == [(near.id, TODAY)]
        assert session.query(Case).count() == 3


def test_deadlines_come_in_steps_without_gap_or_repeat(
    database: Database, where: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "DUE_AT_ONCE", 2)
    made = [rows.case(where, received_on=TODAY - timedelta(days=7 - number // 3)) for number in range(9)]
    taken_up = rows.case(
        where, received_on=TODAY - timedelta(days=97), acknowledged_on=TODAY, stage="in_progress"
    )
    add(database, *made, taken_up)
    due = {case.id: case.acknowledge_due_on for case in made} | {taken_up.id: taken_up.feedback_due_on}
    with database.read() as session:
        found = list(notices.due_between(session, [where.channel_id], min(due.values()), max(due.values())))
    assert len(found) == len(due)
    assert dict(found) == due


@ON_SQLITE  # PostgreSQL chooses by what it knows of its tables, and knows these to be empty
def test_holds_are_looked_at_by_their_day_and_not_by_way_of_all_cases(
    database: Database, where: Place
) -> None:
    asked: list[tuple[str, object]] = []
    with database.read() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda _c, _k, *said: asked.append(said[:2]))
        notices.holds_to_review(session, [where.channel_id], TODAY, TODAY)
        statement, parameters = asked[0]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
        first = next(iter(plan))[3]
    assert "SEARCH holds USING INDEX ix_holds_review_on" in first


@ON_SQLITE  # as above
def test_what_has_no_erase_key_yet_is_found_by_an_index_of_it_alone(
    database: Database, where: Place, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The worker looks each minute: a scan of every grant and wrap would grow with the cases."""
    layered = Database(
        database.url.render_as_string(hide_password=False),
        layer=EraseLayer(EraseKeys(tmp_path_factory.mktemp("erase"))),
    )
    case = rows.case(where)
    add(database, case)
    asked: list[tuple[str, object]] = []

    def note(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    with layered.write() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        retention.put_under_keys(session, 10)
        plans = []
        for statement, parameters in asked[:2]:
            said = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            plans.append(" ".join(str(row) for row in said))
    layered.close()
    assert "ix_wraps_bare" in plans[0]
    assert "ix_grants_bare" in plans[1]
