"""Rule: the mailbox opens with case key and passphrase alone, and tells a stranger nothing (SPEC, receipt, messages).

BUDGETS: answers that differ between an unknown case key and a wrong passphrase (status, bytes, headers): 0.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from crypto.keys import Root
from portal.services import mailbox
from portal.services.errors import NotFound
from portal.store import models
from tests.builders import DAY_ONE, Portal, Reporter, SetClock
from tests.officer_hand import Hand, hand
from tests.web import paper

WORDS = "abacus abdomen abdominal abide abiding ability"


def reported(visitor: FlaskClient) -> paper.Receipt:
    """The receipt of a fresh report."""
    return paper.receipt_on(paper.report(visitor, text="The drain.").text)


def test_typing_differences_do_not_matter(visitor: FlaskClient) -> None:
    receipt = reported(visitor)
    typed = paper.Receipt(
        receipt.case_key.replace("-", " ").lower().replace("0", "o").replace("1", "l"),
        receipt.passphrase.title().replace(" ", "-"),
    )
    assert "The drain." in paper.open_case(visitor, typed).text


def test_a_wrong_passphrase_and_an_unknown_case_key_get_the_same_answer(visitor: FlaskClient) -> None:
    receipt = reported(visitor)
    wrong = {"case_key": receipt.case_key, "passphrase": WORDS}
    unknown = {"case_key": "0000-0000-0000", "passphrase": WORDS}
    first, second = (visitor.post("/en/mailbox", data=data) for data in (wrong, unknown))
    assert first.status_code == second.status_code == 400
    assert first.text.replace(receipt.case_key, "KEY") == second.text.replace("0000-0000-0000", "KEY")
    assert list(first.headers) == [
        (name, first.headers["Content-Length"] if name == "Content-Length" else value)
        for name, value in second.headers
    ]


def test_a_word_that_is_not_in_the_list_is_named_at_once(visitor: FlaskClient) -> None:
    page = visitor.post("/en/mailbox", data={"case_key": "0000-0000-0000", "passphrase": "lantrn velvet"})
    assert "lantrn" in page.text
    assert page.status_code == 400


def test_the_reporter_answers_and_files_come_back_byte_for_byte(visitor: FlaskClient) -> None:
    receipt = reported(visitor)
    content = bytes(range(256)) * 1000
    page = paper.open_case(visitor, receipt)
    sent = paper.answer(visitor, page.text, "Here is the plan.", {"plan æ.pdf": content})
    assert sent.status_code == 303
    page = visitor.get("/en/mailbox/case")
    assert "Here is the plan." in page.text
    link = re.search(r'href="(/en/mailbox/files/[0-9a-f]{32})"', page.text)
    assert link
    file = visitor.get(link[1])
    assert file.data == content
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''plan%20")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Length"] == str(len(content))


@dataclass
class Opened:
    """A case that both sides know: Anna's hand, the reporter, and a browser for the reporter."""

    hand: Hand
    reporter: Reporter
    client: FlaskClient

    @property
    def receipt(self) -> paper.Receipt:
        """What the reporter kept."""
        return paper.Receipt(self.reporter.receipt.shown_key, self.reporter.receipt.passphrase)

    def page(self) -> str:
        """The case's page after signing in."""
        return paper.open_case(self.client, self.receipt).text


@pytest.fixture
def case(portal: Portal) -> Opened:
    """A report to "Complaints" that Anna has opened."""
    anna = portal.staff("Anna Holm", "Head of compliance")
    team = portal.team(anna, name="Complaints")
    reporter = portal.report(team, "The drain.")
    anna_at_work = hand(portal, anna, team, reporter)
    anna_at_work.opens()
    return Opened(anna_at_work, reporter, portal.app.test_client())


def change_message(portal: Portal, case_id: bytes, n: int, sealed: bytes) -> None:
    """What a thief of the database could do: put other bytes in a message's place."""
    with portal.parts.database.write() as session:
        row = session.get_one(models.Message, (case_id, "talk", n))
        row.sealed, row.hash, row.size = sealed, hashlib.sha256(sealed).digest(), len(sealed)


def test_the_officers_words_are_shown_with_the_role_that_signed_them(case: Opened) -> None:
    case.hand.posts(case.hand.seals("Which dates are the sheets from?"))
    page = case.page()
    assert "Which dates are the sheets from?" in page
    assert "Head of compliance" in page


def test_a_note_for_the_team_never_reaches_the_reporter(case: Opened) -> None:
    case.hand.posts(case.hand.seals("Treat as retaliation.", "desk"))
    assert "Treat as retaliation." not in case.page()


def test_a_damaged_message_is_shown_as_such_and_the_rest_stays_readable(portal: Portal, case: Opened) -> None:
    case.hand.posts(case.hand.seals("First question."))
    case.hand.posts(case.hand.seals("Second question."))
    with portal.parts.database.read() as session:
        sealed = session.get_one(models.Message, (case.reporter.case_id, "talk", 1)).sealed
    change_message(portal, case.reporter.case_id, 1, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    page = case.page()
    assert "First question." not in page
    assert "The drain." in page
    shown = case.reporter.reads().messages
    assert [message.problem for message in shown] == [None, "damaged", "out_of_chain"]


def test_words_and_files_sealed_by_somebody_who_is_no_officer_are_not_handed_out(
    portal: Portal, case: Opened
) -> None:
    stranger = replace(case.hand.officer, root=Root.generate())
    item, _sealed = case.hand.seals_file(b"Open me.")
    forger = Hand(portal, stranger, case.hand.team, case.reporter.case_id)
    forged = forger.seals("Tell us your name.", files=(item,))
    with portal.parts.database.write() as session:
        session.add(
            models.Message(
                case_id=case.reporter.case_id, scope="talk", n=1, side="desk", day=portal.today,
                size=len(forged.sealed), hash=hashlib.sha256(forged.sealed).digest(), sealed=forged.sealed,
            )
        )  # fmt: skip
    assert "Tell us your name." not in case.page()
    assert case.reporter.reads().messages[1].problem == "unsigned"
    with pytest.raises(NotFound):
        mailbox.file(case.reporter.visit(), item.id)


def test_an_officers_message_moved_to_another_case_does_not_verify(portal: Portal, case: Opened) -> None:
    other = portal.report(case.hand.team, "Another matter.")
    second = hand(portal, case.hand.officer, case.hand.team, other)
    second.opens()
    case.hand.posts(case.hand.seals("First question."))
    second.posts(second.seals("For somebody else."))
    with portal.parts.database.read() as session:
        sealed = session.get_one(models.Message, (other.case_id, "talk", 1)).sealed
    change_message(portal, case.reporter.case_id, 1, sealed)
    assert "For somebody else." not in case.page()


def test_an_answer_to_what_has_not_been_seen_is_refused_and_keeps_its_text(case: Opened) -> None:
    page = case.page()
    case.hand.posts(case.hand.seals("Something came between."))
    again = paper.answer(case.client, page, "My careful answer.", {"a.txt": b"x"})
    assert again.status_code == 409
    assert "Something came between." in again.text
    assert "My careful answer." in again.text
    assert paper.answer(case.client, again.text, "My careful answer.").status_code == 303


def test_a_record_that_the_server_swapped_closes_the_page(portal: Portal, case: Opened) -> None:
    with portal.parts.database.write() as session:
        row = session.get_one(models.CaseRecord, (case.reporter.case_id, "talk", 0))
        row.raw = row.raw.replace(b"reader mailbox", b"reader channel 7")
    response = paper.open_case(case.client, case.receipt)
    assert response.status_code == 500
    assert "keys" in response.text
    assert "<textarea" not in response.text


def test_the_page_says_how_often_the_case_was_opened_before(case: Opened, clock: SetClock) -> None:
    assert case.reporter.reads().opened_count == 0
    clock.move(days=3)
    assert case.reporter.reads().opened_last == DAY_ONE.date()
    clock.move(days=1)
    seen = case.reporter.reads()
    assert (seen.opened_count, seen.opened_last) == (2, DAY_ONE.date() + timedelta(days=3))


def test_fifteen_idle_minutes_end_a_visit_and_keep_what_was_typed(case: Opened, clock: SetClock) -> None:
    page = case.page()
    clock.move(minutes=14)
    assert case.client.get("/en/mailbox/case").status_code == 200
    clock.move(minutes=16)
    late = paper.answer(case.client, page, "Written for a long time.")
    assert late.status_code == 403
    assert "Written for a long time." in late.text
    draft = paper.hidden(late.text, "draft")
    data = {"case_key": case.receipt.case_key, "passphrase": case.receipt.passphrase, "draft": draft}
    back = case.client.post("/en/mailbox", data=data)
    assert "Written for a long time." in back.text
    assert paper.answer(case.client, back.text, "Written for a long time.").status_code == 303


def test_leaving_ends_the_session_on_the_server_and_asks_the_browser_to_forget(case: Opened) -> None:
    page = case.page()
    cookie = case.client.get_cookie("mailbox")
    assert cookie
    left = case.client.post("/en/mailbox/leave", data={"csrf_token": paper.hidden(page, "csrf_token")})
    assert "Expires=Thu, 01 Jan 1970" in left.headers["Set-Cookie"]
    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    case.client.set_cookie("mailbox", cookie.value)
    assert case.client.get("/en/mailbox/case").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "case"), ("GET", "files/" + "0" * 32), ("POST", "answer"), ("GET", "erase"), ("POST", "erase")],
)
def test_without_a_session_every_page_of_the_mailbox_answers_alike(
    method: str, path: str, visitor: FlaskClient
) -> None:
    assert visitor.open(f"/en/mailbox/{path}", method=method).status_code == 403


def test_leaving_after_the_session_is_over_leaves_all_the_same(case: Opened, clock: SetClock) -> None:
    page = case.page()
    clock.move(minutes=16)
    left = case.client.post("/en/mailbox/leave", data={"csrf_token": paper.hidden(page, "csrf_token")})
    assert left.status_code == 303
    assert "Clear-Site-Data" in left.headers


def test_nobody_else_can_end_a_live_visit(case: Opened) -> None:
    case.page()
    assert case.client.post("/en/mailbox/leave", data={"csrf_token": "forged"}).status_code == 400
    assert case.client.get("/en/mailbox/case").status_code == 200


def test_every_page_of_an_open_case_has_the_way_out(case: Opened) -> None:
    for page in (case.page(), case.client.get("/en/mailbox/erase").text):
        assert 'id="log-out" method="post" action="/en/mailbox/leave"' in page


def test_signing_in_again_ends_the_visit_before(case: Opened) -> None:
    case.page()
    first = case.client.get_cookie("mailbox")
    assert first
    case.page()
    case.client.set_cookie("mailbox", first.value)
    assert case.client.get("/en/mailbox/case").status_code == 403


def test_the_cookie_is_sealed_from_scripts_and_other_sites(case: Opened) -> None:
    data = {"case_key": case.receipt.case_key, "passphrase": case.receipt.passphrase}
    plain = case.client.post("/en/mailbox", data=data).headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Strict" in plain
    assert "Expires" not in plain
    assert "Secure" not in plain
    secure = case.client.post("/en/mailbox", data=data, base_url="https://localhost").headers["Set-Cookie"]
    assert secure.startswith("__Host-mailbox=")
    assert "Secure" in secure


@pytest.mark.parametrize("changed", range(0, 64, 9))
def test_a_cookie_with_one_symbol_changed_opens_nothing(changed: int, case: Opened) -> None:
    case.page()
    cookie = case.client.get_cookie("mailbox")
    assert cookie
    value = cookie.value
    other = "A" if value[changed] != "A" else "B"
    case.client.set_cookie("mailbox", value[:changed] + other + value[changed + 1 :])
    assert case.client.get("/en/mailbox/case").status_code == 403


def test_a_file_of_another_case_is_not_found(portal: Portal, case: Opened) -> None:
    other = portal.report(case.hand.team, "Another matter.", files={"secret__txt": b"not yours"})
    file_id = other.reads().messages[0].files[0].id
    case.page()
    assert case.client.get(f"/en/mailbox/files/{file_id}").status_code == 404
    assert case.client.get("/en/mailbox/files/../../x").status_code == 404


def test_a_file_exchanged_on_disk_is_refused_before_a_byte_of_it(portal: Portal, case: Opened) -> None:
    case.reporter.answers("Two files.", a__txt=b"first" * 50_000, b__txt=b"other" * 50_000)
    one, two = case.reporter.reads().messages[1].files
    paths = {path.name: path for path in portal.parts.settings.blobs.rglob("*") if path.is_file()}
    first, second = (
        next(path for name, path in paths.items() if f.id in path.as_posix().replace("/", ""))
        for f in (one, two)
    )
    first.write_bytes(second.read_bytes())
    case.page()
    answer = case.client.get(f"/en/mailbox/files/{one.id}")
    assert answer.status_code == 500
    assert b"other" not in answer.data


@pytest.mark.parametrize("token", ["", "x", "other"], ids=["none", "not ours", "of another session"])
def test_an_answer_without_this_sessions_token_is_refused(token: str, portal: Portal, case: Opened) -> None:
    page = case.page()
    if token == "other":
        stranger = portal.app.test_client()
        token = paper.hidden(paper.open_case(stranger, case.receipt).text, "csrf_token")
    assert paper.answer(case.client, page, "Forged.", csrf_token=token).status_code == 400
    assert "Forged." not in [message.text for message in case.reporter.reads().messages]


def test_blocked_cookies_are_explained(case: Opened, portal: Portal) -> None:
    blocked = portal.app.test_client(use_cookies=False)
    data = {"case_key": case.receipt.case_key, "passphrase": case.receipt.passphrase}
    page = blocked.post("/en/mailbox", data=data, follow_redirects=True)
    assert "cookie" in page.text.lower()
    assert page.status_code == 403
