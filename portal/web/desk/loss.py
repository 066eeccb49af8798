"""When something is lost: the page that says what to do, and the page that uses the recovery sheet."""

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from portal.services import recovery, replacing, sheets
from portal.services.recovery import Recovery
from portal.web.desk.access import officer
from portal.web.desk.api_people import CREATED, MAX_BODY_BYTES, MAX_RECORD_BYTES, NAME, read_grants
from portal.web.desk.api_session import PINS_BYTES
from portal.web.desk.identifiers import id_of
from portal.web.encoding import no_content, to_base64
from portal.web.json_body import read_json
from portal.web.parts import parts

VERIFY_KEY_BYTES = 32


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    add = blueprint.add_url_rule
    add("/<lang>/desk/lost", "lost", lost)
    add("/<lang>/desk/sheet", "sheet", sheet)
    add("/desk/api/people/<officer_id>/anew", "invite_anew", invite_anew, methods=["POST"])
    add("/desk/api/sheet", "sheet_channels", sheet_channels)
    add("/desk/api/channels/<channel_id>/recovery", "recover", recover, methods=["POST"])
    add("/desk/api/channels/<channel_id>/sheet", "confirm_sheet", confirm_sheet, methods=["POST"])


def lost() -> str:
    """What to do, case by case; for people who can't sign in, too."""
    return render_template("desk/lost.html")


def sheet() -> str:
    """The page on which the sheet's words are typed. They go no further than the browser."""
    return render_template("desk/sheet.html")


def sheet_channels() -> Response:
    """What a browser that holds an anchor opens the channel's roots from; of no use to any other."""
    found = recovery.sheet_channels(parts(), officer().id)
    return jsonify(
        channels=[
            {
                "id": one.id.hex(),
                "name": one.name,
                "records": [to_base64(raw) for raw in one.records],
                "anchor_recipient": one.anchor_recipient,
                "grants": [to_base64(sealed) for sealed in one.grants],
            }
            for one in found
        ]
    )


def recover(channel_id: str) -> Response:
    """A keeper is made by the anchor's signature: the next record, the grants to this officer, and its pins."""
    body = read_json(request, max_bytes=MAX_BODY_BYTES)
    made = Recovery(
        record=body.octets("record", 1, MAX_RECORD_BYTES),
        grants=read_grants(body),
        pins=body.octets("pins", 40, PINS_BYTES),
    )
    body.end()
    recovery.recover(parts(), officer().id, id_of(channel_id), made)
    return no_content()


def confirm_sheet(channel_id: str) -> Response:
    """A keeper has printed the sheet again and typed two of its words."""
    body = read_json(request)
    anchor = body.octets("anchor", VERIFY_KEY_BYTES)
    body.end()
    sheets.confirm(parts(), officer().id, id_of(channel_id), anchor)
    return no_content()


def invite_anew(officer_id: str) -> tuple[Response, int]:
    """The old account is closed, and a link is shown once. The body repeats the name, so that no stray request does."""
    body = read_json(request)
    name = body.text("name", most=NAME)
    body.end()
    made = replacing.invite_anew(parts(), officer().id, id_of(officer_id), name)
    return jsonify(path=url_for("desk.invitation", lang=made.language, token=made.token)), CREATED
