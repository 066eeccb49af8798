"""The surface that exists until the portal is set up: one page behind a one-time link, and one POST."""

from flask import Blueprint

from portal.web.setup import views

blueprint = Blueprint("setup", __name__)
views.register(blueprint)
