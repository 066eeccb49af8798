"""The request class: a form without files has a bound, and Werkzeug's own reader of parts is walled off."""

from io import BytesIO

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

FORM_BYTES = 2 * 1024**2
"""A text that web/multipart.py took (640 KiB) comes back as a draft, at up to three bytes for one (`%C3`)."""
FORM_FIELDS = 100
"""The longest form of ours names the fifty cases of a page."""


class NothingOnDisk(Request):
    """A request whose form is read up to a bound, and of which no part is written to a temporary file.

    Werkzeug reads an urlencoded body whole, however long, before anybody has signed in: a few MiB of `a&a&…` would
    fill the memory. Over FORM_BYTES, announced or not, or FORM_FIELDS it gets 413. And Werkzeug spools file parts
    over about 500 kB in clear. Forms with files go through web/multipart.py; should a view ever touch `request.form`
    or `request.files` of one, it gets 415 and the disk gets nothing. Fails closed.
    """

    def _load_form_data(self) -> None:
        if "form" not in self.__dict__:
            if self.mimetype == "multipart/form-data":
                raise UnsupportedMediaType
            if self.mimetype == "application/x-www-form-urlencoded":
                self.__dict__["stream"] = BytesIO(_body(self))
        super()._load_form_data()


def _body(asked: Request) -> bytes:
    """The whole body, of which at most one byte over the limit is read. Raises RequestEntityTooLarge."""
    if (asked.content_length or 0) > FORM_BYTES:
        raise RequestEntityTooLarge
    body = bytearray()
    while len(body) <= FORM_BYTES and (data := asked.stream.read(FORM_BYTES + 1 - len(body))):
        body += data
    # Counted before it is taken apart: each field costs hundreds of bytes, whatever it holds.
    if len(body) > FORM_BYTES or body.count(b"&") >= FORM_FIELDS:
        raise RequestEntityTooLarge
    return bytes(body)
