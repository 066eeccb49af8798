"""Rule: the erase keys are backed up apart, so that erasing a case reaches every older backup of the rest.

Sources: "A team can rely on it", sections 3 and 5; PROTOCOL 7; SPEC 10 (erase layer).
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import delete

from crypto.agefile import seal_bytes
from crypto.errors import CryptoError
from crypto.keys import Root
from portal import create_app
from portal.services import backup_erase_keys, erasing, restore
from portal.services.backup_format import BackupDamaged, EraseKeysMissing, OtherRecipient
from portal.services.parts import Parts
from portal.services.upkeep import bring_up_to_date
from portal.store import cases, models
from portal.store.database import Database
from portal.web.parts import EXTENSION
from tests.builders import Portal, Reporter, Staff, Team
from tests.officer_hand import Hand, hand
from tests.services.backups import KEY, is_untouched, made, members, new_instance, put_back


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """An instance in which nothing was ever done."""
    with new_instance(tmp_path_factory.mktemp("new")) as parts:
        yield parts


def made_keys(parts: Parts) -> bytes:
    """A backup of the erase keys, sealed to KEY."""
    written = io.BytesIO()
    backup_erase_keys.make(parts, [KEY.identity.recipient], written.write)
    return written.getvalue()


def opened(sealed: bytes, key: Root = KEY) -> bytes:
    return backup_erase_keys.opened(io.BytesIO(sealed), [key.identity])


@contextmanager
def started(parts: Parts) -> Iterator[Parts]:
    """The same instance as after its next start."""
    again: Parts = create_app(parts.settings, clock=parts.clock).extensions[EXTENSION]
    bring_up_to_date(again)
    yield again
    again.database.close()
    again.volatile.close()


def read_by(at_work: Hand, parts: Parts) -> list[str]:
    """What the officer reads of the case there."""
    there = Portal.__new__(Portal)
    there.__dict__.update(at_work.portal.__dict__, parts=parts)
    return [message.body.text for message in replace(at_work, portal=there).messages("talk")]


def test_with_them_the_officers_open_every_case_after_a_restore(at_work: Hand, empty: Parts) -> None:
    parts = at_work.portal.parts
    sealed, keys = made(parts), made_keys(parts)
    found = put_back(empty, sealed, erase_keys=opened(keys))
    assert (found.cases, found.erased, found.closed) == (1, 0, 0)
    with started(empty) as there:
        assert read_by(at_work, there) == read_by(at_work, parts) != []


def test_the_other_backup_holds_none_of_them(at_work: Hand) -> None:
    parts = at_work.portal.parts
    key = parts.erase_keys.find(at_work.case_id)
    assert key
    assert key in opened(made_keys(parts))
    assert not [name for name, content in members(made(parts)).items() if key in content]


def test_without_them_a_restore_of_cases_is_refused(reporter: Reporter, portal: Portal, empty: Parts) -> None:
    assert reporter
    with pytest.raises(EraseKeysMissing):
        put_back(empty, made(portal.parts), erase_keys=None)
    assert is_untouched(empty)


def test_without_them_on_purpose_reporters_open_their_cases_and_officers_do_not(
    at_work: Hand, reporter: Reporter, empty: Parts
) -> None:
    found = put_back(empty, made(at_work.portal.parts), erase_keys=b"")
    assert (found.cases, found.closed) == (1, 1)
    with started(empty) as there:
        assert replace(reporter, parts=there).reads().messages[0].text
        with pytest.raises(CryptoError):
            read_by(at_work, there)


def test_a_case_erased_since_an_old_backup_is_erased_again_at_the_next_start(
    portal: Portal, ida: Staff, team: Team, empty: Parts
) -> None:
    kept, gone = portal.report(team, "Kept."), portal.report(team, "Gone.", files={"a.txt": b"a"})
    old = made(portal.parts)
    erasing.erase_by_officer(portal.parts, ida.id, [gone.reference])
    found = put_back(empty, old, erase_keys=opened(made_keys(portal.parts)))
    assert (found.cases, found.erased, found.closed) == (2, 1, 0)
    with started(empty) as there:
        with there.database.read() as session:
            assert cases.ids(session) == {kept.case_id}
        assert not list(there.blobs.root.glob("??/*"))
        assert replace(kept, parts=there).reads().messages[0].text == "Kept."


def test_a_case_erased_since_stays_erased_where_the_database_alone_was_lost(
    portal: Portal, ida: Staff, team: Team
) -> None:
    """The erase keys in the instance are newer than their backup: they know of the erasure, and of a newer case."""
    parts = portal.parts
    kept, gone = portal.report(team, "Kept."), portal.report(team, "Gone.")
    old, old_keys = made(parts), opened(made_keys(parts))
    erasing.erase_by_officer(parts, ida.id, [gone.reference])
    newer = portal.report(team, "Newer.")
    key = parts.erase_keys.find(newer.case_id)
    for _again in range(2):
        lose_rows(parts)
        found = put_back(parts, old, erase_keys=old_keys)
        assert (found.cases, found.erased, found.closed) == (2, 1, 0)
        with started(parts) as there:
            with there.database.read() as session:
                assert cases.ids(session) == {kept.case_id}
            assert there.erase_keys.destroyed() == {gone.case_id}
            assert there.erase_keys.find(newer.case_id) == key
            there_kept = hand(portal, ida, team, kept)
            there_kept.opens()
            assert read_by(there_kept, there) == ["Kept."]


def lose_rows(parts: Parts) -> None:
    """The main database is empty from now on; everything else in the instance stays."""
    raw = Database(parts.settings.database_url)
    with raw.connection() as connection:
        for table in reversed(models.Base.metadata.sorted_tables):
            connection.execute(delete(table))
    raw.close()


def test_an_erased_case_can_not_be_read_by_its_officers_out_of_an_old_backup(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter, empty: Parts
) -> None:
    """Neither with the newest erase keys nor without any: only a backup of them from before would do."""
    at_work = hand(portal, ida, team, reporter)
    at_work.opens()
    old, old_keys = made(portal.parts), made_keys(portal.parts)
    erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference])
    put_back(empty, old, erase_keys=opened(made_keys(portal.parts)))
    with pytest.raises(CryptoError):
        read_by(at_work, empty)
    empty.erase_keys.path.write_bytes(opened(old_keys))
    with started(empty) as there:
        assert read_by(at_work, there), "the old keys open it: the refusal above had another reason"


def test_erase_keys_older_than_the_backup_leave_the_newer_cases_closed_and_say_so(
    portal: Portal, team: Team, empty: Parts
) -> None:
    portal.report(team, "Before.")
    keys = made_keys(portal.parts)
    portal.report(team, "After.")
    found = restore.check(empty, io.BytesIO(made(portal.parts)), [KEY.identity], erase_keys=opened(keys))
    assert (found.cases, found.closed) == (2, 1)


def test_a_portal_without_cases_has_an_empty_backup_of_them(portal: Portal) -> None:
    assert opened(made_keys(portal.parts)) == b""


@pytest.mark.parametrize(
    "length", [0, 100, 1_650, -1], ids=["empty", "in the header", "in the keys", "one byte short"]
)
def test_a_torn_backup_of_them_is_refused(length: int, reporter: Reporter, portal: Portal) -> None:
    assert reporter
    with pytest.raises(BackupDamaged):
        opened(made_keys(portal.parts)[:length])


def test_a_changed_one_is_refused(reporter: Reporter, portal: Portal) -> None:
    assert reporter
    changed = bytearray(made_keys(portal.parts))
    changed[-40] ^= 1
    with pytest.raises(BackupDamaged):
        opened(bytes(changed))


def test_something_else_is_refused(portal: Portal) -> None:
    with pytest.raises(BackupDamaged):
        opened(seal_bytes(b"no keys" * 20, [KEY.identity.recipient]))
    with pytest.raises(OtherRecipient):
        opened(made_keys(portal.parts), Root.generate())
