"""Rule: after whole journeys on a real server nothing that anybody said, holds or is stands anywhere it could be read.

Source: BUDGETS, the first safety budget. Searched are the instance folder as a power cut leaves it, all that the server
printed, every file that it ever opened for writing, its TMPDIR, and every cookie and address that it gave out. On
PostgreSQL, too: every cell, and every file that its server has, write-ahead log and messages included.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from crypto.attachment import open_attachment
from portal.services.parts import Clock
from portal.store import models
from portal.store.models import Base
from tests.builders import PASSWORD, Portal, Staff, Team
from tests.journeys.desk import Desk, RemoteHand
from tests.journeys.file_watch import FileWatch
from tests.journeys.server import Server
from tests.journeys.token_search import Found, TokenSearch
from tests.journeys.visitor import Refused, Visitor
from tests.store import postgres
from tests.store.databases import ON_SQLITE
from tests.web.paper import Receipt

TEXT = "Chlorinated solvents were poured into the harbour drain on Tuesday night, æøå."
ANSWER = "The foreman ordered it himself; dates follow in the table."
REPLY = "Which nights exactly were the drums emptied?"
NOTE = "Treat the foreman as implicated; tell nobody on the night shift."
FIELDS = {
    "when": "the second Tuesday in March",
    "where": "behind hall seventeen",
    "who": "Foreman Jeppesen-Qvist",
    "relation": "employee",
    "mode": "confidential",
    "name_given": "Solveig Thunberg-Marsh",
}
FILE_NAME = "drum inventory März.pdf"
AGENT = "Sonderbar/7.13 (silence; Plan-9)"
REPORTER_ADDRESS, OFFICER_ADDRESS = "127.0.0.77", "127.0.0.78"
FILE = random.Random(20).randbytes(3_000_000)  # noqa: S311 - the same in every run
DESK_FILE = random.Random(21).randbytes(400_000)  # noqa: S311 - as above
PIECE = 24
NOTHING = re.compile(rb"\0{64,}")
"""The empty part of a page, and of a write-ahead log that was made in full size."""


@dataclass
class Journeys:
    """One reporter and one officer, from the first page to the log-out, and all that they leave behind."""

    portal: Portal
    officer: Staff
    team: Team
    server: Server
    files: FileWatch
    cluster: Path | None = None
    receipt: Receipt | None = field(default=None, repr=False)
    kept: list[str] = field(default_factory=list)
    hand: RemoteHand | None = None

    def report(self) -> None:
        """A report with everything that a form can hold, sent and once more sent wrongly."""
        visitor = Visitor(self.server.url, address=REPORTER_ADDRESS, agent=AGENT)
        for path in ("/", "/en/", "/en/c/whistleblowing", "/en/safety", "/en/nowhere"):
            visitor.get(path)
        with pytest.raises(Refused):
            visitor.report(TEXT, {FILE_NAME: FILE}, token="00" * 72, **FIELDS)
        self.receipt = visitor.report(TEXT, {FILE_NAME: FILE}, **FIELDS)
        fields = {"case_key": self.receipt.case_key, "passphrase": self.receipt.passphrase}
        assert visitor.post("/en/receipt", fields).status == 200
        self.kept += visitor.kept

    def answer(self) -> None:
        """Back to the mailbox: wrong words first, then an answer with a file, a download, and out."""
        assert self.receipt
        visitor = Visitor(self.server.url, address=REPORTER_ADDRESS, agent=AGENT)
        for words in ("abacus abdomen abdominal abide abiding ability", f"{self.receipt.passphrase} zqx"):
            with pytest.raises(Refused):
                visitor.open_case(Receipt(self.receipt.case_key, words))
        page = visitor.open_case(self.receipt)
        assert REPLY in page
        page = visitor.answer(page, ANSWER, {FILE_NAME: FILE[::-1]})
        assert ANSWER in page
        assert visitor.downloads(page) == [FILE, DESK_FILE, FILE[::-1]]
        visitor.leave(page)
        self.kept += visitor.kept

    def handle(self) -> None:
        """The officer signs in (once with a wrong password), opens the case, notes, acknowledges and asks."""
        desk = Desk(self.server.url, address=OFFICER_ADDRESS, agent=AGENT)
        with pytest.raises(Refused):
            desk.sign_in(Staff(b"", self.officer.name, "", self.officer.root, PASSWORD[::-1]))
        desk.sign_in(self.officer)
        self.hand = RemoteHand(self.portal, self.officer, self.team, self._case_id(), desk=desk)
        assert desk.get("/en/desk").status == 200
        desk.json("GET", "/desk/api/keys")
        self.hand.opens()
        assert self.hand.messages("talk")[0].body.text == TEXT
        self.hand.acknowledges()
        item = self.hand.uploads(DESK_FILE)
        self.hand.posts(self.hand.seals(REPLY, files=(item,)))
        self.hand.posts(self.hand.seals(NOTE, "desk"))
        self.kept += desk.kept

    def read(self) -> None:
        """The officer reads the answer and opens its file, byte for byte."""
        assert self.hand
        newest = self.hand.messages("talk")[-1].body
        assert newest.text == ANSWER
        sealed = self.hand.downloads(newest.files[0])
        identity = self.hand.talk_root(self.hand.read()).identity
        assert b"".join(open_attachment(sealed, identity, newest.files[0])) == FILE[::-1]
        desk = self.hand.desk
        desk.post("/en/desk/sign-out", {"csrf_token": desk.token})
        self.kept += desk.kept

    def _case_id(self) -> bytes:
        with self.portal.parts.database.read() as session:
            found: bytes = session.connection().exec_driver_sql("SELECT id FROM cases").scalar_one()
            return found

    def tokens(self) -> dict[str, str | bytes]:
        """Everything that must stand nowhere."""
        assert self.receipt
        case_key, words = self.receipt.case_key, self.receipt.passphrase
        secrets: dict[str, str | bytes] = {
            "report's text": TEXT,
            "a few words of it": "poured into the harbour drain",
            "answer's text": ANSWER,
            "reply": REPLY,
            "note": NOTE,
            **{f"field {name}": value for name, value in FIELDS.items() if name not in {"relation", "mode"}},
            "file name": FILE_NAME,
            "case key as shown": case_key,
            "case key": case_key.replace("-", ""),
            "case key, small": case_key.replace("-", "").lower(),
            "passphrase": words,
            "passphrase as it is stretched": words.replace(" ", "").replace("-", ""),
            "officer's password": PASSWORD,
            "officer's second factor": self.officer.totp_text,
            "reporter's address": REPORTER_ADDRESS,
            "officer's address": OFFICER_ADDRESS,
            "browser": AGENT,
        }
        roots = {"officer": self.officer.root, "anchor": self.team.anchor, "channel": self.team.epochs[0]}
        for name, root in roots.items():
            secrets |= {f"{name} root": root.secret, f"{name} identity": str(root.identity)}
        for name, content in {"file": FILE, "officer's file": DESK_FILE}.items():
            for place, at in {"start": 0, "middle": len(content) // 2, "end": len(content) - PIECE}.items():
                secrets[f"{name}'s {place}"] = content[at : at + PIECE]
                secrets[f"{name}'s {place}, turned round"] = content[at : at + PIECE][::-1]
        return secrets

    def found(self) -> list[Found]:
        """Every token that stands anywhere. The server is gone as by a power cut: its logs are still there."""
        printed = self.server.output()
        self.server.kill()
        search = TokenSearch(self.tokens())
        files = [found for seen in self.files.seen for found in search.in_bytes(seen.content, seen.name)]
        return [
            *search.in_folder(self.server.instance),
            *search.in_folder(self.server.temporary),
            *self._found_in_cluster(search),
            *search.in_bytes(printed.encode(), "what the server printed"),
            *search.in_bytes("\n".join(self.kept).encode(), "cookies and addresses"),
            *files,
        ]

    def _found_in_cluster(self, search: TokenSearch) -> list[Found]:
        if self.cluster is None:
            return []
        database = self.portal.parts.database
        with database.read() as session:
            cells = [
                (table.name, cell if isinstance(cell, bytes) else str(cell).encode())
                for table in Base.metadata.sorted_tables
                for row in session.execute(select(table))
                for cell in row
            ]
        postgres.write_out(database.url.render_as_string(hide_password=False))
        in_cells = [found for name, cell in cells for found in search.in_bytes(cell, f"a cell of {name}")]
        return [*in_cells, *self._found_in_files_of(self.cluster, search)]

    def _found_in_files_of(self, cluster: Path, search: TokenSearch) -> list[Found]:
        """In every file that the server has written since it began; the rest of it is the same everywhere."""
        began = (cluster / "began").stat().st_mtime
        files = [path for path in cluster.rglob("*") if path.is_file() and path.stat().st_mtime >= began]
        return [
            found
            for path in files
            for found in search.in_bytes(NOTHING.sub(b"", path.read_bytes()), str(path.relative_to(cluster)))
        ]


@pytest.fixture
def cluster(kind: str, request: pytest.FixtureRequest) -> Iterator[Path | None]:
    """A PostgreSQL server that serves this test alone; None for a portal on SQLite."""
    if kind == "sqlite":
        yield None
    else:
        with postgres.cluster(request.getfixturevalue("postgres_programs")) as folder:
            (folder / "began").touch()
            yield folder


@pytest.fixture
def journeys(tmp_path: Path, request: pytest.FixtureRequest, cluster: Path | None) -> Iterator[Journeys]:
    """A real server for a portal with one officer; the application is the test's own where it gives one."""
    on_database = {"database_url": postgres.url_in(cluster).format(name="postgres")} if cluster else {}
    portal = Portal(tmp_path / "instance", Clock(), **on_database)
    officer = portal.staff("Astrid Holm", password=PASSWORD, administrator=True)
    team = portal.team(officer)
    instance = portal.parts.settings.instance
    with Server(
        instance, app=getattr(request, "param", "wsgi:app"), min_free_bytes=0, **on_database
    ) as server:
        with FileWatch(server) as files:
            yield Journeys(portal, officer, team, server, files, cluster)
        portal.close()


def test_a_whole_journey_leaves_nothing_that_can_be_read(journeys: Journeys) -> None:
    journeys.report()
    journeys.handle()
    journeys.answer()
    journeys.read()
    assert journeys.files.rounds > 50, "the watch was hardly awake"
    assert len(journeys.kept) > 5, "no cookie was seen"
    assert [seen.name for seen in journeys.files.seen] == [], "a file that nobody expects was written"
    assert journeys.found() == []


@ON_SQLITE
@pytest.mark.parametrize("journeys", ["tests.journeys.faulty:talkative()"], indirect=True, ids=["a log line"])
def test_a_log_line_with_what_was_typed_is_found(journeys: Journeys) -> None:
    journeys.report()
    tokens = {found.token for found in journeys.found() if found.where == "what the server printed"}
    assert {
        "report's text",
        "field who",
        "case key as shown",
        "passphrase",
        "reporter's address",
        "browser",
    } <= tokens


@ON_SQLITE
@pytest.mark.parametrize(
    "journeys", ["tests.journeys.faulty:spooling()"], indirect=True, ids=["a spooled body"]
)
def test_a_temporary_file_with_the_bytes_of_a_file_is_found_though_deleted_at_once(
    journeys: Journeys,
) -> None:
    journeys.report()
    tokens = {found.token for found in journeys.found() if "(deleted)" in found.where}
    assert {"file's start", "file's middle", "file's end", "report's text", "file name"} <= tokens


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_what_postgresql_was_told_and_then_erased_is_found_in_its_files(journeys: Journeys) -> None:
    journeys.report()
    with journeys.portal.parts.database.write() as session:
        session.get_one(models.Organisation, journeys.portal.organisation_id).name = TEXT
    with journeys.portal.parts.database.write() as session:
        session.get_one(models.Organisation, journeys.portal.organisation_id).name = "Havblik Care"
    assert {"report's text"} <= {found.token for found in journeys.found() if "pg_wal" in found.where}
