"""The officers' side. Everything on it needs JavaScript: keys are opened in the browser and nowhere else."""

from flask import Blueprint

from portal.web.desk import (
    access,
    account,
    api_cases,
    api_files,
    api_people,
    api_roots,
    api_session,
    cases,
    invitation,
    keeping,
    loss,
    notices,
    sign_in,
    team,
)

blueprint = Blueprint("desk", __name__)
access.guard(blueprint)
for part in (
    sign_in,
    api_session,
    account,
    cases,
    api_cases,
    api_files,
    team,
    api_people,
    api_roots,
    invitation,
    keeping,
    loss,
    notices,
):
    part.register(blueprint)
