"""The request class: Werkzeug's own reader of file parts is walled off."""

from typing import IO, NoReturn

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType


class NothingOnDisk(Request):
    """A request that refuses to write a part of its body to a temporary file.

    Werkzeug spools file parts over about 500 kB in clear. Forms with files go through web/multipart.py;
    should a view ever touch `request.form` or `request.files` of one, it gets 415 and the disk gets nothing.
    Fails closed.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, filename, content_length
        _refuse()


def _refuse() -> NoReturn:
    raise UnsupportedMediaType
