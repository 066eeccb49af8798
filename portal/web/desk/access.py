"""Who may call what on the desk: one table, looked up before every request, and closed where it is silent."""

from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, Response, abort, g, jsonify, redirect, request, url_for
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse
from wtforms import ValidationError

from portal.services import officers, sessions
from portal.services.errors import NotSignedIn, Refused
from portal.web.parts import parts
from portal.web.security import CHANGING
from portal.web.sessions import cookie

Policy = Literal["anyone", "officer", "administrator", "either"]

POLICIES: dict[str, Policy] = {
    "desk.sign_in": "anyone",
    "desk.sign_out": "anyone",
    "desk.salt": "anyone",
    "desk.sign_in_api": "anyone",
    "desk.session_token": "either",
    "desk.keep_session": "either",
    "desk.end_session": "either",
    "desk.keys": "either",
    "desk.pins": "either",
    "desk.password": "either",
    "desk.account": "either",
    "desk.second_factor": "either",
    "desk.end_others": "either",
    "desk.lost": "anyone",
    "desk.sheet": "officer",
    "desk.sheet_channels": "officer",
    "desk.recover": "officer",
    "desk.confirm_sheet": "officer",
    "desk.invite_anew": "administrator",
    "desk.invitation": "anyone",
    "desk.enrol": "anyone",
    "desk.team": "either",
    "desk.channel_team": "either",
    "desk.admit": "officer",
    "desk.next_epoch": "officer",
    "desk.cases_to_reroot": "officer",
    "desk.reroot_case": "officer",
    "desk.ask_removal": "administrator",
    "desk.end_access": "administrator",
    "desk.invite": "administrator",
    "desk.withdraw_invitation": "administrator",
    "desk.cases": "either",
    "desk.case": "officer",
    "desk.page_cards": "officer",
    "desk.all_cards": "officer",
    "desk.read_case": "officer",
    "desk.open_case": "officer",
    "desk.keep_wraps": "officer",
    "desk.post_message": "officer",
    "desk.acknowledge": "officer",
    "desk.change_stage": "officer",
    "desk.put_card": "officer",
    "desk.identity_opened": "officer",
    "desk.erase_case": "officer",
    "desk.keeping": "officer",
    "desk.hold": "officer",
    "desk.end_hold": "officer",
    "desk.erase": "officer",
    "desk.erase_now": "officer",
    "desk.retention": "administrator",
    "desk.set_retention": "administrator",
    "desk.address": "either",
    "desk.set_address": "either",
    "desk.notices": "administrator",
    "desk.test_mail": "administrator",
    "desk.upload": "officer",
    "desk.cancel_upload": "officer",
    "desk.sealed_file": "officer",
}
"""Every endpoint of the desk. "either" is an officer or an administrator; reading cases takes an officer."""

STATUS = {"wrong": 403, "wrong_code": 403, "wait": 429, "taken": 409, "name_taken": 409}
UNAUTHORISED, FORBIDDEN, NOT_FOUND, BAD_REQUEST = 401, 403, 404, 400


@dataclass(frozen=True)
class SignedIn(officers.OfficerView):
    """Who makes this request, and the session it belongs to."""

    session: sessions.Session

    @property
    def row(self) -> bytes:
        """The 32 bytes that name the session's row."""
        return self.session.row

    def may(self, policy: Policy) -> bool:
        """Whether this person may call what `policy` guards."""
        allowed = {"officer": self.is_officer, "administrator": self.is_administrator}
        return any(allowed.values()) if policy == "either" else allowed.get(policy, policy == "anyone")


def guard(blueprint: Blueprint) -> None:
    """Put the table before every endpoint of `blueprint`, and give its refusals their answers."""
    blueprint.before_request(admit)
    blueprint.register_error_handler(NotSignedIn, _to_sign_in)
    blueprint.register_error_handler(Refused, _refusal)


def officer() -> SignedIn:
    """Who makes this request; only behind a policy other than "anyone"."""
    signed_in: SignedIn = g.officer
    return signed_in


def admit() -> None:
    """Let the request through, or abort. Fails closed: an endpoint without a policy is not there (404).

    A changing request also shows the session's token: in the header X-CSRFToken, or in the form of a page.
    """
    policy = POLICIES.get(request.endpoint or "")
    if policy is None:
        abort(NOT_FOUND)
    if policy == "anyone":
        return
    session, _cookie = sessions.resume(parts(), "desk", cookie(request, "desk"))
    g.officer = SignedIn(**vars(officers.officer_of(parts(), session)), session=session)
    if not g.officer.may(policy):
        abort(FORBIDDEN)
    if request.method in CHANGING:
        _check_token()
        if "\0" in "".join(value for _name, value in _form().items(multi=True)):
            abort(BAD_REQUEST)  # PostgreSQL takes none in a text; web/json_body.py has none either


def _check_token() -> None:
    given = request.headers.get("X-CSRFToken")
    if given is None:
        given = _form().get("csrf_token")
    try:
        validate_csrf(given)
    except ValidationError:
        abort(FORBIDDEN)


def _form() -> MultiDict[str, str]:
    """The fields of a page's form; none of a body of another kind, which is left unread."""
    plain = request.mimetype == "application/x-www-form-urlencoded"
    return request.form if plain else MultiDict()


def _to_sign_in(_error: Exception) -> BaseResponse:
    if _is_api():
        return _json_error(NotSignedIn.code, UNAUTHORISED)
    return redirect(url_for("desk.sign_in"), 303)


def _refusal(error: Refused) -> Response:
    return _json_error(error.code, STATUS.get(error.code, BAD_REQUEST))


def _json_error(code: str, status: int) -> Response:
    response = jsonify(error=code)
    response.status_code = status
    return response


def _is_api() -> bool:
    return request.path.startswith("/desk/api/")
