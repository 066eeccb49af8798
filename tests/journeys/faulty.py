"""Portals with a fault, for one purpose: the silence test must find what they spill."""

import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from flask import Flask

from portal import create_app

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., object]], Iterable[bytes]]
LEAST_BYTES = 100_000


def talkative() -> Flask:
    """A portal that prints each request as a debugging line would: address, browser, and what was typed."""
    return _with(_Talkative)


def spooling() -> Flask:
    """A portal whose larger request bodies wait in a temporary file, as most web frameworks do it."""
    return _with(_Spooling)


def _with(fault: Callable[[Any], Application]) -> Flask:
    app = create_app()
    app.wsgi_app = fault(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


class _Talkative:
    def __init__(self, inside: Application) -> None:
        self._inside = inside

    def __call__(self, environ: Environ, start: Callable[..., object]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        print(environ["REMOTE_ADDR"], environ.get("HTTP_USER_AGENT"), repr(body[:5000]), file=sys.stderr)  # noqa: T201
        return self._inside(environ, start)


class _Spooling:
    def __init__(self, inside: Application) -> None:
        self._inside = inside

    def __call__(self, environ: Environ, start: Callable[..., object]) -> Iterable[bytes]:
        if int(environ.get("CONTENT_LENGTH") or 0) < LEAST_BYTES:
            return self._inside(environ, start)
        with tempfile.TemporaryFile() as spooled:
            _copy(environ["wsgi.input"], spooled)
            time.sleep(0.2)  # a slow visitor: as long as the body comes, the file is there
            environ["wsgi.input"] = spooled
            return list(self._inside(environ, start))


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while chunk := source.read(65_536):
        target.write(chunk)
    target.seek(0)
