"""The team page: who reads which channel, who waits to be let in, and, for administrators, everybody."""

from flask import Blueprint, render_template

from portal.services.invitations import DAYS_VALID
from portal.services.safeguards import weak_channels
from portal.services.team_page import team_page
from portal.web.desk.access import officer
from portal.web.parts import parts


def register(blueprint: Blueprint) -> None:
    """Add this module's address."""
    blueprint.add_url_rule("/<lang>/desk/team", "team", team)


def team() -> str:
    """The page. What it changes, the browser signs and the API takes."""
    return render_template(
        "desk/team.html",
        page=team_page(parts(), officer().id),
        weak=weak_channels(parts(), officer().id),
        me=officer().id,
        days_valid=DAYS_VALID,
    )
