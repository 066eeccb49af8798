"""The report form, what it brings in, and the receipt: without a cookie and without a script."""

from datetime import date, timedelta

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from portal.services import channels, intake, mailbox, sealing
from portal.services.attachments import SealingSink
from portal.services.channels import PublicChannel
from portal.services.errors import Busy, Refused, ServiceError, UnknownWord
from portal.services.intake import Arrival
from portal.store.errors import StorageFull, StoreBusy
from portal.web.languages import current
from portal.web.multipart import FormError, FormLimits, linger, read_form
from portal.web.parts import parts
from portal.web.public.forms import ReportForm

PROBLEMS = (FormError, Refused, Busy, StorageFull, StoreBusy)
CONFLICT = 409
STATUS = {
    "storage_full": 507,
    "busy": 503,
    "too_large": 413,
    "not_multipart": 415,
    "case_gone": 410,
    "conversation_full": 409,
}
BAD_REQUEST = 400


def report(slug: str) -> Response:
    """The empty form of one channel. `?test=` marks a test report that an officer asked for."""
    channel = channels.public_channel(parts(), slug)
    test = request.args.get("test", "")
    intake.is_test(parts(), slug, test)
    return _form_page(channel, ReportForm(), test=test)


def send(slug: str) -> Response:
    """The receipt of what the form brought; or the form again, with everything typed and what to do.

    A form that has brought another report before gives both: that one's receipt, and what was not sent.
    """
    report = intake.begin(parts(), slug)
    fields: dict[str, str] = {}
    with SealingSink(parts(), report.talk.identity.recipient, _admit) as sink:
        try:
            read_form(request, sink, limits(), into=fields)
            receipt, arrival = intake.accept(
                parts(), report, _admit(fields), _written(slug, fields), sink.files
            )
        except PROBLEMS as error:
            return _form_again(report.channel, problem_of(error), fields)
        if arrival is Arrival.STORED:
            sink.keep()
    if arrival is Arrival.ANOTHER:
        return _another_page(report.channel, receipt, fields)
    return make_response(_receipt_page(report.channel, receipt, is_test=bool(fields.get("test"))))


def receipt() -> Response | AnyResponse:
    """After the receipt: whether the passphrase, typed once more, opens the mailbox of this case key."""
    case_key, problem, word = request.form.get("case_key", ""), "mismatch", ""
    try:
        if mailbox.is_receipt(parts(), case_key, request.form.get("passphrase", "")):
            return redirect(url_for("public.kept"), 303)
    except UnknownWord as error:
        problem, word = ("unknown_word", error.word) if error.word else ("mismatch", "")
    except (Refused, Busy) as error:
        problem = error.code
    page = render_template("public/receipt_again.html", case_key=case_key, problem=problem, word=word)
    return make_response(page, BAD_REQUEST)


def receipt_lost() -> AnyResponse:
    """A receipt's address, opened anew: there is nothing to show, so the first page."""
    return redirect(url_for("public.landing"), 303)


def kept() -> str:
    """The page that says: you have it, you may close this."""
    return render_template("public/receipt_kept.html")


def limits() -> FormLimits:
    """What one report or answer may hold."""
    settings = parts().settings
    return FormLimits(settings.max_files, settings.max_file_bytes, settings.max_report_bytes)


def problem_of(error: Exception) -> str:
    """The word by which a page names what went wrong."""
    if isinstance(error, FormError | ServiceError):
        return error.code
    return "storage_full" if isinstance(error, StorageFull) else "busy"


def _form_again(channel: PublicChannel, problem: str, typed: dict[str, str]) -> Response:
    """The form with all that was typed, and the problem; the unread rest of the body is let through."""
    page = _form_page(channel, ReportForm(MultiDict(typed)), problem=problem, test=typed.get("test", ""))
    page.status_code = STATUS.get(problem, BAD_REQUEST)
    return linger(page, request)


def _admit(fields: dict[str, str]) -> intake.Admitted:
    return intake.admit(parts(), fields.get("token", ""))


def _written(slug: str, fields: dict[str, str]) -> sealing.Written:
    form = ReportForm(MultiDict(fields))
    return sealing.Written(
        lang=current(),
        text=form.text.data or "",
        fields=form.answers(),
        name=form.identity(),
        is_test=intake.is_test(parts(), slug, fields.get("test", "")),
    )


def _form_page(channel: PublicChannel, form: ReportForm, *, problem: str = "", test: str = "") -> Response:
    return make_response(
        render_template(
            "public/report.html",
            channel=channel,
            form=form,
            form_token=intake.new_form(parts()),
            limits=parts().settings,
            problem=problem or None,
            test=test,
        )
    )


def _another_page(channel: PublicChannel, shown: intake.Shown, typed: dict[str, str]) -> Response:
    first, is_test = intake.first_of(parts(), shown)
    page = _receipt_page(
        first,
        shown,
        is_test=is_test,
        page="public/receipt_of_first.html",
        sent_to=channel,
        form=ReportForm(MultiDict(typed)),
        form_token=intake.new_form(parts()),
        limits=parts().settings,
        test=typed.get("test", ""),
    )
    return make_response(page, CONFLICT)


def _receipt_page(
    channel: PublicChannel,
    shown: intake.Shown,
    *,
    is_test: bool,
    page: str = "public/receipt.html",
    **beside: object,
) -> str:
    return render_template(
        page,
        channel=channel,
        shown_key=shown.shown_key,
        words=shown.words,
        case_key=shown.case_key,
        is_test=is_test,
        look_again_on=_look_again(channel),
        **beside,
    )


def _look_again(channel: PublicChannel) -> date:
    return parts().clock.today() + timedelta(days=channel.acknowledge_days)
