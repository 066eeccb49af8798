"""Rule: `flask check` names what is wrong with an installation, one line each, and ends with 1 when anything is.

Source: "A team can rely on it", section 5. A check that can't find the fault it names would be worse than none, so
each fault is made here on purpose.
"""

import os
import resource
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from portal.services import checking
from portal.services.erase_keys import keys_of, open_database
from portal.services.findings import Level
from portal.services.parts import Parts
from portal.store.database import Database
from portal.store.models import Grant
from tests.builders import Portal, SetClock, Team

FAR = 2**62


def findings(parts: Parts, level: Level) -> list[str]:
    return [finding.text for finding in checking.check(parts) if finding.level is level]


def bad(parts: Parts, **changed: object) -> list[str]:
    """What is BAD once these settings are changed."""
    return findings(replace(parts, settings=replace(parts.settings, **changed)), Level.BAD)  # type: ignore[arg-type]


@pytest.fixture
def kind() -> str:
    """SQLite alone: these tests break the database they look at, and on PostgreSQL it is everybody's."""
    return "sqlite"


@pytest.fixture
def sound(portal: Portal, team: Team, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """A portal with nothing wrong: set up, one report in, behind one proxy."""
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (0, 0))
    portal.report(team)
    return replace(portal.parts, settings=replace(portal.parts.settings, trusted_proxies=1))


def test_a_sound_portal_has_nothing_but_ok_lines(sound: Parts) -> None:
    keys = sound.settings.instance.glob("*.key")
    for key in keys:  # as old as the portal, whose clock stands in the past
        os.utime(key, (0, 0))
    found = list(checking.check(sound))
    assert {finding.level for finding in found} == {Level.OK}, found
    assert [finding.text.split(":")[0] for finding in found] == [
        "settings", "files", "keys", "space", "database", "register", "erase keys", "clock", "core dumps",
        "proxy", "mail",
    ]  # fmt: skip


def test_each_finding_is_one_line(sound: Parts) -> None:
    assert not [finding for finding in checking.check(sound) if "\n" in finding.text]


def opened_to_others(instance: Path) -> None:
    (instance / "fortrolig.sqlite").chmod(0o640)


def key_cut(instance: Path) -> None:
    (instance / "salt.key").write_bytes(b"short")


def key_gone(instance: Path) -> None:
    (instance / "locator.key").unlink()


def folder_open(instance: Path) -> None:
    instance.chmod(0o750)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (opened_to_others, "files: other users can get at fortrolig.sqlite"),
        (folder_open, "files: other users can get at the folder itself"),
        (key_cut, "keys: missing or not 32 bytes: salt"),
        (key_gone, "keys: missing or not 32 bytes: locator"),
    ],
    ids=["database readable by a group", "folder open to a group", "key cut short", "key gone"],
)
def test_a_fault_of_the_instance_folder_is_bad(
    fault: Callable[[Path], None], said: str, sound: Parts
) -> None:
    fault(sound.settings.instance)
    assert bad(sound) == [said]


@pytest.mark.parametrize("content", [None, b"", b"something else" * 9], ids=["gone", "empty", "another file"])
def test_cases_without_their_erase_keys_are_bad(content: bytes | None, sound: Parts) -> None:
    keys = sound.settings.instance / "erase" / "keys"
    keys.unlink() if content is None else keys.write_bytes(content)
    assert [line.split(":")[0] for line in bad(started_anew(sound))] == ["erase keys"]


def started_anew(sound: Parts) -> Parts:
    """With the erase keys that lie on the disk now."""
    found = keys_of(sound.settings)
    return replace(sound, erase_keys=found, database=open_database(sound.settings, found))


def test_cases_stored_before_there_were_erase_keys_are_sound_without_one(sound: Parts) -> None:
    with sound.database.read() as session:
        as_sealed = {grant.id: grant.sealed for grant in session.scalars(select(Grant))}
    with closing(Database(sound.settings.database_url)) as layerless, layerless.write() as session:
        for grant in session.scalars(select(Grant)):
            grant.sealed = as_sealed[grant.id]
    (sound.settings.instance / "erase" / "keys").unlink()
    reopened = started_anew(sound)
    assert bad(reopened) == []
    assert [
        line for line in findings(reopened, Level.OK) if line.startswith("erase keys: 1 of 1 cases are older")
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_bad(sound: Parts) -> None:
    os.chown(sound.settings.instance / "totp.key", 65534, 65534)
    assert bad(sound) == [f"files: not owned by this user, uid {os.geteuid()}: totp.key"]


def test_a_key_younger_than_the_portal_is_noted(sound: Parts) -> None:
    for key in sound.settings.instance.glob("*.key"):
        os.utime(key, (0, 0))
    os.utime(sound.settings.instance / "locator.key")
    assert [line for line in findings(sound, Level.NOTE) if line.startswith("keys: locator younger")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"max_file_bytes": FAR}, "settings: max_file_bytes is more than"),
        ({"max_text_bytes": 200_001}, "settings: max_text_bytes is more than"),
        ({"idle_minutes": 0}, "settings: idle_minutes is not between"),
        ({"idle_minutes": 61}, "settings: idle_minutes is not between"),
        ({"kdf_slots": 0}, "settings: upload_slots and kdf_slots"),
        ({"languages": ("",)}, "settings: languages names none"),
        ({"min_free_bytes": FAR}, "space: "),
        ({"host": "0.0.0.0"}, "proxy: host 0.0.0.0 lets others"),  # noqa: S104 - the fault itself
    ],
    ids=str,
)
def test_a_setting_that_can_not_be_right_is_bad(changed: dict[str, object], said: str, sound: Parts) -> None:
    found = bad(sound, **changed)
    assert len(found) == 1
    assert found[0].startswith(said)


MAIL = {"mail_host": "mail.example.org", "mail_from": "portal@example.org"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"mail_from": "nobody"}, "mail: mail_from is no mail address"),
        ({"mail_tls": "perhaps"}, "mail: mail_tls is none of starttls, tls, none"),
        ({"mail_password_file": "/no/such/file"}, "mail: mail_password_file can't be read"),
    ],
    ids=["no address", "no kind of TLS", "no password file"],
)
def test_a_setting_of_mail_that_can_not_be_right_is_bad(
    changed: dict[str, object], said: str, sound: Parts
) -> None:
    assert bad(sound, **MAIL) == []
    assert bad(sound, **{**MAIL, **changed}) == [said]


def test_a_mail_password_that_others_can_read_is_bad(
    sound: Parts, tmp_path_factory: pytest.TempPathFactory
) -> None:
    password = tmp_path_factory.mktemp("mail") / "password"
    password.write_text("invented")
    password.chmod(0o644)
    chosen = {**MAIL, "mail_password_file": str(password)}
    assert bad(sound, **chosen) == ["mail: other users can read mail_password_file"]
    password.chmod(0o600)
    assert bad(sound, **chosen) == []


def test_mail_in_clear_to_another_machine_is_noted(sound: Parts) -> None:
    clear = replace(sound, settings=replace(sound.settings, **MAIL, mail_tls="none"))  # type: ignore[arg-type]
    assert [
        line
        for line in findings(clear, Level.NOTE)
        if line.startswith("mail: goes to mail.example.org in clear")
    ]


def test_little_room_is_noted_before_it_is_bad(sound: Parts) -> None:
    free = shutil.disk_usage(sound.settings.instance).free
    tight = replace(sound, settings=replace(sound.settings, min_free_bytes=free - 64 * 1024**2))
    assert [line for line in findings(tight, Level.NOTE) if line.endswith("less than one largest report")]


def test_a_portal_without_a_trusted_proxy_is_noted(sound: Parts) -> None:
    bare = replace(sound, settings=replace(sound.settings, trusted_proxies=0))
    assert [line for line in findings(bare, Level.NOTE) if line.startswith("proxy: none is trusted")]


def test_a_database_of_an_older_version_is_bad(sound: Parts) -> None:
    with sound.database.connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'm0001'"))
    assert [line.split(";")[0] for line in bad(sound)] == ["database: not of this version"]


def test_a_database_that_can_not_be_read_is_bad(sound: Parts) -> None:
    sound.database.close()
    path = sound.settings.instance / "fortrolig.sqlite"
    for log in path.parent.glob("fortrolig.sqlite-*"):
        log.unlink()
    path.write_bytes(b"no database at all" * 300)
    assert [line.split(" (")[0] for line in bad(sound)] == ["database: can't be read"]


def test_a_changed_register_is_bad(sound: Parts) -> None:
    with sound.database.connection() as connection:
        connection.execute(text("UPDATE register_entries SET body = CAST('{}' AS BLOB)"))
    assert [line.split(",")[0] for line in bad(sound)] == ["register: broken"]


def test_a_clock_before_the_newest_entry_is_bad(sound: Parts) -> None:
    early = replace(sound, clock=SetClock(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)))
    assert bad(early) == ["clock: 2026-03-01 23:59 UTC is before the register's newest entry, 2026-03-02"]


def test_core_dumps_are_noted(sound: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (-1, -1))
    assert [line for line in findings(sound, Level.NOTE) if line.startswith("core dumps: on")]


def test_the_command_prints_every_finding_and_ends_with_1_only_when_one_is_bad(portal: Portal) -> None:
    runner = portal.app.test_cli_runner()
    sound = runner.invoke(args=["check"])
    assert sound.exit_code == 0
    assert sound.output.count("\n") == len(list(checking.check(portal.parts)))
    (portal.parts.settings.instance / "salt.key").write_bytes(b"")
    broken = runner.invoke(args=["check"])
    assert broken.exit_code == 1
    assert "BAD  keys:" in broken.output
