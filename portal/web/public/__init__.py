"""The pages that anybody may open: what this is, the report form, and what one should know first.

The table is the map of this surface; what is sent is in report.py, what is only read in views.py.
"""

from flask import Blueprint
from flask.typing import RouteCallable

from portal.web.public import report, views

blueprint = Blueprint("public", __name__, url_prefix="/<lang>")

ROUTES: tuple[tuple[str, RouteCallable, str], ...] = (
    ("/", views.landing, "GET"),
    ("/c/<slug>", views.channel, "GET"),
    ("/c/<slug>/report", report.report, "GET"),
    ("/c/<slug>/report", report.send, "POST"),
    ("/receipt", report.receipt, "POST"),
    ("/receipt", report.receipt_lost, "GET"),
    ("/receipt/kept", report.kept, "GET"),
    ("/procedure", views.procedure, "GET"),
    ("/safety", views.safety, "GET"),
    ("/elsewhere", views.elsewhere, "GET"),
    ("/readers", views.readers, "GET"),
)

for _rule, _view, _method in ROUTES:
    blueprint.add_url_rule(_rule, view_func=_view, methods=[_method])
