"""What answers to scripts are made of: bytes inside JSON, and the answer that says nothing."""

import base64

from flask import Response

NO_CONTENT = 204


def to_base64(raw: bytes) -> str:
    """Standard base64 with padding, as the browser side reads it."""
    return base64.b64encode(raw).decode("ascii")


def no_content() -> Response:
    """The answer to what was done and needs no words: 204, without a body or a media type."""
    response = Response(status=NO_CONTENT)
    del response.headers["Content-Type"]
    return response
