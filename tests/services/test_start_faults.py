"""Rule: a portal that can't be right does not start, and says in one line what is wrong and where to look.

Source: "A team can rely on it", section 5. A start that helped itself, with a new key or an empty database, would do
silently what nobody can undo.
"""

import multiprocessing
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from portal.commands.plain import line_of
from portal.services import checking, upkeep
from portal.services.findings import Level
from portal.settings import ROOT, SECRET_FILES, SettingsError, load, load_secrets
from portal.store import migrate
from portal.store.database import Database, is_elsewhere, tls_of
from portal.store.errors import StoreError, Unreachable
from tests.builders import Portal, Team

WHOLE = 32


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instance")


# Key files


def test_the_first_start_makes_all_keys_and_the_next_reads_them(folder: Path) -> None:
    first = load_secrets(folder)
    assert {path.stat().st_size for path in folder.glob("*.key")} == {WHOLE}
    assert len(list(folder.glob("*.key"))) == len(SECRET_FILES)
    assert load_secrets(folder) == first


@pytest.mark.parametrize("name", SECRET_FILES)
def test_a_key_that_is_missing_beside_others_is_not_made_anew(name: str, folder: Path) -> None:
    load_secrets(folder)
    (folder / f"{name}.key").unlink()
    with pytest.raises(SettingsError, match=rf"^{name}\.key missing in .*put it back from the backup"):
        load_secrets(folder)
    assert not (folder / f"{name}.key").exists()


def test_a_key_that_was_cut_is_refused_with_its_place(folder: Path) -> None:
    load_secrets(folder)
    (folder / "totp.key").write_bytes(b"short")
    with pytest.raises(SettingsError, match=r"totp\.key must hold 32 bytes, not 5"):
        load_secrets(folder)


def test_processes_that_start_at_once_end_with_the_same_keys(folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(load_secrets, [folder] * 8)
    assert all(one == found[0] for one in found)


# The database


def test_an_empty_database_beside_the_erase_keys_of_cases_stops_the_start(
    portal: Portal, team: Team, folder: Path
) -> None:
    portal.report(team)
    address = f"sqlite:///{folder}/another.sqlite"
    with closing(Database(address)) as another:
        chosen = replace(portal.parts.settings, database_url=address)
        parts = replace(portal.parts, settings=chosen, database=another)
        told = [one.text.split(",")[0] for one in checking.check(parts) if one.level is Level.BAD]
        assert told == ["database: empty"]
        for _time in range(2):  # also once there are tables without a row
            with pytest.raises(StoreError, match="the database is empty, but this instance has had cases"):
                upkeep.bring_up_to_date(parts)
            migrate.upgrade_main(address)


def test_a_database_of_a_newer_version_is_told_as_that(portal: Portal) -> None:
    chosen = portal.parts.settings
    with portal.parts.database.connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'm9999'"))
    with pytest.raises(
        StoreError, match=r"the main database is of a newer version \(m9999\) than this program"
    ):
        migrate.upgrade(chosen.database_url, chosen.volatile_url)


@pytest.mark.parametrize("address", ["mysql://here/it", "nonsense", "postgresql://user:word@here/it", ""])
def test_an_address_of_no_database_stops_the_start_and_is_not_quoted(address: str, folder: Path) -> None:
    with pytest.raises(SettingsError, match="'database_url' must begin with sqlite:///") as told:
        load({"PORTAL_DATABASE_URL": address}, instance=folder)
    assert "word" not in str(told.value)


def test_an_address_that_can_not_be_read_is_told_without_its_password() -> None:
    with pytest.raises(StoreError, match="can't be read") as told:
        Database("postgresql+psycopg://user:word@here:port/it")
    assert "word" not in str(told.value)


def test_no_connection_is_told_with_its_reason_and_without_the_password() -> None:
    with (
        closing(Database("postgresql+psycopg://user:word@127.0.0.1:1/it")) as database,
        pytest.raises(Unreachable, match=r"no connection to the database: .*refused") as told,
        database.read() as session,
    ):
        session.execute(text("SELECT 1"))
    assert "word" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("address", "elsewhere", "mode"),
    [
        ("postgresql+psycopg://u@/d?host=/run/postgresql", False, "prefer"),
        ("postgresql+psycopg:///d", False, "prefer"),
        ("postgresql+psycopg://u@127.0.0.1:5433/d", False, "prefer"),
        ("postgresql+psycopg://u@/d?host=localhost:5433", False, "prefer"),
        ("postgresql+psycopg://u@[::1]/d", False, "prefer"),
        ("postgresql+psycopg://u@db.example/d", True, "verify-full"),
        ("postgresql+psycopg://u@db.example/d?sslmode=require", True, "require"),
        ("postgresql+psycopg://u@/d?host=/run/postgresql&host=db.example", True, "verify-full"),
        ("postgresql+psycopg://u@localhost/d?hostaddr=192.0.2.7", True, "verify-full"),
        ("sqlite:////var/lib/fortrolig/fortrolig.sqlite", False, "prefer"),
    ],
)
def test_a_line_to_another_machine_is_sealed_and_its_certificate_checked_unless_the_address_says_otherwise(
    address: str, *, elsewhere: bool, mode: str
) -> None:
    url = make_url(address)
    assert (is_elsewhere(url), tls_of(url)) == (elsewhere, mode)


@pytest.mark.parametrize(("mode", "bad"), [("verify-full", False), ("require", True), ("disable", True)])
def test_check_names_a_line_to_another_machine_that_is_not_checked(
    mode: str, *, bad: bool, portal: Portal
) -> None:
    address = f"postgresql+psycopg://u:word@db.example:1/d?hostaddr=127.0.0.1&sslmode={mode}"
    with closing(Database(address)) as database:
        lines = [one.text for one in checking.check(replace(portal.parts, database=database))]
    told = [line for line in lines if "its certificate is not checked" in line]
    assert bool(told) is bad
    assert not [line for line in lines if "word" in line]


# One line


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("check", "receipt.key missing in"),
        ("setup-link", "receipt.key missing in"),
        ("migrate", "receipt.key missing in"),
    ],
)
def test_a_start_that_is_refused_prints_one_line_and_ends_with_1(
    command: str, said: str, folder: Path
) -> None:
    load_secrets(folder)
    (folder / "receipt.key").unlink()
    done = run(folder, command)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.startswith("Fortrolig can't start: SettingsError: ")
    assert done.stderr.count("\n") == 1


def test_a_command_that_comes_before_the_databases_says_what_is_missing(folder: Path) -> None:
    done = run(folder, "setup-link")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: StoreError: ")
    assert done.stderr.count("\n") == 1


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """`flask` there, as an administrator types it."""
    words = [sys.executable, "-m", "flask", "--app", "wsgi", command]
    chosen = {**os.environ, "PORTAL_INSTANCE": str(folder)}
    return subprocess.run(words, cwd=ROOT, env=chosen, capture_output=True, text=True, check=False)


def test_a_file_of_somebody_else_is_told_with_its_name_and_whose_it_must_be() -> None:
    told = line_of(PermissionError(13, "Permission denied", "/var/lib/fortrolig/totp.key"))
    assert told.startswith("Permission denied: /var/lib/fortrolig/totp.key (")
    assert "must belong to the portal's user" in told
