"""Rule: the drill that an administrator runs works: back up while people write, restore elsewhere, open everything.

Source: "A team can rely on it", section 5. A real server, the commands as they are typed, four reporters who go on
writing meanwhile; everything that had been acknowledged when the backup began is opened with its receipt afterwards.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crypto.keys import Root
from portal.services.parts import Clock
from tests.builders import Portal
from tests.journeys.server import ROOT, Server, free_port
from tests.journeys.visitor import Refused, Visitor
from tests.web.paper import Receipt

REPORTERS = 4
BEFORE = 8


@dataclass
class Load:
    """Reporters who write until `ended`; `kept` is what each was promised, in the order of the promises."""

    url: str
    kept: list[tuple[Receipt, str, bytes | None]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def write(self, number: int) -> None:
        """One reporter's work."""
        turn = 0
        while not self.ended.is_set():
            text, content = f"Report {number}.{turn}", os.urandom(90_000) if turn % 2 else None
            receipt = Visitor(self.url).report(text, {"a.bin": content} if content else None)
            self.kept.append((receipt, text, content))
            turn += 1


@pytest.fixture
def server(tmp_path: Path, on_database: dict[str, str]) -> Iterator[Server]:
    """A portal in service."""
    built = Portal(tmp_path / "old", Clock(), **on_database)
    built.team(built.staff("Anna Holm"))
    built.close()
    with Server(tmp_path / "old", min_free_bytes=0, **on_database) as running:
        yield running


@pytest.fixture
def elsewhere(on_database: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of the machine that a backup is restored on: another database of the same kind."""
    return {"database_url": request.getfixturevalue("ready_postgres_url")} if on_database else {}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """An identity file as age writes one, and beside it the recipient."""
    root = Root.generate()
    (tmp_path / "recipients.txt").write_text(f"# the safe\n{root.identity.recipient}\n")
    identity = tmp_path / "identity.txt"
    identity.write_text(f"# public key: {root.identity.recipient}\n{root.identity}\n")
    return identity


def flask(
    instance: Path, *arguments: str | Path, database_url: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """`flask --app wsgi …`, typed for the instance folder `instance`."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    settings = {
        "PORTAL_INSTANCE": str(instance),
        "PORTAL_PORT": str(free_port()),
        "PORTAL_MIN_FREE_BYTES": "0",
        **({"PORTAL_DATABASE_URL": database_url} if database_url else {}),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env={**plain, **settings}, capture_output=True, check=False)


def test_a_backup_made_while_four_reporters_write_restores_all_that_was_acknowledged(
    server: Server, keys: Path, tmp_path: Path, on_database: dict[str, str], elsewhere: dict[str, str]
) -> None:
    load = Load(server.url)
    writers = [threading.Thread(target=load.write, args=(number,)) for number in range(REPORTERS)]
    for writer in writers:
        writer.start()
    while len(load.kept) < BEFORE:
        assert any(writer.is_alive() for writer in writers)
        load.ended.wait(0.05)
    promised = list(load.kept)
    recipients, backup, erase_keys = (tmp_path / name for name in ("recipients.txt", "all.age", "erase.age"))
    done = [
        flask(server.instance, "backup", "--to-file", recipients, backup, **on_database),
        flask(server.instance, "backup-erase-keys", "--to-file", recipients, erase_keys, **on_database),
    ]
    during = len(load.kept) - len(promised)
    load.ended.set()
    for writer in writers:
        writer.join()
    assert [one.returncode for one in done] == [0, 0], done
    assert during > 0, "nobody wrote meanwhile: nothing was shown"
    visit = Visitor(server.url)
    visit.open_case(promised[0][0])

    new = tmp_path / "new"
    restored = flask(new, "restore", "-i", keys, "--erase-keys", erase_keys, backup, **elsewhere)
    assert restored.returncode == 0, restored.stderr
    assert b"BROKEN" not in restored.stderr
    assert b"no erase key" not in restored.stderr
    assert flask(new, "register-verify", **elsewhere).returncode == 0
    again = flask(new, "restore", "-i", keys, "--erase-keys", erase_keys, backup, **elsewhere)
    assert again.returncode == 1
    assert b"NotEmpty" in again.stderr

    with Server(new, min_free_bytes=0, **elsewhere) as there:
        for receipt, text, content in promised:
            visitor = Visitor(there.url)
            page = visitor.open_case(receipt)
            assert text in page
            assert visitor.downloads(page) == ([content] if content else [])
        stranger = Visitor(there.url)
        stranger.cookies = dict(visit.cookies)
        with pytest.raises(Refused):
            stranger.open_case(Receipt("K7QF-9M3T-X2VB", promised[0][0].passphrase))
        assert "Report" not in stranger.get("/en/mailbox/case").text, "a session came back"
        assert visit.get("/en/mailbox/case").status == 200, "it was alive where it belongs"
        assert Visitor(there.url).report("The first one there").case_key
    assert flask(new, "check", **elsewhere).returncode == 0


def test_a_backup_may_go_to_standard_output_and_is_torn_when_the_command_is_killed(
    server: Server, keys: Path, tmp_path: Path, on_database: dict[str, str], elsewhere: dict[str, str]
) -> None:
    for number in range(3):
        Visitor(server.url).report(f"Report {number}", {"a.bin": os.urandom(3_000_000)})
    recipient = (tmp_path / "recipients.txt").read_text().splitlines()[1]
    whole = flask(server.instance, "backup", "--to", recipient, "-", **on_database)
    assert whole.returncode == 0, whole.stderr
    good, torn = tmp_path / "good.age", tmp_path / "torn.age"
    good.write_bytes(whole.stdout)
    torn.write_bytes(whole.stdout[: len(whole.stdout) // 2])
    assert flask(tmp_path / "new", "restore", "--only-check", "-i", keys, good, **elsewhere).returncode == 0
    for instance in ("new", "another"):
        refused = flask(tmp_path / instance, "restore", "--without-erase-keys", "-i", keys, torn, **elsewhere)
        assert refused.returncode == 1
        assert b"BackupDamaged" in refused.stderr
        assert not list((tmp_path / instance / "blobs").glob("??/*"))
