"""One's own account: who one is here, how many recovery codes are left, a new password, a new second factor."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from portal.services import officers, second_factor, sessions
from portal.services.new_portal import RECOVERY_CODES, WRAPPED_ROOT_BYTES
from portal.services.officers import AUTH_BYTES, KDF, SALT_BYTES, PasswordChange
from portal.services.second_factor import SecondFactor
from portal.services.totp import SECRET_BYTES
from portal.web.desk.access import officer
from portal.web.desk.sign_in import CODE
from portal.web.encoding import no_content
from portal.web.json_body import read_json
from portal.web.parts import parts

SEE_OTHER = 303


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    blueprint.add_url_rule("/<lang>/desk/account", "account", page)
    blueprint.add_url_rule("/<lang>/desk/account/sessions", "end_others", end_others, methods=["POST"])
    blueprint.add_url_rule("/desk/api/password", "password", password, methods=["POST"])
    blueprint.add_url_rule("/desk/api/second-factor", "second_factor", renew, methods=["POST"])


def page() -> str:
    """The account page."""
    return render_template(
        "desk/account.html",
        codes_left=officers.codes_left(parts(), officer().id),
        others=sessions.others(parts(), officer().session),
        longest_hours=sessions.LONGEST_HOURS,
    )


def end_others() -> BaseResponse:
    """Signed in here alone from now on."""
    officers.end_others(parts(), officer().session)
    return redirect(url_for("desk.account"), SEE_OTHER)


def password() -> Response:
    """The root wrapped under a new password; every other session of this officer is over."""
    body = read_json(request)
    change = PasswordChange(
        auth_old=body.octets("auth_old", AUTH_BYTES),
        auth_new=body.octets("auth_new", AUTH_BYTES),
        salt=body.octets("salt", SALT_BYTES),
        kdf=body.number("kdf", KDF, KDF),
        wrapped_root=body.octets("wrapped_root", WRAPPED_ROOT_BYTES),
        code=body.matching("code", CODE),
    )
    body.end()
    officers.change_password(parts(), officer().id, officer().row, change)
    return no_content()


def renew() -> Response:
    """Another phone and ten fresh recovery codes; what was there before counts no more."""
    body = read_json(request)
    new = SecondFactor(
        auth=body.octets("auth", AUTH_BYTES),
        totp_secret=body.octets("totp_secret", SECRET_BYTES),
        totp_code=body.matching("totp_code", CODE),
        recovery_hashes=body.octets_list("recovery_hashes", RECOVERY_CODES, 32),
    )
    body.end()
    second_factor.renew(parts(), officer().id, officer().row, new)
    return no_content()
