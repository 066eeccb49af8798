"""Rule: what was typed wrongly, or can't be, is told in one line, and no half file is left where a backup should be."""

from pathlib import Path

import pytest
from click.testing import Result

from portal.services import backup
from portal.store.errors import StoreError
from tests.builders import Portal, Reporter, Team
from tests.services.backups import KEY


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where somebody types: recipients.txt, identity.txt, and a file there.age that is none."""
    made = tmp_path_factory.mktemp("typed")
    (made / "recipients.txt").write_text(f"# the safe\n{KEY.identity.recipient}\n")
    (made / "identity.txt").write_text(f"# public key\n{KEY.identity}\n")
    (made / "empty.txt").write_text("# nobody\n")
    (made / "there.age").write_bytes(b"something else")
    return made


def typed(portal: Portal, folder: Path, *arguments: str) -> Result:
    """The command, every name of a file in `folder`."""
    there = [str(folder / one) if one.endswith((".age", ".txt")) else one for one in arguments]
    return portal.app.test_cli_runner().invoke(args=there)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("backup all.age", "give at least one recipient"),
        ("backup --to-file empty.txt all.age", "give at least one recipient"),
        ("backup --to age1qqqq all.age", "not a recipient that begins with age1pq1"),
        ("backup --to-file recipients.txt there.age", "There is a file of this name already"),
        ("backup --to-file recipients.txt no/such/folder/all.age", "No such file or directory"),
        ("backup-erase-keys --to-file recipients.txt there.age", "There is a file of this name already"),
        ("restore -i recipients.txt there.age", "holds a line that is no identity"),
        ("restore -i empty.txt there.age", "no identity in the files given"),
        ("restore -i identity.txt --only-check there.age", "BackupDamaged"),
        ("restore -i identity.txt --erase-keys there.age there.age", "BackupDamaged: the erase keys"),
        ("move-database --to mysql://here/it", "postgresql+psycopg://"),
        ("move-database --to nonsense", "postgresql+psycopg://"),
    ],
)
def test_it_is_told_in_one_line(arguments: str, said: str, portal: Portal, folder: Path) -> None:
    done = typed(portal, folder, *arguments.split())
    assert done.exit_code == 1
    assert said in done.output
    assert done.output.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["recipients.txt", "identity.txt", "empty.txt", "there.age"]
    )


def test_a_backup_that_fails_half_way_leaves_no_file(
    portal: Portal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(backup, "_what_happened", fail)
    done = typed(portal, folder, "backup", "--to-file", "recipients.txt", "all.age")
    assert done.exit_code == 1
    assert not list(folder.glob("all*"))


def test_a_backup_is_private_and_the_commands_say_what_is_in_it(
    portal: Portal, reporter: Reporter, folder: Path
) -> None:
    assert reporter
    done = typed(portal, folder, "backup", "--to-file", "recipients.txt", "all.age")
    assert (done.exit_code, (folder / "all.age").stat().st_mode & 0o777) == (0, 0o600)
    assert done.output.startswith("0 sealed files, register of 1 entries, head ")
    checked = typed(portal, folder, "restore", "--only-check", "-i", "identity.txt", "all.age")
    assert checked.exit_code == 0
    assert ", 1 cases, 0 sealed files\nregister of 1 entries, head " in checked.output
    assert "1 of these cases have no erase key here" in checked.output


def test_a_lost_file_makes_the_command_end_with_1_though_the_backup_is_there(
    portal: Portal, folder: Path, team: Team
) -> None:
    lost = portal.report(team, files={"a.txt": b"a"})
    for path in portal.parts.blobs.root.glob("??/*"):
        path.unlink()
    done = typed(portal, folder, "backup", "--to-file", "recipients.txt", "all.age")
    assert done.exit_code == 1
    assert f"{lost.reference} lacks a sealed file" in done.output
    assert (folder / "all.age").exists()
