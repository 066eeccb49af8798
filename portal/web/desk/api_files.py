"""Sealed bytes in and out: attachments, a file a request, and the cards for the search."""

import re
from collections.abc import Iterator

from flask import Blueprint, Response, after_this_request, jsonify, request

from portal.services import attachments_desk, desk_list
from portal.services.attachments_desk import Upload
from portal.services.desk_errors import Malformed
from portal.services.errors import NotFound
from portal.web.desk.access import officer
from portal.web.desk.case_json import compact_cards
from portal.web.desk.identifiers import id_of
from portal.web.multipart import READ_BYTES, linger
from portal.web.parts import parts

NO_CONTENT = 204
SEALED = "application/octet-stream"
AFTER = re.compile(r"[0-9a-f]{96}")


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    add = blueprint.add_url_rule
    add("/desk/api/uploads/<case_id>/<upload_id>", "upload", upload, methods=["PUT"])
    add("/desk/api/uploads/<case_id>/<upload_id>", "cancel_upload", cancel_upload, methods=["DELETE"])
    add("/desk/api/files/<file_id>", "sealed_file", sealed_file)
    add("/desk/api/cases", "page_cards", page_cards)
    add("/desk/api/cards", "all_cards", all_cards)


def upload(case_id: str, upload_id: str) -> Response:
    """A sealed file, stored as it comes; it waits for a message that lists it."""
    after_this_request(lambda response: linger(response, request))
    if request.mimetype != SEALED or request.content_length is None:
        raise Malformed
    sealed = Upload(id_of(upload_id), id_of(case_id), request.content_length, _chunks())
    attachments_desk.receive(parts(), officer().id, officer().row, sealed)
    return Response(status=NO_CONTENT, mimetype="application/json")


def cancel_upload(case_id: str, upload_id: str) -> Response:
    """A file that was sent, and will not be listed, is erased."""
    attachments_desk.cancel(parts(), officer().row, id_of(case_id), id_of(upload_id))
    return Response(status=NO_CONTENT, mimetype="application/json")


def sealed_file(file_id: str) -> Response:
    """The sealed file; the browser opens it, or keeps it for the command line."""
    found = attachments_desk.download(parts(), officer().id, id_of(file_id))
    response = Response(found.chunks, mimetype=SEALED)
    response.content_length = found.size
    # Never shown in this origin, whatever is inside (LOOK: attachments are downloads).
    response.headers["Content-Disposition"] = f'attachment; filename="{file_id}.age"'
    return response


def page_cards() -> Response:
    """What opens the cards of one page of the list."""
    rows = desk_list.page_cards(parts(), officer().id, request.args.get("after"))
    return jsonify(**compact_cards(rows))


def all_cards() -> Response:
    """What opens the next 2,000 cards; `next` asks for those after them, null at the end."""
    rows = desk_list.cards(parts(), officer().id, _after(request.args.get("after")))
    full = len(rows) == desk_list.CARDS_AT_ONCE
    following = f"{rows[-1].case_id.hex()}{rows[-1].holder.hex()}" if full else None
    return jsonify(**compact_cards(rows), next=following)


def _after(text: str | None) -> tuple[bytes, bytes] | None:
    if text is None:
        return None
    if not AFTER.fullmatch(text):
        raise NotFound
    return bytes.fromhex(text[:32]), bytes.fromhex(text[32:])


def _chunks() -> Iterator[bytes]:
    while data := request.stream.read(READ_BYTES):
        yield data
