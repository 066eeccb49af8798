"""The set-up page, and the one request in which all of it arrives."""

from babel import Locale
from flask import Blueprint, Response, jsonify, render_template, request, url_for

from portal.services import setup
from portal.services.errors import NotFound, Refused
from portal.web.json_body import read_json
from portal.web.languages import NAMES, current
from portal.web.parts import parts
from portal.web.setup.body import COUNTRIES, read_portal

CREATED, BAD_REQUEST, FORBIDDEN, GONE, NOT_FOUND = 201, 400, 403, 410, 404
STATUS = {"already_set_up": GONE, "wrong_code": FORBIDDEN}


def register(blueprint: Blueprint) -> None:
    """Add this surface's addresses."""
    blueprint.add_url_rule("/<lang>/setup/<token>", "start", start)
    blueprint.add_url_rule("/setup/api/<token>", "finish", finish, methods=["POST"])
    blueprint.register_error_handler(Refused, _refusal)


def start(token: str) -> tuple[str, int] | str:
    """The set-up page; in its place, once the link was used or replaced, a page that says so."""
    try:
        setup.check_link(parts(), token)
    except setup.AlreadySetUp:
        return render_template("setup/used.html"), GONE
    except NotFound:
        return render_template("setup/unknown.html"), NOT_FOUND
    offered = [(code, NAMES[code]) for code in parts().settings.languages]
    return render_template("setup/start.html", token=token, countries=_countries(), offered=offered)


def finish(token: str) -> tuple[Response, int]:
    """Everything at once, stored in one transaction; the answer says where to go next."""
    setup.check_link(parts(), token)
    new = read_portal(read_json(request), parts().settings.languages)
    setup.set_up(parts(), token, new)
    lang = new.officer.language
    answer = jsonify(
        sign_in=url_for("desk.sign_in", lang=lang),
        public=f"/{lang}/c/{new.channel.slug}",  # another process may serve it, so url_for may not know it
    )
    return answer, CREATED


def _refusal(error: Refused) -> Response:
    response = jsonify(error=error.code)
    response.status_code = STATUS.get(error.code, BAD_REQUEST)
    return response


def _countries() -> list[tuple[str, str]]:
    """Code and name in the page's language, sorted by name."""
    names = Locale.parse(current()).territories
    return sorted(((code, names[code]) for code in COUNTRIES), key=lambda pair: pair[1])
