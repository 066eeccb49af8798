"""Which surfaces this process answers for: reporter and desk may run as two, behind one proxy."""

from collections.abc import Collection
from importlib import import_module

from flask import Flask, abort, request

SURFACES = ("public", "mailbox", "setup", "desk")
NOT_FOUND = 404


def init_app(app: Flask, served: Collection[str]) -> None:
    """Register every surface, so that pages can link to all, and answer 404 for those not `served`. Fails closed.

    Raises ValueError for a surface that there is not: a misspelt one must not silently serve nothing.
    """
    unknown = set(served) - set(SURFACES)
    if unknown:
        raise ValueError(f"no such surface: {', '.join(sorted(unknown))}")
    wanted = frozenset(served)

    @app.before_request
    def _served_here() -> None:
        if request.blueprint in SURFACES and request.blueprint not in wanted:
            abort(NOT_FOUND)

    for surface in SURFACES:
        app.register_blueprint(import_module(f"portal.web.{surface}").blueprint)
