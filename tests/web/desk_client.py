"""A signed-in officer's browser without its script: pages are linted, and changes carry the session's token."""

import base64
import hashlib
from typing import Any

from werkzeug.test import TestResponse

from portal.services import sessions
from portal.services.casework import Posted
from portal.services.grants import Opening
from tests.builders import Portal, Reporter, Staff
from tests.conftest import LintingClient


def b64(raw: bytes) -> str:
    """Bytes as they stand in JSON."""
    return base64.b64encode(raw).decode()


class DeskClient:
    """The officer `staff`, signed in."""

    def __init__(self, portal: Portal, staff: Staff) -> None:
        portal.app.test_client_class = LintingClient
        self.client = portal.app.test_client()
        cookie = sessions.start(portal.parts, "desk", staff.id)
        self.row = hashlib.sha256(cookie.sid).digest()
        self.client.set_cookie("desk", cookie.value)
        answer = self.client.get("/desk/api/session").get_json()
        self.token: str = answer["csrf"]

    def get(self, path: str) -> TestResponse:
        """Whatever is at `path`."""
        return self.client.get(path)

    def page(self, path: str) -> str:
        """The page at `path`, which must be there."""
        response = self.get(path)
        assert response.status_code == 200, response.text
        return response.text

    def send(
        self, path: str, body: object, *, method: str = "POST", token: str | None = None
    ) -> TestResponse:
        """JSON to `path`, with the session's token unless another is given."""
        headers = {"X-CSRFToken": self.token if token is None else token}
        return self.client.open(path, method=method, json=body, headers=headers)

    def put_bytes(self, path: str, body: bytes, **given: Any) -> TestResponse:
        """Sealed bytes to `path`."""
        headers = {"X-CSRFToken": self.token}
        return self.client.put(
            path, data=body, headers=headers, **{"content_type": "application/octet-stream", **given}
        )

    def post_stage(self, reporter: Reporter, seen: str, to: str) -> TestResponse:
        """A step of the case."""
        return self.send(f"{case_path(reporter)}/stage", {"seen": seen, "to": to})

    def post_message(self, reporter: Reporter, posted: Posted, **changes: object) -> TestResponse:
        """A sealed message, with the files that it lists."""
        body = {
            "scope": posted.scope,
            "n": posted.n,
            "under": posted.under,
            "sealed": b64(posted.sealed),
            "files": [b64(file_id) for file_id in posted.files],
        }
        return self.send(f"{case_path(reporter)}/messages", {**body, **changes})

    def post_opening(self, reporter: Reporter, opening: Opening) -> TestResponse:
        """The first opening."""
        body = {
            "record": b64(opening.record),
            "grants": [{"receiver": b64(g.receiver), "sealed": b64(g.sealed)} for g in opening.grants],
            "wraps": [
                {"scope": w.scope, "number": w.number, "holder": b64(w.holder), "wrapped": b64(w.wrapped)}
                for w in opening.wraps
            ],
            "card": b64(opening.card),
        }
        return self.send(f"{case_path(reporter)}/opened", body)


def case_path(reporter: Reporter) -> str:
    """Where the API has the reporter's case."""
    return f"/desk/api/cases/{reporter.case_id.hex()}"
