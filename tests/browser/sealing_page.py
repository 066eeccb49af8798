"""A page under the portal's own Content-Security-Policy with js/seal/ on it, served out of this checkout."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types fortrolig-worker"
)
PAGE = b"<!doctype html><html lang='en'><title>Sealing</title><h1>Sealing</h1>"

# A bundle lies in dist/ beside the Worker; here the sources are served, so the Worker is put beside them.
MOVED = {
    "/portal/static/js/worker/worker.js": "/portal/static/dist/worker.js",
    "/portal/static/js/vendor/": "/portal/static/vendor/",
}


class _Handler(SimpleHTTPRequestHandler):
    """Static files, and one page."""

    # Debian knows .mjs and .js by different names from version to version; browsers insist on this one.
    extensions_map = {".js": "text/javascript", ".json": "application/json", "": "application/octet-stream"}  # noqa: RUF012 - the base class's own form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, directory=str(ROOT), **kwargs)

    def do_GET(self) -> None:
        """Answer with the page, or a file of the checkout."""
        if self.path == "/":
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)
            return
        for start, target in MOVED.items():
            if self.path.startswith(start):
                self.path = target + self.path[len(start) :]
        super().do_GET()

    def end_headers(self) -> None:
        """Put the policy on every answer: a Worker takes its own from its script's."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the page, as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
