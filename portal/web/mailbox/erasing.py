"""A reporter erases the case: asked once, told what stays, and gone for good."""

from contextlib import suppress

from flask import make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from portal.services import erasing, sessions
from portal.services.desk_errors import Held
from portal.services.errors import FormExpired
from portal.store.errors import StoreError
from portal.web import sessions as cookies
from portal.web.parts import parts

CONFLICT, SEE_OTHER = 409, 303


def erase() -> str:
    """The question. Raises NotSignedIn."""
    session, _parsed = sessions.resume(parts(), "mailbox", cookies.cookie(request, "mailbox"))
    return render_template("mailbox/erase.html", held=not erasing.may_reporter_erase(parts(), session.owner))


def erase_now() -> Response:
    """Everything gone, and the cookie with it. Raises NotSignedIn, FormExpired."""
    session, _parsed = sessions.resume(parts(), "mailbox", cookies.cookie(request, "mailbox"))
    try:
        validate_csrf(request.form.get("csrf_token", ""))
        erasing.erase_by_reporter(parts(), session.owner)
    except ValidationError as error:
        raise FormExpired from error
    except Held:
        return make_response(render_template("mailbox/erase.html", held=True), CONFLICT)
    response = redirect(url_for("mailbox.erased"), SEE_OTHER)
    with suppress(StoreError):  # the case is gone, and its visits open nothing
        cookies.clear_cookie(response, "mailbox")
    return response


def erased() -> str:
    """The page after it."""
    return render_template("mailbox/erased.html")
