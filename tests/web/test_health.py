"""Rule: the health check says by its status whether a report could be taken, and tells nothing else.

Source: "A team can rely on it", section 5.
"""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.web.parts import EXTENSION
from portal.web.security import HEADERS


def test_a_portal_that_can_read_its_databases_answers_204_with_no_body(client: FlaskClient) -> None:
    response = client.get("/health")
    assert response.status_code == 204
    assert response.data == b""


def test_it_carries_the_whole_header_set_and_nothing_that_describes_the_portal(client: FlaskClient) -> None:
    said = dict(client.get("/health").headers)
    assert set(said) == {*HEADERS, "Cache-Control"}
    assert said["Cache-Control"] == "no-store"


def test_it_says_the_same_before_set_up_and_after(client: FlaskClient, visitor: FlaskClient) -> None:
    before, after = client.get("/health"), visitor.get("/health")
    assert (before.status, dict(before.headers)) == (after.status, dict(after.headers))


def spoil(file: Path) -> None:
    """No database any more, as after a broken disk."""
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()
    file.write_bytes(b"not a database" * 400)


@pytest.mark.parametrize("kind", ["main", "volatile"])
def test_a_database_that_can_not_be_read_is_a_503_with_no_body(
    kind: str, app: Flask, client: FlaskClient
) -> None:
    parts = app.extensions[EXTENSION]
    database = parts.database if kind == "main" else parts.volatile
    database.close()
    spoil(Path(str(database.url.database)))
    response = client.get("/health")
    assert response.status_code == 503
    assert response.data == b""


def test_a_database_without_its_tables_is_a_503(app: Flask, client: FlaskClient) -> None:
    parts = app.extensions[EXTENSION]
    parts.database.close()
    Path(str(parts.database.url.database)).write_bytes(b"")
    for log in parts.settings.instance.glob("fortrolig.sqlite-*"):
        log.unlink()
    assert client.get("/health").status_code == 503


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"f_bavail": 2048}, 204),
        ({"f_bavail": 2047}, 503),
        ({"f_bavail": 0, "f_bfree": 10**6}, 503),
        ({"f_flag": os.ST_RDONLY}, 503),
    ],
    ids=["8 MiB left", "a block less", "what is left is root's", "read-only since a fault of the disk"],
)
def test_a_disk_that_takes_no_report_is_a_503_with_no_body(
    changed: dict[str, int], status: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SimpleNamespace(**{"f_bavail": 10**6, "f_bfree": 10**6, "f_frsize": 4096, "f_flag": 0, **changed})
    monkeypatch.setattr(os, "statvfs", lambda _folder: disk)
    response = client.get("/health")
    assert (response.status_code, response.data) == (status, b"")


def test_a_page_of_a_portal_without_its_database_is_ours_and_no_fault_of_the_page_that_says_so(
    app: Flask, client: FlaskClient
) -> None:
    """The server above us would log a fault of that page with the path that somebody asked for."""
    parts = app.extensions[EXTENSION]
    parts.database.close()
    spoil(Path(str(parts.database.url.database)))
    app.config["PROPAGATE_EXCEPTIONS"] = True
    for path in ("/en/", "/en/mailbox", "/en/no-such-page"):
        response = client.get(path)
        assert response.status_code == (404 if "such" in path else 500)
        assert b"</html>" in response.data
