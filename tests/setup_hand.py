"""The first person at set-up (portal/demo/first_person.py), and the JSON that the browser posts."""

import base64
from typing import Any

from portal.demo.first_person import CODES, FirstPerson
from portal.services.new_portal import NewPortal

__all__ = ["CODES", "FirstPerson", "body_of"]


def body_of(new: NewPortal) -> dict[str, Any]:
    """The JSON that the browser posts for `new`."""

    def plain(value: Any) -> Any:
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return [plain(item) for item in value] if isinstance(value, tuple) else value

    parts = {part: vars(getattr(new, part)) for part in ("organisation", "officer", "channel")}
    body = {part: {key: plain(value) for key, value in fields.items()} for part, fields in parts.items()}
    body["channel"]["sheet_confirmed"] = True
    return {"v": 1, **body}
