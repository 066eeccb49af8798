"""The desk's two pages: the list of cases, and one case. What is sealed in them the browser fills in."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response as BaseResponse

from portal.domain import taxonomy
from portal.services import casework, desk_list, intake, safeguards
from portal.web.desk.access import officer
from portal.web.languages import current
from portal.web.parts import parts


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    blueprint.add_url_rule("/<lang>/desk", "cases", cases)
    blueprint.add_url_rule("/<lang>/desk/cases/<reference>", "case", case)


def cases() -> str | BaseResponse:
    """Fifty cases, what is due first. `after` is where the page before ended.

    It is where everybody lands after signing in; an administrator who handles no case is sent on to the team.
    """
    if not officer().is_officer:
        return redirect(url_for("desk.team"), 303)
    after = request.args.get("after")
    page = desk_list.page(parts(), officer().id, after)
    return render_template(
        "desk/cases.html",
        page=page,
        weak=safeguards.weak_channels(parts(), officer().id),
        after=after,
        category_names=_category_names(),
        test_token=lambda slug: intake.new_test_form(parts(), slug),
    )


def case(reference: str) -> str:
    """One case: the frame, and what the server knows of it."""
    found = casework.summary(parts(), officer().id, reference)
    return render_template(
        "desk/case.html",
        case=found.case,
        today=found.today,
        channel=found.channel,
        readers=found.readers,
        max_files=parts().settings.max_files,
        max_file_bytes=parts().settings.max_file_bytes,
        max_text_bytes=parts().settings.max_text_bytes,
        category_names=_category_names(),
        acknowledgements={lang: _acknowledgement(lang) for lang in taxonomy.LANGUAGES},
    )


def _category_names() -> dict[str, str]:
    return {category.code: category.name(current()) for category in taxonomy.categories()}


def _acknowledgement(lang: str) -> str:
    """The standard text in the reporter's language, its places in braces, and the team's words after it."""
    with force_locale(lang):
        words = gettext("The eight words of this team are: {words}")
    return f"{taxonomy.standard_text('acknowledgement', lang)}\n\n{words}"
