"""A reporter with nothing but forms: finds fields in a page, fills them in, sends them."""

import io
import re
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.demo.reporter_hand import Reporter


def hidden(page: str, name: str) -> str:
    """The value of the first field called `name`."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


@dataclass
class Receipt:
    """What stood on the receipt page."""

    case_key: str = field(repr=False)
    passphrase: str = field(repr=False)


def receipt_on(page: str) -> Receipt:
    """Case key and passphrase as the page shows them."""
    key = re.search(r'id="shown-key"[^>]*>([^<]+)<', page)
    words = re.search(r'id="shown-passphrase"[^>]*>([^<]+)<', page)
    assert key
    assert words
    return Receipt(key[1], words[1])


def multipart(
    fields: dict[str, str], files: dict[str, bytes] | None = None
) -> dict[str, str | list[tuple[io.BytesIO, str]]]:
    """Form data in the order that a browser sends it: typed fields, then files."""
    data: dict[str, str | list[tuple[io.BytesIO, str]]] = {**fields}
    if files:
        data["files"] = [(io.BytesIO(content), name) for name, content in files.items()]
    return data


def report(
    client: FlaskClient, *, slug: str = "whistleblowing", lang: str = "en", files: dict[str, bytes] | None = None,
    token: str | None = None, **fields: str,
) -> TestResponse:  # fmt: skip
    """The answer to a report sent by form, with a fresh token unless one is given."""
    address = f"/{lang}/c/{slug}/report"
    token = hidden(client.get(address).text, "token") if token is None else token
    data = multipart({"token": token, "text": "", "mode": "anonymous", **fields}, files)
    return client.post(address, data=data, content_type="multipart/form-data")


def open_case(client: FlaskClient, receipt: Receipt, lang: str = "en") -> TestResponse:
    """The case's page after signing in with `receipt`, or the form again."""
    data = {"case_key": receipt.case_key, "passphrase": receipt.passphrase}
    return client.post(f"/{lang}/mailbox", data=data, follow_redirects=True)


def answer(
    client: FlaskClient, page: str, text: str, files: dict[str, bytes] | None = None, **fields: str
) -> TestResponse:
    """The answer to what the reporter writes on the case's `page`."""
    given = {"csrf_token": hidden(page, "csrf_token"), "n": hidden(page, "n"), "text": text, **fields}
    return client.post("/en/mailbox/answer", data=multipart(given, files), content_type="multipart/form-data")


def page_of(visitor: FlaskClient, reporter: Reporter) -> str:
    """The page of a case whose reporter is known, signed in."""
    return open_case(visitor, Receipt(reporter.receipt.shown_key, reporter.receipt.passphrase)).text
