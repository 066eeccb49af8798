"""What every template may use."""

from typing import Any

from flask import Flask, g

from portal.services import channels, intake
from portal.store.errors import StoreError
from portal.web.languages import NAMES, current
from portal.web.parts import parts


def init_app(app: Flask) -> None:
    """Give templates the organisation, the language, and the two things that public forms need."""
    app.context_processor(_context)
    app.jinja_env.globals["form_token"] = lambda: intake.new_form(parts())


def _context() -> dict[str, Any]:
    view = organisation()
    offered = view.languages if view else parts().settings.languages
    return {
        "organisation": view,
        "lang": current(),
        "languages": [(code, NAMES[code]) for code in offered],
        "neutral_site": parts().settings.neutral_site,
    }


def organisation() -> channels.OrganisationView | None:
    """The organisation, read once a request."""
    if "organisation" not in g:
        g.organisation = channels.organisation(parts())
    found: channels.OrganisationView | None = g.organisation
    return found


def do_without_organisation() -> None:
    """A page that says "no" is shown even where the organisation can't be read, which may be what it tells.

    Its own fault would end in the server's log, with the path that somebody asked for.
    """
    try:
        organisation()
    except StoreError:
        g.organisation = None
