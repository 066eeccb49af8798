"""Rule: a form without files is at most 2 MiB and 100 fields; nothing beyond that is read, kept or taken apart.

Source: docs/rules.md, section 1. Such a form is read whole before anybody has signed in, and the library that takes
it apart sets no bound of its own: 16 MiB of "a&a&…" cost 730 MiB of memory and eleven seconds.
"""

import io
import tracemalloc
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.web.json_body import MAX_BYTES
from portal.web.request import FORM_BYTES, FORM_FIELDS
from tests.builders import Portal
from tests.web import paper
from tests.web.desk_client import DeskClient

URLENCODED = "application/x-www-form-urlencoded"
READ = ("/en/mailbox", "/en/receipt")
"""The forms that anybody may send, and that are read whole."""


class Long(io.BytesIO):
    """A body of 16 MiB, which knows how much of it was read."""

    def __init__(self, unit: bytes) -> None:
        super().__init__(unit * (16 * 1024**2 // len(unit)))


def send(
    client: FlaskClient, path: str, body: io.BytesIO, kind: str = URLENCODED, announced: int | None = None
) -> TestResponse:
    """The answer to a body that is announced as so many bytes long, or comes in chunks and does not say."""
    environ = {"wsgi.input": body, "wsgi.input_terminated": True}
    length = (
        {"HTTP_TRANSFER_ENCODING": "chunked"} if announced is None else {"CONTENT_LENGTH": str(announced)}
    )
    return client.post(path, content_type=kind, environ_overrides={**environ, **length})


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("unit", [b"a", b"a&", b"%41", b"a=%C3%B8&"], ids=["one", "many", "escaped", "both"])
def test_a_form_without_end_is_read_to_its_limit_and_refused_with_a_page(
    path: str, unit: bytes, visitor: FlaskClient
) -> None:
    body = Long(unit)
    visitor.get("/en/mailbox")
    tracemalloc.start()
    answer = send(visitor, path, body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 413
    assert "That is more than we can take at once" in answer.text
    assert answer.headers["Connection"] == "close"
    assert body.tell() == FORM_BYTES + 1
    assert peak < 4 * FORM_BYTES


@pytest.mark.parametrize("path", READ)
def test_a_form_that_announces_too_much_is_refused_before_a_byte_of_it_is_read(
    path: str, visitor: FlaskClient
) -> None:
    body = Long(b"a")
    assert send(visitor, path, body, announced=FORM_BYTES + 1).status_code == 413
    assert body.tell() == 0


@pytest.mark.parametrize("path", READ)
def test_a_form_of_more_fields_than_any_of_ours_is_refused(path: str, visitor: FlaskClient) -> None:
    fields = "&".join(f"f{number}=" for number in range(FORM_FIELDS + 1))
    assert visitor.post(path, data=fields, content_type=URLENCODED).status_code == 413
    fewer = fields.partition("&")[2]
    assert visitor.post(path, data=fewer, content_type=URLENCODED).status_code == 400


@pytest.mark.parametrize("path", READ)
def test_a_form_with_parts_is_not_taken_where_no_file_is_asked_for(path: str, visitor: FlaskClient) -> None:
    data = {"case_key": "x", "passphrase": "y"}
    assert visitor.post(path, data=data, content_type="multipart/form-data").status_code == 415


def test_an_officers_form_has_the_same_limits(portal: Portal) -> None:
    anna = portal.staff("Anna Holm")
    reporter = portal.report(portal.team(anna))
    desk = DeskClient(portal, anna)
    path = f"/en/desk/cases/{reporter.reference}/hold"
    body = Long(b"a&")
    assert send(desk.client, path, body).status_code == 413
    assert body.tell() == FORM_BYTES + 1


def test_the_longest_text_that_was_typed_comes_back_after_signing_in_again(
    portal: Portal, visitor: FlaskClient
) -> None:
    """640 KiB of text are taken; each byte of them may become three, as %C3, on the way back."""
    draft = "ø" * (portal.parts.settings.max_text_bytes)
    receipt = paper.receipt_on(paper.report(visitor, text="Something happened.").text)
    data = {"case_key": receipt.case_key, "passphrase": receipt.passphrase, "draft": draft}
    assert len(urlencode(data)) > 1_100_000
    answer = visitor.post("/en/mailbox", data=data)
    assert answer.status_code == 200
    assert draft in answer.text


@pytest.mark.parametrize("announced", [None, MAX_BYTES + 1], ids=["in chunks", "announced"])
def test_json_of_an_unknown_or_too_great_length_is_refused_unread(
    announced: int | None, visitor: FlaskClient
) -> None:
    body = Long(b"[")
    answer = send(visitor, "/desk/api/salt", body, "application/json", announced)
    assert (answer.status_code, body.tell()) == (400, 0)
