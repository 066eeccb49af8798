"""The desk's two pages: the list of cases, and one case. What is sealed in them the browser fills in."""

from flask import Blueprint, render_template, request

from portal.services import casework, desk_list
from portal.web.desk.access import officer
from portal.web.parts import parts


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    blueprint.add_url_rule("/<lang>/desk", "cases", cases)
    blueprint.add_url_rule("/<lang>/desk/cases/<reference>", "case", case)


def cases() -> str:
    """Fifty cases, what is due first. `after` is where the page before ended."""
    page = desk_list.page(parts(), officer().id, request.args.get("after"))
    return render_template("desk/cases.html", page=page, after=request.args.get("after"))


def case(reference: str) -> str:
    """One case: the frame, and what the server knows of it."""
    shown = casework.summary(parts(), officer().id, reference)
    return render_template("desk/case.html", case=shown, limits=parts().settings)
