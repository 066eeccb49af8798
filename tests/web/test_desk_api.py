"""What the desk's API refuses: another officer's case, a replay, a wrong number, an unknown key, too much.

Every refusal stores nothing, and none tells "not yours" from "not there".
Sources: PROTOCOL 2, 4; Directive (EU) 2019/1937, Art. 16(1); REQUIREMENTS RO-02.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from portal.services.casework import Posted
from portal.store import models
from tests.builders import Portal, Reporter, Staff, Team
from tests.officer_hand import Hand, hand
from tests.web.desk_client import DeskClient, b64, case_path


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A portal of its own."""
    made = Portal(tmp_path)
    yield made
    made.close()


@pytest.fixture
def team(portal: Portal, ida: Staff) -> Team:
    """The channel that Ida is on."""
    return portal.team(ida)


@pytest.fixture
def reporter(portal: Portal, team: Team) -> Reporter:
    """Who has reported to it, with a file."""
    return portal.report(team, files={"a__txt": b"a"})


@pytest.fixture
def client(portal: Portal, ida: Staff) -> DeskClient:
    """Ida's browser."""
    return DeskClient(portal, ida)


@pytest.fixture
def at_work(portal: Portal, client: DeskClient, ida: Staff, team: Team, reporter: Reporter) -> Hand:
    """Ida with the case opened, in the client's session."""
    opened = hand(portal, ida, team, reporter)
    assert client.post_opening(reporter, opened.opening()).status_code == 204
    opened.row = client.row
    return opened


@pytest.fixture
def stranger(portal: Portal) -> DeskClient:
    """An officer of another team."""
    bent = portal.staff("Bent")
    portal.team(bent, name="Complaints")
    return DeskClient(portal, bent)


def said(response: TestResponse) -> tuple[int, object]:
    """Status and word of a refusal."""
    return response.status_code, response.get_json()["error"]


NOWHERE = "0" * 32
ACTS: dict[str, Callable[[DeskClient, str], TestResponse]] = {
    "read": lambda client, case: client.get(f"/desk/api/cases/{case}"),
    "open": lambda client, case: client.send(
        f"/desk/api/cases/{case}/opened",
        {"record": b64(b"x"), "grants": [], "wraps": [], "card": b64(bytes(256))},
    ),
    "wrap": lambda client, case: client.send(f"/desk/api/cases/{case}/wraps", {"wraps": []}),
    "write": lambda client, case: client.send(
        f"/desk/api/cases/{case}/messages",
        {"scope": "talk", "n": 1, "under": 0, "sealed": b64(b"x"), "files": []},
    ),
    "acknowledge": lambda client, case: client.send(
        f"/desk/api/cases/{case}/acknowledgement",
        {"n": 1, "under": 0, "sealed": b64(b"x"), "feedback_due_on": "2026-06-02"},
    ),
    "stage": lambda client, case: client.send(
        f"/desk/api/cases/{case}/stage", {"seen": "received", "to": "acknowledged"}
    ),
    "card": lambda client, case: client.send(
        f"/desk/api/cases/{case}/card", {"sealed": b64(bytes(256)), "replaces": b64(bytes(32))}, method="PUT"
    ),
    "identity": lambda client, case: client.send(f"/desk/api/cases/{case}/identity-opened", {"n": 0}),
    "erase": lambda client, case: client.send(f"/desk/api/cases/{case}/erase", {"reference": "2026-M4TX9"}),
    "upload": lambda client, case: client.put_bytes(f"/desk/api/uploads/{case}/{NOWHERE}", bytes(67_195)),
}


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_another_teams_case_and_no_case_give_the_same_answer(
    stranger: DeskClient, reporter: Reporter, act: str
) -> None:
    foreign, missing = (ACTS[act](stranger, case) for case in (reporter.case_id.hex(), NOWHERE))
    assert said(foreign) == said(missing) == (404, "not_found")
    assert foreign.data == missing.data


def test_another_teams_file_and_no_file_give_the_same_answer(
    portal: Portal, stranger: DeskClient, reporter: Reporter
) -> None:
    with portal.parts.database.read() as session:
        (file,) = session.query(models.Attachment).filter_by(case_id=reporter.case_id).all()
    for file_id in (file.id.hex(), NOWHERE, "not hex"):
        assert said(stranger.get(f"/desk/api/files/{file_id}")) == (404, "not_found")


def test_another_teams_cards_are_not_handed_out(stranger: DeskClient, at_work: Hand) -> None:
    del at_work
    answer = stranger.get("/desk/api/cards").get_json()
    assert (answer["cards"], answer["holders"], answer["next"]) == ([], [], None)
    assert stranger.get("/desk/api/cases").get_json()["cards"] == []


@pytest.mark.parametrize("act", [act for act in ACTS if act != "read"], ids=str)
def test_nothing_changes_without_the_sessions_token(client: DeskClient, reporter: Reporter, act: str) -> None:
    client.token = "not the token"
    assert ACTS[act](client, reporter.case_id.hex()).status_code == 403


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_nobody_acts_without_a_session(portal: Portal, ida: Staff, reporter: Reporter, act: str) -> None:
    client = DeskClient(portal, ida)
    client.client.delete_cookie("desk")
    assert said(ACTS[act](client, reporter.case_id.hex())) == (401, "not_signed_in")


def test_an_administrator_who_is_no_officer_reads_no_case(
    portal: Portal, ida: Staff, reporter: Reporter
) -> None:
    client = DeskClient(portal, ida)
    with portal.parts.database.write() as session:
        row = session.get_one(models.Officer, ida.id)
        row.is_officer, row.is_administrator = False, True
    assert client.get(case_path(reporter)).status_code == 403
    assert client.get("/en/desk").headers["Location"] == "/en/desk/team"


def test_a_case_is_handed_out_sealed_with_all_that_opens_it(
    client: DeskClient, at_work: Hand, reporter: Reporter
) -> None:
    answer = client.get(case_path(reporter)).get_json()
    assert answer["reference"] == reporter.reference
    assert {key: len(value) for key, value in answer["records"].items()} == {"talk": 1, "desk": 1}
    assert sorted((wrap["scope"], wrap["number"]) for wrap in answer["wraps"]) == [("desk", 0), ("talk", 0)]
    assert [grant["scope"] for grant in answer["grants"]] == ["desk", "talk"]
    assert b"drain" not in client.get(case_path(reporter)).data
    assert answer["feedback_if_today"] == "2026-06-02"
    del at_work


def test_a_second_first_opening_is_told_to_read_again(
    client: DeskClient, at_work: Hand, reporter: Reporter
) -> None:
    assert said(client.post_opening(reporter, at_work.opening())) == (409, "already_opened")


def test_a_replay_finds_its_number_taken(client: DeskClient, at_work: Hand, reporter: Reporter) -> None:
    posted = at_work.seals("Which drain?")
    assert client.post_message(reporter, posted).status_code == 204
    assert said(client.post_message(reporter, posted)) == (409, "taken")


@pytest.mark.parametrize("n", [0, 2, 2**31 - 1])
def test_a_number_that_is_not_the_next_is_taken(
    client: DeskClient, at_work: Hand, reporter: Reporter, n: int
) -> None:
    assert said(client.post_message(reporter, at_work.seals("Which drain?"), n=n)) == (409, "taken")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"n": -1}, id="a negative number"),
        pytest.param({"n": 1.0}, id="a number with a point"),
        pytest.param({"n": True}, id="true for a number"),
        pytest.param({"scope": "team"}, id="another scope"),
        pytest.param({"sealed": "§"}, id="not base64"),
        pytest.param({"sealed": ""}, id="nothing sealed"),
        pytest.param({"files": [b64(b"short")]}, id="an id that is none"),
        pytest.param({"files": ["x"] * 11}, id="too many files"),
        pytest.param({"side": "reporter"}, id="an unknown key"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(
    client: DeskClient, at_work: Hand, reporter: Reporter, changes: dict[str, object]
) -> None:
    response = client.post_message(reporter, at_work.seals("Which drain?"), **changes)
    assert said(response) == (400, "broken")
    assert len(at_work.messages("talk")) == 1


@pytest.mark.parametrize(
    ("sealed", "word"),
    [
        pytest.param(b"plain text", "malformed", id="not sealed at all"),
        pytest.param(bytes(18_043), "malformed", id="zeros"),
        pytest.param(bytes(2 * 1024**2 + 1), "broken", id="over two mebibytes"),
    ],
)
def test_what_is_no_sealed_message_is_not_stored(
    client: DeskClient, at_work: Hand, reporter: Reporter, sealed: bytes, word: str
) -> None:
    assert said(client.post_message(reporter, Posted("talk", 1, 0, sealed))) == (400, word)
    assert len(at_work.messages("talk")) == 1


def test_a_body_of_another_kind_is_refused(client: DeskClient, at_work: Hand, reporter: Reporter) -> None:
    del at_work
    response = client.client.post(
        f"{case_path(reporter)}/messages", data={"scope": "talk"}, headers={"X-CSRFToken": client.token}
    )
    assert said(response) == (400, "broken")


def test_a_record_signed_by_another_key_is_refused(
    portal: Portal, client: DeskClient, ida: Staff, team: Team, reporter: Reporter
) -> None:
    bent = portal.staff("Bent")
    portal.join(team, bent, ida)
    opening = hand(portal, ida, team, reporter).opening(signer=bent.root)
    assert said(client.post_opening(reporter, opening)) == (400, "malformed")


@pytest.mark.parametrize(
    ("seen", "to", "answer"),
    [
        ("received", "in_progress", (400, "step_refused")),
        ("received", "acknowledged", (400, "step_refused")),
        ("acknowledged", "closed", (409, "changed")),
        ("received", "erased", (400, "broken")),
    ],
)
def test_a_step_that_the_table_or_the_case_does_not_have_is_refused(
    client: DeskClient, at_work: Hand, reporter: Reporter, seen: str, to: str, answer: tuple[int, str]
) -> None:
    del at_work
    assert said(client.post_stage(reporter, seen, to)) == answer


def test_a_sealed_file_comes_in_is_listed_and_goes_out(
    client: DeskClient, at_work: Hand, reporter: Reporter
) -> None:
    item, chunks = at_work.seals_file(b"a plan")
    sealed = b"".join(chunks)
    path = f"/desk/api/uploads/{reporter.case_id.hex()}/{item.id}"
    assert client.put_bytes(path, sealed).status_code == 204
    assert said(client.get(f"/desk/api/files/{item.id}")) == (404, "not_found")
    assert client.post_message(reporter, at_work.seals("The plan.", files=(item,))).status_code == 204
    handed = client.get(f"/desk/api/files/{item.id}")
    assert handed.data == sealed
    assert handed.headers["Content-Disposition"] == f'attachment; filename="{item.id}.age"'
    assert handed.headers["Cache-Control"] == "no-store"


def test_a_file_that_is_no_sealed_file_is_refused(
    client: DeskClient, at_work: Hand, reporter: Reporter
) -> None:
    item, chunks = at_work.seals_file(b"a plan")
    sealed = b"".join(chunks)
    path = f"/desk/api/uploads/{reporter.case_id.hex()}/{item.id}"
    for body in (b"plain", sealed[:-1], b"X" + sealed[1:]):
        assert said(client.put_bytes(path, body)) == (400, "malformed")
    assert said(client.put_bytes(path, sealed, content_type="text/plain")) == (400, "malformed")
    assert said(client.put_bytes(path.replace(item.id, "x"), sealed)) == (404, "not_found")


def test_a_file_that_was_sent_can_be_taken_back_by_its_sender_alone(
    portal: Portal, client: DeskClient, at_work: Hand, reporter: Reporter, ida: Staff
) -> None:
    item, chunks = at_work.seals_file(b"a plan")
    path = f"/desk/api/uploads/{reporter.case_id.hex()}/{item.id}"
    assert client.put_bytes(path, b"".join(chunks)).status_code == 204
    elsewhere = DeskClient(portal, ida)
    assert said(elsewhere.send(path, {}, method="DELETE")) == (400, "files_unknown")
    assert client.send(path, {}, method="DELETE").status_code == 204
    assert said(client.send(path, {}, method="DELETE")) == (400, "files_unknown")


def test_cards_come_with_what_opens_them(client: DeskClient, at_work: Hand, reporter: Reporter) -> None:
    page, every = (client.get(f"/desk/api/{which}").get_json() for which in ("cases", "cards"))
    card = dict(zip(page["columns"], page["cards"][0], strict=True))
    assert (card["case"], card["reference"]) == (reporter.case_id.hex(), reporter.reference)
    assert (page["holders"][card["holder"]], card["number"]) == (at_work.epoch.party.hash.hex(), 0)
    assert every == {**page, "next": None}
    assert client.get(f"/desk/api/cards?after={'f' * 96}").get_json()["cards"] == []
    assert client.get("/desk/api/cards?after=x").status_code == 404


def test_a_true_report_is_not_erased(client: DeskClient, reporter: Reporter) -> None:
    response = client.send(f"{case_path(reporter)}/erase", {"reference": reporter.reference})
    assert said(response) == (400, "not_a_test")


def test_every_answer_says_no_store(client: DeskClient, at_work: Hand, reporter: Reporter) -> None:
    del at_work
    for path in (case_path(reporter), "/desk/api/cards", "/desk/api/cases", "/en/desk"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
