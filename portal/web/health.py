"""`GET /health` for the proxy and for monitoring: an empty 204, or an empty 503. It tells nothing else."""

from flask import Flask, Response

from portal.services.health import is_healthy
from portal.web.parts import parts

ANSWERS = 204
BROKEN = 503


def init_app(app: Flask) -> None:
    """Answer at /health, whichever surfaces this process serves."""
    app.add_url_rule("/health", "health", health)


def health() -> Response:
    """Whether both databases can be read, said by the status alone: no version, no count, no reason."""
    response = Response(status=ANSWERS if is_healthy(parts()) else BROKEN)
    del response.headers["Content-Type"]
    return response
