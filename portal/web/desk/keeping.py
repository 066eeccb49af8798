"""How long cases stay: holds, erasing with a second look, and the days of each channel. Plain forms, no script.

Nothing sealed is on these pages, so they need none of the browser's keys; every form carries the session's token.
"""

from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain import retention as rules
from portal.services import casework, erasing, holds, retention
from portal.services.desk_errors import Changed, Held, HoldMalformed, Malformed
from portal.services.errors import NotFound
from portal.web.desk.access import officer
from portal.web.desk.identifiers import id_of
from portal.web.parts import parts

BAD_REQUEST, CONFLICT, SEE_OTHER = 400, 409, 303


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    add = blueprint.add_url_rule
    one = "/<lang>/desk/cases/<reference>"
    add(f"{one}/keeping", "keeping", keeping)
    add(f"{one}/hold", "hold", hold, methods=["POST"])
    add(f"{one}/hold/end", "end_hold", end_hold, methods=["POST"])
    add("/<lang>/desk/erase", "erase", second_look)
    add("/<lang>/desk/erase", "erase_now", erase_now, methods=["POST"])
    add("/<lang>/desk/retention", "retention", days)
    add("/<lang>/desk/retention", "set_retention", set_days, methods=["POST"])


def keeping(reference: str) -> str:
    """How long one case stays, and what may be done about it."""
    return _keeping_page(reference)


def hold(reference: str) -> Response | tuple[str, int]:
    """The case is kept until somebody ends it; the form again where the reason or the day can't be."""
    case_id = casework.summary(parts(), officer().id, reference).case.id
    try:
        review_on = date.fromisoformat(request.form.get("review_on", ""))
        reason = request.form.get("reason", "")
        holds.keep(parts(), officer().id, case_id, reason=reason, review_on=review_on)
    except (ValueError, HoldMalformed):
        return _keeping_page(reference, "hold_malformed"), BAD_REQUEST
    return redirect(url_for("desk.keeping", reference=reference), SEE_OTHER)


def end_hold(reference: str) -> Response | tuple[str, int]:
    """The case is kept no longer than others."""
    case_id = casework.summary(parts(), officer().id, reference).case.id
    try:
        holds.end(parts(), officer().id, case_id)
    except Changed:
        return _keeping_page(reference, "changed"), CONFLICT
    return redirect(url_for("desk.keeping", reference=reference), SEE_OTHER)


def second_look() -> str | tuple[str, int]:
    """The references of what would be erased, and what stays; nothing is erased yet."""
    references = request.args.getlist("reference")
    if not references:
        return _second_look((), "none")
    try:
        return _second_look(erasing.chosen(parts(), officer().id, references))
    except Held:
        return _second_look((), "held"), CONFLICT


def erase_now() -> Response | tuple[str, int]:
    """All that the form names is gone, and the list is shown; or none of it, and the page says why."""
    try:
        erasing.erase_by_officer(parts(), officer().id, request.form.getlist("reference"))
    except Held:
        return _second_look((), "held"), CONFLICT
    return redirect(url_for("desk.cases"), SEE_OTHER)


def days() -> str:
    """How long each channel keeps closed cases."""
    return _days_page()


def set_days() -> Response | tuple[str, int]:
    """Another number of days for one channel."""
    try:
        wanted = int(request.form.get("days", ""))
        retention.set_days(parts(), officer().id, id_of(request.form.get("channel", "")), wanted)
    except (ValueError, Malformed):
        return _days_page("days"), BAD_REQUEST
    return redirect(url_for("desk.retention"), SEE_OTHER)


def _keeping_page(reference: str, problem: str = "") -> str:
    found = casework.summary(parts(), officer().id, reference)
    return render_template(
        "desk/keeping.html",
        case=found.case,
        kept=holds.kept(parts(), officer().id, reference),
        problem=problem,
        reason=request.form.get("reason", ""),
        review_on=request.form.get("review_on", ""),
        max_reason=holds.MAX_REASON,
    )


def _second_look(cases: tuple[object, ...], problem: str = "") -> str:
    return render_template("desk/erase.html", cases=cases, problem=problem)


def _days_page(problem: str = "") -> str:
    try:
        channels = retention.channels(parts(), officer().id)
    except NotFound:
        abort(404)
    return render_template(
        "desk/retention.html",
        channels=channels,
        problem=problem,
        shortest=rules.SHORTEST_DAYS,
        longest=rules.LONGEST_DAYS,
    )
