"""New roots for open cases after somebody has left: which wait, and what a member's browser made for one."""

from flask import Blueprint, Response, jsonify, request

from portal.services import rerooting
from portal.services.grants import CARD_BYTES, NewGrant
from portal.services.rerooting import NewRoots
from portal.web.desk.access import officer
from portal.web.desk.api_cases import (
    MAX_READERS,
    MAX_RECORD_BYTES,
    OPENING_BODY_BYTES,
    read_grant,
    read_wraps,
)
from portal.web.desk.identifiers import id_of
from portal.web.encoding import no_content
from portal.web.json_body import Fields, read_json
from portal.web.parts import parts


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    blueprint.add_url_rule("/desk/api/roots", "cases_to_reroot", cases_to_reroot)
    blueprint.add_url_rule("/desk/api/cases/<case_id>/roots", "reroot_case", reroot, methods=["POST"])


def cases_to_reroot() -> Response:
    """The ids of the open cases that are still under an older epoch."""
    return jsonify(cases=[case_id.hex() for case_id in rerooting.waiting(parts(), officer().id)])


def reroot(case_id: str) -> Response:
    """One case under new roots."""
    body = read_json(request, max_bytes=OPENING_BODY_BYTES)
    new = NewRoots(
        talk=body.octets("talk", 1, MAX_RECORD_BYTES),
        talk_grants=_grants(body, "talk_grants"),
        desk=body.octets("desk", 0, MAX_RECORD_BYTES),
        desk_grants=_grants(body, "desk_grants"),
        wraps=read_wraps(body),
        card=body.octets("card", 0, CARD_BYTES),
    )
    body.end()
    rerooting.reroot(parts(), officer().id, id_of(case_id), new)
    return no_content()


def _grants(body: Fields, key: str) -> tuple[NewGrant, ...]:
    return tuple(read_grant(item) for item in body.each(key, MAX_READERS))
