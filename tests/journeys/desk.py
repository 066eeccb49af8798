"""An officer at the desk, over real HTTP: the hand of tests/officer_hand.py, with the JSON API in its reach alone."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from crypto.body import FileItem
from crypto.wrap import officer_keys
from portal.services import totp
from portal.services.casework import CaseView, Posted
from portal.services.grants import NewWrap
from portal.services.parts import Clock
from portal.store import models
from tests.builders import Staff, stretch
from tests.journeys.visitor import Answer, Refused, Visitor
from tests.officer_hand import Hand

JSON = "application/json"
SEALED = "application/octet-stream"


class Desk(Visitor):
    """An officer's browser: signed in with password and code, then JSON with the session's token."""

    token = ""

    def sign_in(self, officer: Staff) -> None:
        """Sign in as the page's script does. Raises Refused."""
        told = self.json("POST", "/desk/api/salt", {"name": officer.name})
        auth, _wrap_key = officer_keys(stretch(officer.password, base64.b64decode(told["salt"])))
        now = int(Clock().now().timestamp())
        code = totp.code_of(officer.totp_secret, totp.step_at(now))
        self.json("POST", "/desk/api/sign-in", {"name": officer.name, "auth": _text(auth), "code": code})
        self.token = self.json("GET", "/desk/api/session")["csrf"]

    def json(self, method: str, path: str, body: object = None) -> Any:
        """What the API answers, None where it answers with nothing. Raises Refused."""
        raw = None if body is None else json.dumps(body).encode()
        answer = self.taken(self.send(method, path, raw, JSON if raw else ""))
        return json.loads(answer.body) if answer.body else None

    def taken(self, answer: Answer) -> Answer:
        """`answer`, unless it is an error. Raises Refused."""
        if answer.status >= 400:
            raise Refused(answer)
        return answer

    def headers(self, method: str, kind: str) -> dict[str, str]:
        """As a page's script sends them: with the session's token."""
        return {**super().headers(method, kind), **({"X-CSRFToken": self.token} if self.token else {})}


@dataclass
class RemoteHand(Hand):
    """One officer working on one case, through `desk` alone: nothing here touches the server's own files."""

    desk: Desk = field(kw_only=True)

    @property
    def address(self) -> str:
        """The case's address in the API."""
        return f"/desk/api/cases/{self.case_id.hex()}"

    def read(self) -> CaseView:
        """The case as the API hands it out, as far as a hand looks at it."""
        return _view(self.case_id, self.desk.json("GET", self.address))

    def opens(self) -> None:
        """The first opening, sent."""
        opening = self.opening()
        body = {
            "record": _text(opening.record),
            "grants": [{"receiver": _text(g.receiver), "sealed": _text(g.sealed)} for g in opening.grants],
            "wraps": [_wrap(wrap) for wrap in opening.wraps],
            "card": _text(opening.card),
        }
        self.desk.json("POST", f"{self.address}/opened", body)

    def posts(self, posted: Posted) -> None:
        """The message goes to the server."""
        body = {
            "scope": posted.scope,
            "n": posted.n,
            "under": posted.under,
            "sealed": _text(posted.sealed),
            "files": [_text(file) for file in posted.files],
        }
        self.desk.json("POST", f"{self.address}/messages", body)

    def acknowledges(self, text: str = "We received your report.", due: date | None = None) -> None:
        """The acknowledgement, with the due date that the server offers."""
        posted = self.seals(text, kind="acknowledgement")
        due = due or self.read().feedback_if_today
        body = {
            "n": posted.n,
            "under": posted.under,
            "sealed": _text(posted.sealed),
            "feedback_due_on": due.isoformat(),
        }
        self.desk.json("POST", f"{self.address}/acknowledgement", body)

    def uploads(self, content: bytes, name: str = "plan.pdf") -> FileItem:
        """A file sealed and sent, waiting for its message."""
        item, chunks = self.seals_file(content, name)
        path = f"/desk/api/uploads/{self.case_id.hex()}/{item.id}"
        self.desk.taken(self.desk.send("PUT", path, b"".join(chunks), SEALED))
        return item

    def downloads(self, item: FileItem) -> Iterator[bytes]:
        """The sealed file."""
        yield self.desk.taken(self.desk.get(f"/desk/api/files/{item.id}")).body


def _view(case_id: bytes, told: dict[str, Any]) -> CaseView:
    records = [
        models.CaseRecord(case_id=case_id, scope=scope, number=number, raw=_bytes(raw), hash=b"")
        for scope, raws in told["records"].items()
        for number, raw in enumerate(raws)
    ]
    return CaseView(
        case=cast("models.Case", None),  # a hand knows its case
        steps=(),
        today=date.fromisoformat(told["today"]),
        feedback_if_today=date.fromisoformat(told["feedback_if_today"]),
        records=tuple(records),
        grants=tuple(_grant(grant) for grant in told["grants"]),
        wraps=tuple(_stored_wrap(case_id, wrap) for wrap in told["wraps"]),
        card=_card(case_id, told["card"]),
        messages=tuple(_message(case_id, message) for message in told["messages"]),
        attachments=(),
        people=(),
    )


def _grant(told: dict[str, Any]) -> models.Grant:
    return models.Grant(
        id=bytes(16),
        purpose=told["scope"],
        channel_id=bytes(16),
        number=told["number"],
        receiver=bytes.fromhex(told["receiver"]),
        sealed=_bytes(told["sealed"]),
    )


def _stored_wrap(case_id: bytes, told: dict[str, Any]) -> models.Wrap:
    return models.Wrap(
        case_id=case_id,
        scope=told["scope"],
        number=told["number"],
        holder=bytes.fromhex(told["holder"]),
        wrapped=_bytes(told["wrapped"]),
    )


def _card(case_id: bytes, told: dict[str, Any] | None) -> models.Card | None:
    if told is None:
        return None
    return models.Card(case_id=case_id, number=told["number"], sealed=_bytes(told["sealed"]))


def _message(case_id: bytes, told: dict[str, Any]) -> models.Message:
    sealed = _bytes(told["sealed"])
    return models.Message(
        case_id=case_id,
        scope=told["scope"],
        n=told["n"],
        side=told["side"],
        day=date.fromisoformat(told["day"]),
        size=len(sealed),
        hash=hashlib.sha256(sealed).digest(),
        sealed=sealed,
    )


def _wrap(wrap: NewWrap) -> dict[str, object]:
    return {
        "scope": wrap.scope,
        "number": wrap.number,
        "holder": _text(wrap.holder),
        "wrapped": _text(wrap.wrapped),
    }


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
