"""One table from what went wrong to what a visitor is shown.

It folds what a stranger must not tell apart (no such case, not yours, not signed in to it) into one page and
one status. The last handler is the only `except Exception` of the portal; it logs the place of the fault and
never a value: a traceback's locals could hold a report.
"""

import logging
import traceback
from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from portal.services import errors as service
from portal.store.errors import BlobMissing, Conflict, StorageFull, StoreBusy, StoreError
from portal.web.context import do_without_organisation
from portal.web.multipart import linger
from portal.web.parts import parts

LOG = logging.getLogger("fortrolig")


@dataclass(frozen=True)
class Shown:
    """An answer: its status, its word in JSON, and the two sentences of its page."""

    status: int
    code: str
    title: LazyString
    what_to_do: LazyString


class _IdleMinutes:
    """The idle minutes of the settings, looked up when a text is shown."""

    def __str__(self) -> str:
        return str(parts().settings.idle_minutes)


IDLE_MINUTES = _IdleMinutes()

NOT_FOUND = Shown(
    404,
    "not_found",
    _("There is nothing at this address"),
    _("The link may be old or mistyped. Go to the first page and start from there."),
)
EXPIRED = Shown(
    403,
    "expired",
    _("You are no longer signed in"),
    _(
        "To keep you safe we end a visit after %(minutes)s minutes without a sign. Sign in again to go on.",
        minutes=IDLE_MINUTES,
    ),
)
BROKEN = Shown(
    400,
    "broken",
    _("We could not read what your browser sent"),
    _("Go back one page and send it again. Nothing was stored."),
)
CROSS_SITE = Shown(
    403,
    "cross_site",
    _("This came from another site"),
    _("Open the page here, by its own address, and send it again. Nothing was stored."),
)
METHOD = Shown(
    405,
    "method",
    _("This page can't be used like that"),
    _("Go to the first page and start from there."),
)
TOO_LARGE = Shown(
    413,
    "too_large",
    _("That is more than we can take at once"),
    _("Go back one page and send less, or smaller files. Nothing was stored."),
)
UNSUPPORTED = Shown(
    415,
    "not_multipart",
    _("We could not read what your browser sent"),
    _("Go back one page and send it again. Nothing was stored."),
)
TAKEN = Shown(
    409,
    "taken",
    _("Something came between"),
    _("Go back one page, load it anew, and send it again."),
)
FULL = Shown(
    507,
    "storage_full",
    _("We have no room for this now"),
    _("Nothing was stored. Try again later, without files if you can."),
)
BUSY = Shown(
    503,
    "busy",
    _("Many people are using this right now"),
    _("Nothing was stored. Wait a minute, go back one page, and send it again."),
)
SERVER = Shown(
    500,
    "server",
    _("Something broke on our side"),
    _("It is not your doing. Go back one page and try again; if it stays so, come back later."),
)
KEYS_CHANGED = Shown(
    500,
    "keys_changed",
    _("The keys of this channel do not fit together"),
    _("Somebody may have changed them. Write nothing here now, and use another way in, or an authority."),
)
DAMAGED = Shown(
    500,
    "damaged",
    _("This file is damaged"),
    _(
        "What we store is not what was sent, so we do not hand it out. The rest of the case is not touched by it."
    ),
)
CLOSED = Shown(
    503,
    "channel_closed",
    _("This channel takes no reports yet"),
    _("It has no key so far, so nothing you send could be sealed. Come back later."),
)

BY_STATUS = {
    shown.status: shown
    for shown in (NOT_FOUND, BROKEN, CROSS_SITE, METHOD, TOO_LARGE, UNSUPPORTED, TAKEN, FULL, BUSY, SERVER)
}
BY_ERROR: dict[type[Exception], Shown] = {
    service.NotFound: NOT_FOUND,
    service.UnknownChannel: NOT_FOUND,
    service.ChannelClosed: CLOSED,
    service.NotSignedIn: EXPIRED,
    service.Taken: TAKEN,
    service.Busy: BUSY,
    service.Refused: BROKEN,
    service.KeysChanged: KEYS_CHANGED,
    service.Damaged: DAMAGED,
    BlobMissing: NOT_FOUND,
    # Two at the same thing at once, where no service knows a better word: the second looks again.
    Conflict: TAKEN,
    StorageFull: FULL,
    StoreBusy: BUSY,
    # A body whose chunks are no chunks, or end too early: the sender's doing, so no fault of ours in the log.
    ParseException: BROKEN,
    NoMoreData: BROKEN,
}


def init_app(app: Flask) -> None:
    """Answer every error from the table."""
    for kind, shown in BY_ERROR.items():
        app.register_error_handler(kind, _handler(shown))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    app.logger.disabled = True  # Flask's own logger prints the exception with its message


def page(shown: Shown) -> Response:
    """The answer for `shown`: JSON on the desk's API, otherwise a page."""
    if "/api/" in request.path:
        return _with_status(jsonify(error=shown.code), shown.status)
    do_without_organisation()
    body = render_template(
        "errors/error.html",
        status=shown.status,
        code=shown.code,
        title=shown.title,
        what_to_do=shown.what_to_do,
    )
    return _with_status(make_response(body), shown.status)


def _handler(shown: Shown):  # type: ignore[no-untyped-def]  # noqa: ANN202 - Flask's own callable type
    def answer(_error: Exception) -> Response:
        return page(shown)

    return answer


def _http(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge | UnsupportedMediaType):
        return linger(page(BY_STATUS[error.code]), request)  # refused unread, or in the middle of it
    return page(BY_STATUS.get(error.code or 500, BROKEN if (error.code or 500) < 500 else SERVER))  # noqa: PLR2004


def _unexpected(error: Exception) -> Response:
    """The page of a fault of ours. Logs class and place only; fails closed."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames[-6:])
    )
    kind = "storage" if isinstance(error, StoreError) else "fault"
    LOG.error("%s %s at %s", kind, type(error).__name__, places)
    return page(SERVER)


def _with_status(response: Response, status: int) -> Response:
    response.status_code = status
    return response
