"""Notices: one's own address, and for administrators how mail goes and a test. Plain forms, no script."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.mail.smtp import MailFailed
from portal.services import notices
from portal.services.notices import AddressRefused, MailOff, NoAddress
from portal.web.desk.access import officer
from portal.web.mail_words import words
from portal.web.parts import parts

BAD_REQUEST, BAD_GATEWAY, SEE_OTHER = 400, 502, 303


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    add = blueprint.add_url_rule
    add("/<lang>/desk/account/address", "address", address)
    add("/<lang>/desk/account/address", "set_address", set_address, methods=["POST"])
    add("/<lang>/desk/notices", "notices", page)
    add("/<lang>/desk/notices", "test_mail", test_mail, methods=["POST"])


def address() -> str:
    """Where one's notices go."""
    return _address_page(notices.address(parts(), officer().id))


def set_address() -> Response | tuple[str, int]:
    """Another address, or none."""
    wanted = request.form.get("address", "")
    try:
        notices.set_address(parts(), officer().id, wanted)
    except AddressRefused as refused:
        return _address_page(wanted, refused.code), BAD_REQUEST
    return redirect(url_for("desk.address", said="kept"), SEE_OTHER)


def page() -> str:
    """Whether notices are on, and how the last ones went."""
    return _page()


def test_mail() -> Response | tuple[str, int]:
    """A mail to oneself, at once; the page says how it went."""
    try:
        notices.send_test(parts(), officer().id, words)
    except (MailOff, NoAddress) as refused:
        return _page(refused.code), BAD_REQUEST
    except MailFailed as failed:
        return _page(failed.code), BAD_GATEWAY
    return redirect(url_for("desk.notices", said="sent"), SEE_OTHER)


def _address_page(shown: str, problem: str = "") -> str:
    said = request.args.get("said", "")
    is_on = bool(parts().settings.mail_host)
    return render_template("desk/address.html", address=shown, problem=problem, said=said, is_on=is_on)


def _page(problem: str = "") -> str:
    state = notices.state(parts())
    results = [
        (row.name, datetime.fromtimestamp(row.at, UTC), row) for row in (state.notice, state.test) if row
    ]
    said = request.args.get("said", "")
    return render_template("desk/notices.html", state=state, results=results, problem=problem, said=said)
