"""Rule: a backup is one moment of the portal, sealed; restored, it is all there, and a damaged one restores nothing.

Source: "A team can rely on it", section 5; SPEC 5 (age). The drill with a running server is in
tests/journeys/test_backup_drill.py.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from crypto.keys import Root
from portal import create_app
from portal.services import attachments, backup, mailbox, restore, sessions
from portal.services.backup_format import (
    DATABASE,
    MANIFEST,
    BackupError,
    BackupUnderway,
    NotEmpty,
    StillRunning,
)
from portal.services.backup_room import working_folder
from portal.services.errors import NotSignedIn
from portal.services.parts import Parts
from portal.settings import SECRET_FILES
from portal.store import cases, migrate, models
from portal.store.database import Database
from portal.web.parts import EXTENSION
from tests.builders import Portal, Reporter, Team
from tests.journeys.server import free_port
from tests.services.backups import KEY, PHOTO, forged, is_untouched, made, members, new_instance, put_back
from tests.store.older import make_older, revisions


@pytest.fixture
def reporters(portal: Portal, team: Team) -> list[Reporter]:
    """Three reports, one with two files."""
    files = {"photo.jpg": PHOTO, "note.txt": b"Third drawer."}
    return [
        portal.report(team, "One."),
        portal.report(team, "Two.", files=files),
        portal.report(team, "Three."),
    ]


@pytest.fixture
def sealed(portal: Portal, reporters: list[Reporter]) -> bytes:
    """A backup of that portal."""
    assert reporters
    return made(portal.parts)


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """Another instance, in which nothing was ever done."""
    with new_instance(tmp_path_factory.mktemp("new")) as parts:
        yield parts


def started(parts: Parts) -> Parts:
    """The same instance as the next start sees it: with the key files that lie there now."""
    again: Parts = create_app(parts.settings, clock=parts.clock).extensions[EXTENSION]
    return again


# What is in it, and what is not


def test_every_receipt_opens_its_report_in_the_restored_instance(
    reporters: list[Reporter], sealed: bytes, empty: Parts
) -> None:
    put_back(empty, sealed)
    parts = started(empty)
    for reporter, words in zip(reporters, ("One.", "Two.", "Three."), strict=True):
        there = replace(reporter, parts=parts)
        messages = there.reads().messages
        assert [(message.text, message.problem) for message in messages] == [(words, None)]


def test_files_come_back_as_they_were_sent(reporters: list[Reporter], sealed: bytes, empty: Parts) -> None:
    put_back(empty, sealed)
    there = replace(reporters[1], parts=started(empty))
    visit = there.visit()
    names = {}
    for file in mailbox.read(there.parts, visit).messages[0].files:
        root, item = mailbox.file(visit, file.id)
        opened = attachments.open_file(there.parts, root, item)
        names[file.name] = b"".join(opened)
    assert names == {"photo.jpg": PHOTO, "note.txt": b"Third drawer."}


def test_key_files_and_register_come_back_to_the_byte(portal: Portal, sealed: bytes, empty: Parts) -> None:
    found = put_back(empty, sealed)
    for name in SECRET_FILES:
        key = empty.settings.instance / f"{name}.key"
        assert key.read_bytes() == (portal.parts.settings.instance / f"{name}.key").read_bytes()
        assert (key.stat().st_mode & 0o777, key.stat().st_mtime) == (0o600, 0), "check would call it younger"
    with portal.parts.database.read() as session:
        head = session.scalars(select(models.RegisterHead)).one()
    assert (found.register.entries, found.register.head, found.register.problem) == (head.seq, head.hash, "")


def test_no_session_comes_back(reporters: list[Reporter], portal: Portal, empty: Parts) -> None:
    cookie = mailbox.sign_in(portal.parts, reporters[0].receipt.case_key, reporters[0].receipt.passphrase)
    sessions.resume(portal.parts, "mailbox", cookie.value)  # it is alive before
    sealed = made(portal.parts)
    assert not [name for name in members(sealed) if "volatile" in name]
    put_back(empty, sealed)
    with pytest.raises(NotSignedIn):
        sessions.resume(started(empty), "mailbox", cookie.value)
    with empty.volatile.read() as session:
        assert session.scalars(select(models.SessionRow)).all() == []


def test_what_an_empty_instance_had_of_sessions_and_set_up_is_gone_after_a_restore(
    sealed: bytes, empty: Parts
) -> None:
    put_back_instance = empty.settings.instance
    migrate.upgrade(empty.settings.database_url, empty.settings.volatile_url)
    cookie = sessions.start(empty, "mailbox", bytes(16))
    (put_back_instance / "setup.token").write_text("of a link that nobody used")
    put_back(empty, sealed)
    assert not (put_back_instance / "setup.token").exists()
    with pytest.raises(NotSignedIn):
        sessions.resume(empty, "mailbox", cookie.value)


def test_settings_come_back_beside_and_never_in_force(portal: Portal, empty: Parts) -> None:
    line = 'database_url = "sqlite:////another/place.sqlite"\n'
    (portal.parts.settings.instance / "settings.toml").write_text(line)
    put_back(empty, made(portal.parts))
    assert not (empty.settings.instance / "settings.toml").exists()
    assert (empty.settings.instance / "settings.toml.from-backup").read_text() == line


def test_restored_files_tell_no_more_than_their_day(sealed: bytes, empty: Parts) -> None:
    put_back(empty, sealed)
    found = list(empty.blobs.root.glob("??/*"))
    assert len(found) == 2
    assert {path.stat().st_mtime % 86_400 for path in found} == {0}
    assert {path.stat().st_mode & 0o777 for path in found} == {0o600}


def test_it_opens_for_each_of_several_recipients(
    portal: Portal, reporters: list[Reporter], empty: Parts
) -> None:
    assert reporters
    other, written = Root.generate(), io.BytesIO()
    backup.make(portal.parts, [KEY.identity.recipient, other.identity.recipient], written.write)
    for identity in (KEY.identity, other.identity):
        assert restore.check(empty, io.BytesIO(written.getvalue()), [identity]).cases == 3


def test_a_check_says_what_is_in_it_and_leaves_the_instance_as_it_was(sealed: bytes, empty: Parts) -> None:
    migrate.upgrade(empty.settings.database_url, empty.settings.volatile_url)
    found = restore.check(empty, io.BytesIO(sealed), [KEY.identity])
    assert (found.cases, found.sealed_files, found.made_at) == (3, 2, "2026-03-02T09:30Z")
    assert is_untouched(empty)


# One moment


def while_written(parts: Parts, act: Callable[[], object]) -> tuple[bytes, backup.Made]:
    """A backup in whose middle, after the database and before the sealed files, something else happens."""
    written, waiting = io.BytesIO(), [act]

    def write(data: bytes) -> None:
        if waiting:
            waiting.pop()()
        written.write(data)

    done = backup.make(parts, [KEY.identity.recipient], write)
    assert not waiting
    return written.getvalue(), done


def test_what_comes_while_it_is_written_is_not_in_it_and_does_it_no_harm(
    portal: Portal, team: Team, reporters: list[Reporter], empty: Parts
) -> None:
    assert reporters
    sealed, done = while_written(
        portal.parts, lambda: portal.report(team, "Later.", files={"later.txt": b"later"})
    )
    assert (done.sealed_files, done.erased, done.lost) == (2, (), ())
    assert put_back(empty, sealed).cases == 3


def test_a_case_erased_while_it_is_written_is_named(
    portal: Portal, reporters: list[Reporter], empty: Parts
) -> None:
    case = portal.case(reporters[1])

    def erase() -> None:
        with portal.parts.database.write() as session:
            gone = cases.erase(session, case.id)
        for blob_id in gone:
            portal.parts.blobs.erase(blob_id)

    sealed, done = while_written(portal.parts, erase)
    assert (done.sealed_files, done.erased, done.lost) == (0, (case.reference,), ())
    assert put_back(empty, sealed).without_files == (case.reference,)


def test_a_sealed_file_that_the_portal_has_lost_is_named_and_the_rest_is_backed_up(
    portal: Portal, reporters: list[Reporter], empty: Parts
) -> None:
    with portal.parts.database.read() as session:
        portal.parts.blobs.erase(min(cases.blob_ids(session)))
    written = io.BytesIO()
    done = backup.make(portal.parts, [KEY.identity.recipient], written.write)
    assert (done.sealed_files, done.lost) == (1, (reporters[1].reference,))
    assert put_back(empty, written.getvalue()).without_files == (reporters[1].reference,)


def test_a_register_that_is_broken_is_backed_up_and_told(portal: Portal, sealed: bytes, empty: Parts) -> None:
    assert sealed
    with portal.parts.database.connection() as connection:
        connection.execute(text("UPDATE register_entries SET body = :body WHERE seq = 2"), {"body": b"{}"})
    found = put_back(empty, made(portal.parts))
    assert found.register.problem.startswith("register entry 2")


# Nothing is left on the way, and nothing is in clear


def test_nothing_is_left_of_the_work(portal: Portal, sealed: bytes) -> None:
    assert sealed
    assert not (portal.parts.settings.instance / ".backup").exists()


def test_what_lies_on_the_disk_meanwhile_is_private_and_a_killed_run_leaves_it_only_until_the_next(
    portal: Portal, reporters: list[Reporter]
) -> None:
    assert reporters
    folder = portal.parts.settings.instance / ".backup"
    seen: list[int] = []
    while_written(
        portal.parts, lambda: seen.extend(path.stat().st_mode for path in [folder, *folder.iterdir()])
    )
    assert len(seen) >= 2
    assert not [mode for mode in seen if mode & 0o077]
    folder.mkdir()
    (folder / "left by a killed run").touch()
    made(portal.parts)
    assert not folder.exists()


def test_no_text_and_no_file_name_is_in_the_tar_either(sealed: bytes) -> None:
    """Who opens the backup has what a thief of the database has, and no more."""
    inside = b"".join(members(sealed).values())
    for said in (b"One.", b"Third drawer", b"photo.jpg", PHOTO[:64]):
        assert said not in inside


def test_two_backups_at_once_are_refused(portal: Portal) -> None:
    with working_folder(portal.parts.settings.instance), pytest.raises(BackupUnderway):
        made(portal.parts)


# Earlier versions


@pytest.mark.parametrize("revision", revisions()[1:-1])
def test_a_backup_of_an_earlier_version_is_restored_and_brought_up_to_date(
    revision: str,
    portal: Portal,
    reporters: list[Reporter],
    empty: Parts,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("older")
    raw = Database(portal.parts.settings.database_url)
    make_older(f"sqlite:///{folder / 'old.sqlite'}", revision, raw, folder)
    raw.close()
    files = members(made(portal.parts))
    files[DATABASE] = (folder / "old.sqlite").read_bytes()
    manifest = json.loads(files[MANIFEST])
    named = [
        [DATABASE, len(files[DATABASE]), hashlib.sha256(files[DATABASE]).hexdigest()],
        *manifest["files"][1:],
    ]
    files[MANIFEST] = json.dumps(manifest | {"schema": revision, "files": named}).encode()
    assert put_back(empty, forged(files)).cases == 3
    assert replace(reporters[1], parts=started(empty)).reads().messages[0].text == "Two."


# Where it may be restored


def test_a_used_instance_is_never_restored_over(portal: Portal, sealed: bytes) -> None:
    before = made(portal.parts)
    with pytest.raises(NotEmpty):
        put_back(replace(portal.parts, settings=replace(portal.parts.settings, port=free_port())), sealed)
    assert members(before)["keys/salt.key"] == members(made(portal.parts))["keys/salt.key"]


def test_a_running_portal_is_not_restored_under(sealed: bytes, empty: Parts) -> None:
    import socket  # noqa: PLC0415 - the one test that listens

    with socket.create_server(("127.0.0.1", empty.settings.port)), pytest.raises(StillRunning):
        put_back(empty, sealed)
    put_back(empty, sealed)


def test_a_database_that_was_not_migrated_is_not_backed_up(empty: Parts) -> None:
    with pytest.raises(BackupError, match="migrate"):
        made(empty)
