"""Signing in and out: the page, what its script asks for, and the way out."""

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from portal.services import officers
from portal.services.officers import AUTH_BYTES, KDF, Credentials
from portal.web.encoding import to_base64
from portal.web.json_body import Fields, read_json
from portal.web.parts import parts
from portal.web.sessions import clear_cookie, set_cookie

NAME_CHARACTERS = 200
CODE = r"[0-9]{6}"
CODE_CHARACTERS = 40
BODY_BYTES = 4 * 1024


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    blueprint.add_url_rule("/<lang>/desk/sign-in", "sign_in", page)
    blueprint.add_url_rule("/<lang>/desk/sign-out", "sign_out", sign_out, methods=["POST"])
    blueprint.add_url_rule("/desk/api/salt", "salt", salt, methods=["POST"])
    blueprint.add_url_rule("/desk/api/sign-in", "sign_in_api", sign_in, methods=["POST"])


def page() -> str:
    """The sign-in page; after leaving, it says so."""
    return render_template("desk/sign_in.html", left="left" in request.args, locked="locked" in request.args)


def salt() -> Response:
    """The salt and cost with which a password is stretched; names that nobody has get an answer, too."""
    body = read_json(request, max_bytes=BODY_BYTES)
    name = body.text("name", most=NAME_CHARACTERS)
    body.end()
    return jsonify(salt=to_base64(officers.salt_for(parts(), name)), kdf=KDF)


def sign_in() -> Response:
    """A session's cookie, and what the browser unwraps the officer's root with."""
    body = read_json(request, max_bytes=BODY_BYTES)
    opened = officers.sign_in(parts(), _credentials(body))
    response = jsonify(
        officer_id=opened.officer.id.hex(),
        recipient=opened.officer.recipient,
        verify_key=to_base64(opened.officer.verify_key),
        wrapped_root=to_base64(opened.wrapped_root),
        kdf=opened.kdf,
        row=opened.cookie.row.hex(),
    )
    set_cookie(response, "desk", opened.cookie.value)
    return response


def sign_out() -> BaseResponse:
    """The session is over here, and the browser is asked to drop what it kept. Needs no live session."""
    response = make_response(redirect(url_for("desk.sign_in", left=1), 303))
    clear_cookie(response, "desk")
    return response


def _credentials(body: Fields) -> Credentials:
    name = body.text("name", most=NAME_CHARACTERS)
    auth = body.octets("auth", AUTH_BYTES)
    if body.has("recovery_code"):
        recovery = body.text("recovery_code", most=CODE_CHARACTERS)
        body.end()
        return Credentials(name=name, auth=auth, recovery_code=recovery)
    code = body.matching("code", CODE)
    body.end()
    return Credentials(name=name, auth=auth, code=code)
