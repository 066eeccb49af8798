"""Rule: anyone can report without an account, and gets a receipt, shown once, that reopens the case (IN-01).

Sent twice is one report; on an error all text stays; nothing half is stored (SPEC, receipt; Dir 9(1)(a)).
"""

import errno
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from portal.services import intake
from portal.store import models
from portal.store.blobs import BlobWriter
from tests.builders import Portal, SetClock
from tests.web import paper


def stored(portal: Portal) -> int:
    """How many cases there are."""
    with portal.parts.database.read() as session:
        return session.scalar(select(func.count()).select_from(models.Case)) or 0


def blobs(portal: Portal) -> list[Path]:
    """Every file below the blob folder."""
    return [path for path in portal.parts.settings.blobs.rglob("*") if path.is_file()]


def test_a_report_is_answered_with_a_case_key_and_a_passphrase(visitor: FlaskClient) -> None:
    page = paper.report(visitor, text="The drain leads to the stream.")
    receipt = paper.receipt_on(page.text)
    assert page.status_code == 200
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", receipt.case_key)
    assert len(receipt.passphrase.split()) == 6
    assert "Set-Cookie" not in page.headers


def test_the_receipt_opens_the_case_with_all_that_was_written(visitor: FlaskClient) -> None:
    sent = paper.report(
        visitor,
        text="Blåbær & <b>bold</b>",
        when="In May",
        where="Hall 4",
        who="The foreman",
        category="ENVIRON",
    )
    page = paper.open_case(visitor, paper.receipt_on(sent.text))
    for text in ("Blåbær &amp; &lt;b&gt;bold&lt;/b&gt;", "In May", "Hall 4", "The foreman"):
        assert text in page.text


def test_the_same_form_sent_twice_is_one_report_with_one_receipt(
    portal: Portal, visitor: FlaskClient
) -> None:
    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    files = {"a.txt": b"once"}
    first = paper.report(visitor, token=token, text="Once", files=files)
    second = paper.report(visitor, token=token, text="Once", files=files)
    assert paper.receipt_on(first.text) == paper.receipt_on(second.text)
    assert stored(portal) == 1
    assert len(blobs(portal)) == 1


OTHER: dict[str, tuple[dict[str, str], dict[str, bytes]]] = {
    "another text": ({"text": "Another text, typed with care"}, {"a.txt": b"once"}),
    "another answer": ({"text": "Once", "where": "Hall 9, typed with care"}, {"a.txt": b"once"}),
    "another name": ({"text": "Once", "mode": "open", "name_given": "Typed with care"}, {"a.txt": b"once"}),
    "another file": ({"text": "Once", "who": "typed with care"}, {"a.txt": b"twice"}),
    "another channel": ({"text": "Once", "slug": "complaints", "who": "typed with care"}, {"a.txt": b"once"}),
}


@pytest.mark.parametrize("what", OTHER)
def test_the_same_form_with_something_else_in_it_says_that_this_was_not_sent_and_keeps_it(
    what: str, portal: Portal, visitor: FlaskClient
) -> None:
    portal.team(portal.staff("Ole Friis"), slug="complaints", name="Complaints")
    fields, files = OTHER[what]
    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    first = paper.report(visitor, token=token, text="Once", who="typed with care", files={"a.txt": b"once"})
    other = paper.report(visitor, token=token, files=files, **fields)
    assert other.status_code == 409
    assert "has not been sent" in other.text
    assert "typed with care" in other.text.lower()
    assert paper.receipt_on(other.text) == paper.receipt_on(first.text)
    assert 'action="/en/receipt"' not in other.text, "a button beside the text that would lose it"
    assert stored(portal) == 1
    assert len(blobs(portal)) == 1


def test_what_was_not_sent_can_be_sent_from_that_page_as_a_report_of_its_own(
    portal: Portal, visitor: FlaskClient
) -> None:
    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    first = paper.report(visitor, token=token, text="Once")
    other = paper.report(visitor, token=token, text="Another text")
    again = paper.report(visitor, token=paper.hidden(other.text, "token"), text="Another text")
    assert again.status_code == 200
    assert paper.receipt_on(again.text) != paper.receipt_on(first.text)
    assert "Another text" in paper.open_case(visitor, paper.receipt_on(again.text)).text
    assert stored(portal) == 2


def test_the_receipt_of_the_first_is_shown_with_the_day_of_its_own_channel(
    portal: Portal, visitor: FlaskClient
) -> None:
    portal.team(portal.staff("Ole Friis"), slug="complaints", name="Complaints")
    with portal.parts.database.write() as session:
        session.execute(
            update(models.Channel).where(models.Channel.slug == "complaints").values(acknowledge_days=3)
        )
    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    paper.report(visitor, token=token, text="Once")
    other = paper.report(visitor, token=token, text="Once", slug="complaints")
    assert "9 March 2026" in other.text


def test_the_mark_of_a_form_says_nothing_of_its_content_to_whom_the_form_is_unknown(
    portal: Portal, visitor: FlaskClient
) -> None:
    for _ in range(2):
        paper.report(visitor, text="Once")
    with portal.parts.volatile.read() as session:
        first, second = session.scalars(select(models.SessionRow.sealed)).all()
    assert first is not None
    assert len(first) == 32
    assert first != second


def test_of_two_different_reports_with_one_form_at_once_one_is_said_not_to_be_sent(
    portal: Portal, visitor: FlaskClient
) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    texts = [f"Text number {n}" for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        pages = list(
            pool.map(lambda text: paper.report(portal.app.test_client(), token=token, text=text), texts)
        )
    assert sorted(page.status_code for page in pages) == [200, 409, 409, 409]
    taken = next(text for text, page in zip(texts, pages, strict=True) if page.status_code == 200)
    assert taken in paper.open_case(visitor, paper.receipt_on(pages[0].text)).text
    assert stored(portal) == 1


def test_a_form_whose_first_try_was_cut_off_before_it_was_stored_takes_another_text(
    visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    monkeypatch.setattr("portal.services.sealing.store", _cut_off)
    assert paper.report(visitor, token=token, text="First try").status_code == 500
    monkeypatch.undo()
    for _ in range(2):
        page = paper.report(visitor, token=token, text="Second try")
        assert page.status_code == 200
    assert "Second try" in paper.open_case(visitor, paper.receipt_on(page.text)).text


def _cut_off(*_given: object) -> None:
    raise MemoryError


def test_half_an_hour_later_the_form_shows_no_receipt_any_more(
    portal: Portal, visitor: FlaskClient, clock: SetClock
) -> None:
    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    clock.move(hours=3)
    paper.report(visitor, token=token, text="Once")
    clock.move(minutes=29)
    assert "shown-key" in paper.report(visitor, token=token, text="Once").text
    clock.move(minutes=2)
    late = paper.report(visitor, token=token, text="Once")
    assert late.status_code == 400
    assert "shown-key" not in late.text
    assert stored(portal) == 1


def test_the_minute_of_a_report_is_forgotten_when_the_next_one_comes_half_an_hour_later(
    portal: Portal, visitor: FlaskClient, clock: SetClock
) -> None:
    for _ in range(2):
        paper.report(visitor, text="Once")
        clock.move(minutes=31)
    with portal.parts.volatile.read() as session:
        assert session.scalar(select(func.count()).select_from(models.SessionRow)) == 1


@pytest.mark.parametrize("token", ["", "00" * 72, "no hex", "ff" * 20])
def test_a_form_that_is_not_ours_stores_nothing_and_loses_nothing(
    token: str, portal: Portal, visitor: FlaskClient
) -> None:
    page = paper.report(visitor, token=token, text="Typed with care", files={"a": b"x"})
    assert page.status_code == 400
    assert "Typed with care" in page.text
    assert stored(portal) == 0
    assert not blobs(portal)


def test_a_form_older_than_a_day_is_asked_for_again_with_a_fresh_token(
    portal: Portal, visitor: FlaskClient, clock: SetClock
) -> None:
    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    clock.move(days=1, minutes=1)
    again = paper.report(visitor, token=token, text="Written slowly")
    assert "Written slowly" in again.text
    fresh = paper.hidden(again.text, "token")
    assert "shown-key" in paper.report(visitor, token=fresh, text="Written slowly").text
    assert stored(portal) == 1


TROUBLE: dict[str, tuple[dict[str, str], dict[str, bytes], int]] = {
    "nothing written": ({"text": "  \n "}, {}, 400),
    "a text over 200,000 bytes": ({"text": "å" * 100_001}, {}, 400),
    "a field over its length": ({"text": "Good", "where": "w" * 2_001}, {}, 400),
    "eleven files": ({"text": "Good"}, {f"{n}": b"x" for n in range(11)}, 400),
}


@pytest.mark.parametrize("what", TROUBLE)
def test_what_can_not_be_taken_comes_back_with_everything_typed(
    what: str, portal: Portal, visitor: FlaskClient
) -> None:
    fields, files, status = TROUBLE[what]
    page = paper.report(visitor, files=files, who="The foreman", **fields)
    assert page.status_code == status
    assert "The foreman" in page.text
    assert 'id="problem"' in page.text
    assert stored(portal) == 0
    assert not blobs(portal)


def test_a_text_of_exactly_200_000_bytes_is_taken(visitor: FlaskClient) -> None:
    assert "shown-key" in paper.report(visitor, text="å" * 100_000).text


def test_a_full_disk_is_said_before_anything_is_acknowledged(
    portal: Portal, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: BlobWriter, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.write", full)
    monkeypatch.setattr(BlobWriter, "write", _translated(full))
    page = paper.report(visitor, text="Typed with care", files={"a.bin": b"x" * 100_000})
    monkeypatch.undo()
    assert page.status_code == 507
    assert "Typed with care" in page.text
    assert stored(portal) == 0
    assert not blobs(portal)


def _translated(fail: object) -> object:
    from portal.store.errors import StorageFull  # noqa: PLC0415

    def write(self: BlobWriter, data: bytes) -> None:
        try:
            fail(self, data)  # type: ignore[operator]
        except OSError as error:
            raise StorageFull("full") from error

    return write


def test_a_channel_without_a_key_takes_no_report_and_says_so(portal: Portal, visitor: FlaskClient) -> None:
    with portal.parts.database.write() as session:
        session.add(
            models.Channel(
                id=b"c" * 16, organisation_id=portal.organisation_id, slug="board", name="Board", position=2
            )
        )
    assert visitor.get("/en/c/board").status_code == 200
    response = visitor.post("/en/c/board/report", data={"text": "x"}, content_type="multipart/form-data")
    assert response.status_code == 503
    assert stored(portal) == 0


def test_an_unknown_channel_is_not_found(visitor: FlaskClient) -> None:
    for path in ("/en/c/nobody", "/en/c/nobody/report"):
        assert visitor.get(path).status_code == 404


def test_a_name_is_a_message_of_its_own_and_an_anonymous_report_has_none(
    portal: Portal, visitor: FlaskClient
) -> None:
    paper.report(visitor, text="Named", mode="confidential", name_given="Ida Berg")
    paper.report(visitor, text="Anonymous", mode="anonymous", name_given="Typed by mistake")
    with portal.parts.database.read() as session:
        sizes = session.execute(
            select(models.Message.case_id, func.count()).group_by(models.Message.case_id)
        ).all()
    assert sorted(count for _case, count in sizes) == [1, 2]


def test_typing_the_passphrase_again_says_whether_it_is_right(visitor: FlaskClient) -> None:
    page = paper.report(visitor, text="Once")
    receipt, folded = paper.receipt_on(page.text), paper.hidden(page.text, "case_key")
    right = visitor.post("/en/receipt", data={"case_key": folded, "passphrase": receipt.passphrase.upper()})
    assert right.status_code == 303
    words = receipt.passphrase.split()
    for typed in (
        "",
        " ".join(words[:5]),
        " ".join([*words[:5], "abacus" if words[5] != "abacus" else "abdomen"]),
    ):
        wrong = visitor.post("/en/receipt", data={"case_key": folded, "passphrase": typed})
        assert wrong.status_code == 400
        assert receipt.passphrase not in wrong.text
    unknown = visitor.post(
        "/en/receipt", data={"case_key": folded, "passphrase": "blåbærgrød " + receipt.passphrase}
    )
    assert "blåbærgrød" in unknown.text


def test_two_reports_with_one_form_at_once_store_one(portal: Portal, visitor: FlaskClient) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    token = paper.hidden(visitor.get("/en/c/whistleblowing/report").text, "token")
    with ThreadPoolExecutor(4) as pool:
        pages = list(
            pool.map(lambda _n: paper.report(portal.app.test_client(), token=token, text="Once"), range(4))
        )
    assert len({paper.receipt_on(page.text).passphrase for page in pages}) == 1
    assert stored(portal) == 1


def test_a_test_report_says_so_on_form_receipt_and_mailbox(portal: Portal, visitor: FlaskClient) -> None:
    token = intake.new_test_form(portal.parts, "whistleblowing")
    form = visitor.get(f"/en/c/whistleblowing/report?test={token}")
    assert "This is a test report" in form.text
    assert f"/da/c/whistleblowing/report?test={token}" in form.text
    page = paper.report(visitor, text="Only a test", test=token)
    assert "This is a test report" in page.text
    assert "This is a test report" in paper.open_case(visitor, paper.receipt_on(page.text)).text
    assert "This is a test report" not in visitor.get("/en/c/whistleblowing/report").text


def test_a_link_for_test_reports_is_good_for_its_channel_and_an_hour(
    portal: Portal, visitor: FlaskClient, clock: SetClock
) -> None:
    foreign = intake.new_test_form(portal.parts, "complaints")
    assert visitor.get(f"/en/c/whistleblowing/report?test={foreign}").status_code == 400
    token = intake.new_test_form(portal.parts, "whistleblowing")
    clock.move(minutes=61)
    assert visitor.get(f"/en/c/whistleblowing/report?test={token}").status_code == 400
    assert paper.report(visitor, text="Late", test=token).status_code == 400
    assert stored(portal) == 0
