"""Rule: reporter and desk can run as two processes; what a process does not serve is not there (create_app)."""

from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.services.upkeep import bring_up_to_date
from portal.settings import load
from portal.web.parts import EXTENSION


def served(tmp_path: Path, *surfaces: str) -> Flask:
    """A portal that answers for `surfaces` alone."""
    app = create_app(load({}, instance=tmp_path), surfaces=surfaces)
    bring_up_to_date(app.extensions[EXTENSION])
    return app


@pytest.mark.parametrize(
    ("surfaces", "there", "not_there"),
    [
        (
            ("public", "mailbox"),
            ("/en/", "/en/mailbox"),
            ("/en/desk/sign-in", "/desk/api/salt", "/en/setup/x"),
        ),
        (("desk", "setup"), ("/en/desk/sign-in",), ("/en/", "/en/mailbox", "/en/c/complaints/report")),
    ],
    ids=["the reporter's process", "the desk's process"],
)
def test_each_process_answers_for_its_own_surfaces(
    surfaces: tuple[str, ...], there: tuple[str, ...], not_there: tuple[str, ...], tmp_path: Path
) -> None:
    client = served(tmp_path, *surfaces).test_client()
    assert {client.get(path).status_code for path in there} == {200}
    assert 200 not in {client.get(path).status_code for path in not_there}
    assert {client.post(path).status_code for path in not_there} <= {404, 405}


def test_a_misspelt_surface_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dekc"):
        served(tmp_path, "dekc")
