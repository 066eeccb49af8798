"""What was acknowledged survives; what failed leaves nothing; what a driver says reaches nobody's log."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from portal.store import cases
from portal.store.database import Database
from portal.store.errors import Conflict, StoreError
from portal.store.models import Case, Channel, Organisation, Wrap
from tests.store import rows


@pytest.fixture
def where(database: Database) -> rows.Place:
    return rows.place(database)


def names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Organisation.name)))


def test_what_is_written_is_there_for_the_next_reader(database: Database) -> None:
    with database.write() as session:
        session.add(rows.organisation(name="Stiftelsen"))
    assert names(database) == {"Stiftelsen"}


def test_a_use_case_that_fails_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            session.add(rows.organisation())
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    assert names(database) == set()


def test_rows_may_be_added_in_any_order(database: Database) -> None:
    owner = rows.organisation()
    way_in = rows.channel(owner.id)
    case = rows.case(rows.Place(owner.id, way_in.id))
    with database.write() as session:
        for row in (rows.message(case.id), case, way_in, owner):
            session.add(row)
            session.flush()


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    with pytest.raises(StoreError), database.write() as session:
        session.add(rows.channel(rows.new_id()))
    with database.read() as session:
        assert session.scalars(select(Channel)).all() == []


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError), database.read() as session:
        session.execute(text("DELETE FROM organisations"))


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(select(Organisation)).all() == []
        with database.write() as other:
            other.add(rows.organisation())
        assert session.scalars(select(Organisation)).all() == []


def test_a_taken_reference_is_a_conflict_that_says_so(database: Database, where: rows.Place) -> None:
    with database.write() as session:
        session.add(rows.case(where, reference="2026-M4TX9"))
    with pytest.raises(Conflict) as conflict, database.write() as session:
        session.add(rows.case(where, reference="2026-M4TX9"))
    assert conflict.value.what == "cases.organisation_id,reference"


Taken = Callable[[rows.Place, Case], object]
TAKEN: dict[str, tuple[str, Taken]] = {
    "a locator": ("cases.locator", lambda where, case: rows.case(where, locator=case.locator)),
    "a case id": ("cases.id", lambda where, case: rows.case(where, id=case.id)),
    "a message number": ("messages.case_id,scope,n", lambda _, case: rows.message(case.id, 0)),
    "a case's grant": (
        "grants.purpose,channel_id,case_id,number,receiver",
        lambda where, case: rows.grant(where, case.id, receiver=bytes(32)),
    ),
    "a channel's grant": (
        "grants.purpose,channel_id,number,receiver",
        lambda where, _: rows.grant(where, None, purpose="channel", receiver=bytes(32)),
    ),
    "a channel record's number": ("channel_records.channel_id,number", lambda w, _: rows.channel_record(w)),
}


@pytest.mark.parametrize("taken", TAKEN)
def test_the_second_of_anything_unique_is_a_conflict(
    database: Database, where: rows.Place, taken: str
) -> None:
    what, second = TAKEN[taken]
    case = rows.case(where)
    with database.write() as session:
        session.add_all(
            [
                case,
                rows.message(case.id, 0),
                rows.grant(where, case.id, receiver=bytes(32)),
                rows.grant(where, None, purpose="channel", receiver=bytes(32)),
                rows.channel_record(where),
            ]
        )
    with pytest.raises(Conflict) as conflict, database.write() as session:
        session.add(second(where, case))
    assert conflict.value.what == what


def test_an_error_quotes_nothing_of_the_row(database: Database, where: rows.Place) -> None:
    """A log that quotes a locator would let a thief of the log find the case."""
    case = rows.case(where, reference="2026-SECRT")
    with database.write() as session:
        session.add(case)
    with pytest.raises(StoreError) as refused, database.write() as session:
        session.add(rows.case(where, reference="2026-SECRT"))
    told = repr(refused.value) + repr(refused.value.__cause__)
    assert "SECRT" not in told
    assert refused.value.__suppress_context__


def test_a_row_prints_nothing_of_what_it_holds() -> None:
    assert "Fonden" not in repr(rows.organisation())


@pytest.mark.parametrize("length", [0, 15, 17])
def test_an_id_of_another_length_never_reaches_the_database(database: Database, length: int) -> None:
    with pytest.raises((StatementError, ValueError, StoreError)), database.write() as session:
        session.add(rows.organisation(id=bytes(length)))
    assert names(database) == set()


def test_erasing_a_case_takes_all_that_hangs_on_it_and_nothing_else(
    database: Database, where: rows.Place
) -> None:
    with database.write() as session:
        gone, kept = rows.add_report(session, where), rows.add_report(session, where)
        session.add_all([rows.wrap(one.id, bytes(32)) for one in (gone, kept)])
        session.add(rows.card(gone.id))
    with database.write() as session:
        cases.erase(session, gone.id)
    with database.read() as session:
        assert session.scalars(select(Case.id)).all() == [kept.id]
        assert session.scalars(select(Wrap.case_id)).all() == [kept.id]
        assert cases.records(session, gone.id, "talk") == []
        assert len(cases.messages(session, kept.id, "talk")) == 1


@pytest.mark.usefixtures("where")
def test_an_organisation_cannot_be_deleted_from_under_its_channels(database: Database) -> None:
    with pytest.raises(StoreError), database.write() as session:
        session.execute(text("DELETE FROM organisations"))
    assert len(names(database)) == 1


def test_the_next_deadline_follows_from_the_stage_alone(database: Database, where: rows.Place) -> None:
    with database.write() as session:
        case = rows.case(where)
        session.add(case)
        session.flush()
        assert (case.lane, case.due_on) == (0, case.acknowledge_due_on)
        case.stage, case.acknowledged_on = "acknowledged", rows.TODAY
        session.flush()
        assert (case.lane, case.due_on) == (1, case.feedback_due_on)
        case.stage, case.closed_on = "closed", rows.TODAY
        session.flush()
        assert (case.lane, case.due_on) == (2, None)


def test_a_notebook_is_replaced_only_in_the_version_that_was_read(
    database: Database, where: rows.Place
) -> None:
    case = rows.case(where)
    with database.write() as session:
        session.add(case)
    with database.write() as session:
        assert cases.put_notebook(session, case.id, seen=0, notebook=b"first")
        assert not cases.put_notebook(session, case.id, seen=0, notebook=b"second")
    with database.read() as session:
        stored = cases.by_locator(session, case.locator)
        assert stored is not None
        assert stored.notebook == b"first"
        assert stored.notebook_version != 0


@pytest.mark.parametrize(
    ("drawn", "seen", "kept"),
    [(0, 0, 1), (4, 5, 4), (5, 5, 6), (2**31 - 2, 2**31 - 1, 2**31 - 2), (2**31 - 2, 0, 2**31 - 1)],
    ids=["the first", "the one before", "the same", "the last", "the largest"],
)
def test_the_next_version_is_drawn_among_all_but_the_one_that_was_read(
    database: Database, where: rows.Place, monkeypatch: pytest.MonkeyPatch, drawn: int, seen: int, kept: int
) -> None:
    """Were it counted, two backups would tell how often the reporter came between them."""
    monkeypatch.setattr("portal.store.cases.secrets.randbelow", lambda below: min(drawn, below - 1))
    case = rows.case(where)
    case.notebook_version = seen
    with database.write() as session:
        session.add(case)
    with database.write() as session:
        assert cases.put_notebook(session, case.id, seen=seen, notebook=b"next")
    with database.read() as session:
        assert session.get_one(Case, case.id).notebook_version == kept
