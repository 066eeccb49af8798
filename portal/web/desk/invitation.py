"""Where an invitation leads: one page on which the newcomer makes keys, and one POST.

The link is the only credential, and it opens nothing: who enrols here reads nothing before a keeper has
compared words by voice.
"""

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from portal.services import invitations
from portal.services.errors import NotFound
from portal.web.json_body import read_json
from portal.web.parts import parts
from portal.web.setup.body import read_officer

CREATED, NOT_FOUND = 201, 404


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    blueprint.add_url_rule("/<lang>/invitation/<token>", "invitation", page)
    blueprint.add_url_rule("/desk/api/invitation/<token>", "enrol", enrol, methods=["POST"])


def page(token: str) -> tuple[str, int] | str:
    """The page; for a link that works no more, one that says so."""
    try:
        invited = invitations.invited(parts(), token)
    except NotFound:
        return render_template("invitation/unknown.html"), NOT_FOUND
    return render_template("invitation/start.html", invited=invited, token=token)


def enrol(token: str) -> tuple[Response, int]:
    """The newcomer's public keys, wraps and hashes, stored in one transaction; the link is used up."""
    invitations.invited(parts(), token)
    body = read_json(request)
    body.number("v", 1, 1)
    new = read_officer(body.fields("officer"), parts().settings.languages)
    body.end()
    invitations.enrol(parts(), token, new)
    return jsonify(sign_in=url_for("desk.sign_in", lang=new.language)), CREATED
