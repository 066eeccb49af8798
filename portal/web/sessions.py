"""Cookies, and nothing else about sessions: what they open is the business of services/sessions.py.

There is no Flask session cookie. Flask-WTF's token is bound to our own cookie by HMAC, so that nothing is
signed into a readable cookie and nothing has to be stored for it.
"""

import hashlib
import hmac
from typing import Any

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from portal.services import sessions as services
from portal.web.parts import EXTENSION, parts

COOKIE_NAMES = {"mailbox": "mailbox", "desk": "desk"}
COOKIE_LENGTH = 64  # base64url of sid(16) || key(32)
csrf = CSRFProtect()


class RequestSession(dict[str, Any], SessionMixin):
    """What Flask-WTF reads its token's secret from, for one request; never sent anywhere."""


class BoundToCookie(SessionInterface):
    """Gives each request a session that holds one thing: a value derived from the cookie it came with."""

    def open_session(self, app: Flask, request: Request) -> RequestSession:
        """The session of one request; empty where it came without a cookie of ours."""
        opened = RequestSession()
        value = cookie(request, surface_of(request))
        if value:
            opened["csrf_token"] = _bound(app, value)
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing is kept and no cookie is set."""


def init_app(app: Flask) -> None:
    """Bind Flask-WTF's token to our cookies; each surface says itself when it checks it. Pages get `idle_minutes`."""
    app.session_interface = BoundToCookie()
    app.jinja_env.globals["idle_minutes"] = app.extensions[EXTENSION].settings.idle_minutes
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # it would read the body, with Werkzeug's spooling reader
        WTF_CSRF_SSL_STRICT=False,  # checks the Referer, which `no-referrer` never sends
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as its session
    )
    csrf.init_app(app)


def surface_of(asked: Request) -> str:
    """`desk` or `mailbox`: whose cookie counts for this request."""
    path = "/" + asked.path.strip("/") + "/"
    return "desk" if "/desk/" in path else "mailbox"


def cookie_name(asked: Request, surface: str) -> str:
    """The cookie's name: `__Host-…` under TLS, so that no sister domain can plant one."""
    return ("__Host-" if asked.is_secure else "") + COOKIE_NAMES[surface]


def cookie(asked: Request, surface: str) -> str | None:
    """The cookie's value when it has the length of one of ours, else None."""
    value = asked.cookies.get(cookie_name(asked, surface), "")
    return value if len(value) == COOKIE_LENGTH else None


def set_cookie(response: Response, surface: str, value: str) -> None:
    """Give the browser `value` until it closes: HttpOnly, SameSite=Strict, Secure under TLS.

    The session of the cookie that it replaces ends: nobody goes on in it.
    """
    services.end_of_cookie(parts(), cookie(request, surface))
    response.set_cookie(
        cookie_name(request, surface),
        value,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )


def clear_cookie(response: Response, surface: str) -> None:
    """End the session, take the cookie away, and ask the browser to drop what it kept of these pages."""
    name, secure = cookie_name(request, surface), request.is_secure  # a __Host- cookie goes only by Secure
    response.delete_cookie(name, path="/", httponly=True, samesite="Strict", secure=secure)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    services.end_of_cookie(parts(), cookie(request, surface))


def bind_token(value: str) -> None:
    """Let this answer's forms carry a token for the cookie `value`, which the browser has only from now on."""
    session["csrf_token"] = _bound(current_app, value)
    g.pop("csrf_token", None)


def _bound(app: Flask, value: str) -> str:
    key: bytes = app.extensions[EXTENSION].secrets.csrf
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
