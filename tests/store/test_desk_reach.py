"""Rule: a list of which much is out of reach repeats and leaves out no case; a page of it costs the same among many.

BUDGETS: the list among 100,000 cases takes at most twice the time of 1,000. So a page looks at 1,000 cases at most.
"""

from itertools import product

import pytest
from sqlalchemy import event

from portal.domain.reference import LENGTH, SYMBOLS
from portal.store.database import Database
from portal.store.desk_list import Cursor, page
from portal.store.desk_queries import counts
from portal.store.desk_reach import LOOKED_AT, Within
from portal.store.models import Case, CaseRecord
from tests.store import rows
from tests.store.rows import TODAY, Place

MINE, OTHERS = b"m" * 32, b"o" * 32
REFERENCES = ("2026-" + "".join(symbols) for symbols in product(SYMBOLS, repeat=LENGTH))
"""Each another: of some thousand drawn by chance two meet now and then."""


@pytest.fixture
def where(database: Database) -> Place:
    """A channel."""
    return rows.place(database)


def store(database: Database, where: Place, many: int, *holders: bytes) -> list[Case]:
    """So many cases, each with a talk record for each of `holders`, the newest last."""
    made = [rows.case(where, reference=next(REFERENCES)) for _ in range(many)]
    with database.write() as session:
        session.add_all(made)
        session.flush()
        for case in made:
            for number, holder in enumerate(holders):
                record = CaseRecord(
                    case_id=case.id, scope="talk", number=number, raw=b"r", hash=rows.new_hash()
                )
                grant = rows.grant(where, case.id, purpose="talk", number=number, receiver=holder)
                session.add_all((record, grant))
    return made


def test_all_that_is_in_reach_is_listed_once_and_no_page_looks_further_than_a_thousand_cases(
    database: Database, where: Place
) -> None:
    """Many are out of reach, and some of those in reach come after more of them than a page looks at."""
    mine = store(database, where, 30, MINE)
    store(database, where, 2 * LOOKED_AT, OTHERS)
    mine += store(database, where, 30, OTHERS, MINE)
    store(database, where, 10, MINE, OTHERS)
    within, cursor, found, pages = Within({where.channel_id}, {MINE}), None, list[bytes](), 0
    while True:
        asked: list[str] = []

        def note(
            _connection: object, _cursor: object, statement: str, *_: object, to: list[str] = asked
        ) -> None:
            to.append(statement)

        with database.read() as session:
            event.listen(session.connection(), "before_cursor_execute", note)
            shown = page(session, [where.channel_id], TODAY, cursor=cursor, within=within)
        assert len(asked) <= 3
        assert len(shown.rows) <= 50
        found += [row.id for row in shown.rows]
        pages += 1
        if shown.next is None:
            break
        cursor = Cursor.parse(str(shown.next))
    assert len(found) == len(set(found))
    assert set(found) == {case.id for case in mine}
    assert pages >= 3


def test_what_is_in_reach_of_the_whole_channel_is_not_asked_for(database: Database, where: Place) -> None:
    other = rows.place(database)
    store(database, where, 2, OTHERS)
    store(database, other, 3, OTHERS)
    channels, within = [where.channel_id, other.channel_id], Within({other.channel_id}, {MINE})
    with database.read() as session:
        shown = page(session, channels, TODAY, within=within)
        assert {row.channel_id for row in shown.rows} == {where.channel_id}
        assert counts(session, channels, TODAY, within=within).unopened == 2
