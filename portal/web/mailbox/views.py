"""What a reporter can do in the mailbox. The server opens the conversation for one request at a time."""

from contextlib import suppress
from functools import partial
from urllib.parse import quote

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse
from wtforms.validators import ValidationError

from portal.domain import taxonomy
from portal.services import attachments, mailbox, sessions
from portal.services.attachments import SealingSink
from portal.services.errors import Busy, EmptyReport, FormExpired, NotSignedIn, Refused, Taken, UnknownWord
from portal.web import sessions as cookies
from portal.web.languages import current
from portal.web.mailbox.forms import AnswerForm, SignInForm
from portal.web.multipart import NoFiles, linger, read_form
from portal.web.parts import parts
from portal.web.public.report import BAD_REQUEST, PROBLEMS, STATUS, limits, problem_of

ATTEMPT = "opened"
NO_SESSION = ("signed_out", "cookies")
FORBIDDEN = 403


def sign_in() -> Response:
    """The form for case key and passphrase."""
    return _sign_in_page(SignInForm())


def open_case() -> Response | AnyResponse:
    """The case, by a redirect; the form again where the receipt is wrong. Wrong key, wrong passphrase: one answer."""
    form = SignInForm(request.form)
    draft = request.form.get("draft", "")
    try:
        cookie = mailbox.sign_in(parts(), form.case_key.data or "", form.passphrase.data or "")
    except (Refused, Busy) as error:
        return _sign_in_page(form, error.code, error.word if isinstance(error, UnknownWord) else "", draft)
    response = _with_draft(cookie, draft) if draft else redirect(url_for("mailbox.case", visit=ATTEMPT), 303)
    cookies.set_cookie(response, "mailbox", cookie.value)
    return response


def case() -> Response | AnyResponse:
    """The conversation. Without a session: the form, which says so if cookies are blocked."""
    try:
        seen = mailbox.visit(parts(), _cookie())
    except NotSignedIn:
        blocked = request.args.get("visit") == ATTEMPT and not request.cookies
        return _sign_in_page(SignInForm(), "cookies" if blocked else "signed_out")
    return _case_page(seen, AnswerForm())


def answer() -> Response | AnyResponse:
    """The conversation with the new answer; or the page again with everything typed and what to do."""
    fields: dict[str, str] = {}
    try:
        seen = mailbox.visit(parts(), _cookie())
    except NotSignedIn:
        return _keep_draft()
    with SealingSink(parts(), seen.talk.newest.identity.recipient, partial(_admit, seen)) as sink:
        try:
            read_form(request, sink, limits(), into=fields)
            _admit(seen, fields)
            text = AnswerForm(MultiDict(fields)).text.data or ""
            mailbox.answer(parts(), seen, n=_number(fields), text=text, lang=current(), files=sink.files)
            sink.keep()
        except (*PROBLEMS, Taken) as error:
            return _case_again(fields, problem_of(error))
    return redirect(url_for("mailbox.case"), 303)


def download(file_id: str) -> Response:
    """One file, opened while it is sent; nothing is sent of a file that is not the one its message names."""
    root, item = mailbox.file(mailbox.visit(parts(), _cookie()), file_id)
    content = attachments.open_file(parts(), root, item)
    response = Response(content, mimetype="application/octet-stream")
    name = quote(attachments.neutral_name(item.name), safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Content-Length"] = str(item.size)
    return response


def leave() -> AnyResponse:
    """Out: the session is erased on the server, and the browser is asked to forget these pages.

    Needs no live session: who presses it after a pause wants the same. A live one needs its token.
    """
    with suppress(NotSignedIn):
        sessions.resume(parts(), "mailbox", _cookie())
        _check_token(request.form.get("csrf_token", ""))
    response = redirect(url_for("mailbox.left"), 303)
    cookies.clear_cookie(response, "mailbox")
    return response


def left() -> str:
    """The page after log-out."""
    return render_template("mailbox/left.html")


def _cookie() -> str | None:
    return cookies.cookie(request, "mailbox")


def _admit(seen: mailbox.Visit, fields: dict[str, str]) -> None:
    """Nothing, if an answer may come in: asked before the first byte of a file is taken."""
    _check_token(fields.get("csrf_token", ""))
    mailbox.check_length(seen)


def _check_token(token: str) -> None:
    """Flask-WTF's token, bound to the mailbox cookie. Raises FormExpired; fails closed."""
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise FormExpired from error


def _number(fields: dict[str, str]) -> int:
    try:
        return int(fields.get("n", ""))
    except ValueError as error:
        raise EmptyReport from error


def _keep_draft() -> Response:
    """The sign-in form of somebody who wrote for longer than a session lasts; the text waits inside it."""
    fields: dict[str, str] = {}
    with suppress(*PROBLEMS):  # the text before the trouble is what counts here
        read_form(request, NoFiles(), limits(), into=fields)
    page = _sign_in_page(SignInForm(), "signed_out", draft=fields.get("text", ""))
    return linger(page, request)


def _sign_in_page(form: SignInForm, problem: str = "", word: str = "", draft: str = "") -> Response:
    page = make_response(
        render_template(
            "mailbox/sign_in.html",
            form=form,
            problem=problem or None,
            word=word,
            draft=draft,
        )
    )
    if problem:
        page.status_code = FORBIDDEN if problem in NO_SESSION else STATUS.get(problem, BAD_REQUEST)
    return page


def _with_draft(cookie: sessions.Cookie, draft: str) -> Response:
    cookies.bind_token(cookie.value)
    return _case_page(mailbox.visit(parts(), cookie.value), AnswerForm(MultiDict({"text": draft})))


def _case_again(fields: dict[str, str], problem: str) -> Response:
    """The case as it is now, with the answer that could not be sent; where it can't be shown, the text alone."""
    form = AnswerForm(MultiDict(fields))
    if problem == "case_gone":
        page = make_response(render_template("mailbox/gone.html", form=form))
    else:
        try:
            page = _case_page(mailbox.visit(parts(), _cookie()), form, problem)
        except NotSignedIn:
            return linger(_sign_in_page(SignInForm(), "signed_out", draft=form.text.data or ""), request)
    page.status_code = 409 if problem == "taken" else STATUS.get(problem, BAD_REQUEST)
    return linger(page, request)


def _case_page(seen: mailbox.Visit, form: AnswerForm, problem: str = "") -> Response:
    return make_response(
        render_template(
            "mailbox/case.html",
            conversation=mailbox.read(parts(), seen),
            form=form,
            limits=parts().settings,
            problem=problem or None,
            category_names={category.code: category.names[current()] for category in taxonomy.categories()},
        )
    )
