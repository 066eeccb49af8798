"""What a signed-in browser keeps here between two pages: its root, sealed, and what it has confirmed."""

from flask import Blueprint, Response, jsonify, request
from flask_wtf.csrf import generate_csrf

from portal.services import keyring, sessions
from portal.services.keyring import ChannelKeys
from portal.web.desk.access import officer
from portal.web.encoding import no_content, to_base64
from portal.web.json_body import read_json
from portal.web.parts import parts
from portal.web.sessions import clear_cookie

SEALED_ROOT_BYTES = 72
PINS_BYTES = 256 * 1024


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    session = "/desk/api/session"
    blueprint.add_url_rule(session, "session_token", token)
    blueprint.add_url_rule(session, "keep_session", keep_root, methods=["PUT"])
    blueprint.add_url_rule(session, "end_session", end, methods=["DELETE"])
    blueprint.add_url_rule("/desk/api/keys", "keys", keys)
    blueprint.add_url_rule("/desk/api/pins", "pins", keep_pins, methods=["PUT"])


def token() -> Response:
    """The token that changing requests of this session show; asking also says that somebody is there."""
    return jsonify(csrf=generate_csrf(), row=officer().row.hex())


def keep_root() -> Response:
    """The officer's root, sealed under a key that only this tab of the browser has, kept with the session."""
    body = read_json(request)
    sealed = body.octets("sealed_root", SEALED_ROOT_BYTES)
    body.end()
    sessions.keep_sealed(parts(), officer().row, sealed)
    return no_content()


def end() -> Response:
    """The session is over: locked by hand, or because nobody was there."""
    sessions.end(parts(), officer().row)
    response = no_content()
    clear_cookie(response, "desk")
    return response


def keys() -> Response:
    """All that the browser opens its keys from."""
    ring = keyring.key_ring(parts(), officer().session)
    return jsonify(
        officer={
            "id": ring.officer.id.hex(),
            "name": ring.officer.name,
            "role": ring.officer.role,
            "is_officer": ring.officer.is_officer,
            "is_administrator": ring.officer.is_administrator,
            "recipient": ring.officer.recipient,
            "verify_key": to_base64(ring.officer.verify_key),
        },
        row=officer().row.hex(),
        sealed_root=to_base64(ring.sealed_root) if ring.sealed_root else None,
        pins=to_base64(ring.pins) if ring.pins else None,
        channels=[_channel(channel) for channel in ring.channels],
    )


def keep_pins() -> Response:
    """What this officer has compared and confirmed, sealed under its own key."""
    body = read_json(request, max_bytes=PINS_BYTES * 2)
    pins = body.octets("pins", 40, PINS_BYTES)
    body.end()
    keyring.keep_pins(parts(), officer().id, pins)
    return no_content()


def _channel(channel: ChannelKeys) -> dict[str, object]:
    return {
        "id": channel.id.hex(),
        "name": channel.name,
        "slug": channel.slug,
        "records": [to_base64(raw) for raw in channel.records],
        "anchor_recipient": channel.anchor_recipient,
        "grants": [to_base64(sealed) for sealed in channel.grants],
        "keeper": channel.keeper,
        "keepers": [officer_id.hex() for officer_id in channel.keepers],
        "sheet_confirmed": channel.sheet_confirmed,
        "anchor_grant": to_base64(channel.anchor_grant) if channel.anchor_grant else None,
        "leaving": [officer_id.hex() for officer_id in channel.leaving],
    }
