"""The running application's parts, for views."""

from typing import cast

from flask import current_app

from portal.services.parts import Parts

EXTENSION = "fortrolig"


def parts() -> Parts:
    """The parts that `create_app` joined for the application that answers this request."""
    return cast("Parts", current_app.extensions[EXTENSION])
