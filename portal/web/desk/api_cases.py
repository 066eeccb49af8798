"""Cases as an officer's browser reads and changes them: JSON, with everything sealed as base64.

Every body is taken apart key by key (web/json_body.py), and every case is looked up among those in reach:
another officer's case is not found.
"""

from datetime import date

from flask import Blueprint, Response, jsonify, request

from portal.domain.case import Stage
from portal.services import casework, erasing, stages
from portal.services.casework import Posted
from portal.services.desk_errors import Changed
from portal.services.grants import CARD_BYTES, HASH_BYTES, WRAP_BYTES, NewGrant, NewWrap, Opening
from portal.services.sealed_shapes import MAX_GRANT_BYTES, MAX_MESSAGE_BYTES
from portal.web.desk.access import officer
from portal.web.desk.case_json import case_json
from portal.web.desk.identifiers import id_of
from portal.web.json_body import BodyRefused, Fields, read_json
from portal.web.parts import parts

NO_CONTENT, CONFLICT = 204, 409
MESSAGE_BODY_BYTES = MAX_MESSAGE_BYTES * 3 // 2
OPENING_BODY_BYTES = 64 * 1024
MAX_READERS = 64
MAX_NUMBER = 2**31 - 1
MAX_RECORD_BYTES = 16 * 1024
SCOPES = ("talk", "desk")
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    one = "/desk/api/cases/<case_id>"
    add = blueprint.add_url_rule
    add(one, "read_case", read)
    add(f"{one}/opened", "open_case", open_first, methods=["POST"])
    add(f"{one}/wraps", "keep_wraps", keep_wraps, methods=["POST"])
    add(f"{one}/messages", "post_message", post_message, methods=["POST"])
    add(f"{one}/acknowledgement", "acknowledge", acknowledge, methods=["POST"])
    add(f"{one}/stage", "change_stage", change_stage, methods=["POST"])
    add(f"{one}/card", "put_card", put_card, methods=["PUT"])
    add(f"{one}/identity-opened", "identity_opened", identity_opened, methods=["POST"])
    add(f"{one}/erase", "erase_case", erase, methods=["POST"])
    blueprint.register_error_handler(Changed, _changed)


def read(case_id: str) -> Response:
    """The case, sealed."""
    return jsonify(case_json(casework.read(parts(), officer().id, id_of(case_id))))


def open_first(case_id: str) -> Response:
    """The first opening: desk record 0, its grants, the wraps and the card."""
    body = read_json(request, max_bytes=OPENING_BODY_BYTES)
    opening = Opening(
        record=body.octets("record", 1, MAX_RECORD_BYTES),
        grants=tuple(read_grant(item) for item in body.each("grants", MAX_READERS)),
        wraps=read_wraps(body),
        card=body.octets("card", CARD_BYTES),
    )
    body.end()
    casework.open_first(parts(), officer().id, id_of(case_id), opening)
    return _done()


def keep_wraps(case_id: str) -> Response:
    """Roots re-wrapped after a grant was opened."""
    body = read_json(request, max_bytes=OPENING_BODY_BYTES)
    wraps = read_wraps(body)
    body.end()
    casework.keep_wraps(parts(), officer().id, id_of(case_id), wraps)
    return _done()


def post_message(case_id: str) -> Response:
    """A reply or a note, at the number that was next when it was written."""
    body = read_json(request, max_bytes=MESSAGE_BODY_BYTES)
    posted = Posted(
        scope="talk" if body.one_of("scope", SCOPES) == "talk" else "desk",
        n=body.number("n", 0, MAX_NUMBER),
        under=body.number("under", 0, MAX_NUMBER),
        sealed=body.octets("sealed", 1, MAX_MESSAGE_BYTES),
        files=body.octets_each("files", parts().settings.max_files, 16),
    )
    body.end()
    casework.post(parts(), officer().id, officer().row, id_of(case_id), posted)
    return _done()


def acknowledge(case_id: str) -> Response:
    """The acknowledgement, with the due date that its text names."""
    body = read_json(request, max_bytes=MESSAGE_BODY_BYTES)
    n, under = body.number("n", 0, MAX_NUMBER), body.number("under", 0, MAX_NUMBER)
    posted = Posted("talk", n, under, body.octets("sealed", 1, MAX_MESSAGE_BYTES))
    due = _day(body, "feedback_due_on")
    body.end()
    casework.acknowledge(parts(), officer().id, id_of(case_id), posted, due)
    return _done()


def change_stage(case_id: str) -> Response:
    """From the stage that was seen to the next."""
    body = read_json(request)
    seen, to = body.one_of("seen", list(Stage)), body.one_of("to", list(Stage))
    body.end()
    stages.change(parts(), officer().id, id_of(case_id), seen=seen, to=to)
    return _done()


def put_card(case_id: str) -> Response:
    """Title and category anew, in the place of the card that was read."""
    body = read_json(request)
    sealed = body.octets("sealed", CARD_BYTES)
    replaces = body.octets("replaces", HASH_BYTES)
    body.end()
    casework.put_card(parts(), officer().id, id_of(case_id), sealed=sealed, replaces=replaces)
    return _done()


def identity_opened(case_id: str) -> Response:
    """The register is told before the reporter's name is shown."""
    body = read_json(request)
    n = body.number("n", 0, MAX_NUMBER)
    body.end()
    casework.note_identity_opened(parts(), officer().id, id_of(case_id), n)
    return _done()


def erase(case_id: str) -> Response:
    """A test report, gone. The body repeats its reference, so that no stray request erases."""
    body = read_json(request)
    reference = body.text("reference", most=16)
    body.end()
    erasing.erase_test_report(parts(), officer().id, id_of(case_id), reference)
    return _done()


def read_grant(item: Fields) -> NewGrant:
    """One grant of a body. Raises BodyRefused."""
    grant = NewGrant(
        receiver=item.octets("receiver", HASH_BYTES), sealed=item.octets("sealed", 1, MAX_GRANT_BYTES)
    )
    item.end()
    return grant


def read_wraps(body: Fields) -> tuple[NewWrap, ...]:
    """The wraps of a body. Raises BodyRefused."""
    return tuple(_wrap(item) for item in body.each("wraps", MAX_READERS))


def _wrap(item: Fields) -> NewWrap:
    wrap = NewWrap(
        scope="talk" if item.one_of("scope", SCOPES) == "talk" else "desk",
        number=item.number("number", 0, MAX_NUMBER),
        holder=item.octets("holder", HASH_BYTES),
        wrapped=item.octets("wrapped", WRAP_BYTES),
    )
    item.end()
    return wrap


def _day(body: Fields, key: str) -> date:
    try:
        return date.fromisoformat(body.matching(key, DAY))
    except ValueError as error:
        raise BodyRefused(key) from error


def _done() -> Response:
    return Response(status=NO_CONTENT, mimetype="application/json")


def _changed(error: Changed) -> Response:
    response = jsonify(error=error.code)
    response.status_code = CONFLICT
    return response
