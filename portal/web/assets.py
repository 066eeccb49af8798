"""Style sheets, pictures and browser bundles: read once, served from memory under an address that names their content.

The address changes with the content, so browsers may keep a file for ever, and a page and its script never
come from two versions. Files are compressed once, when first asked for; pages are not (a compressed page that
reflects input leaks its secrets by its length).
"""

import base64
import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask, Response, abort, current_app, request, url_for

FOLDERS = ("css", "img", "vendor", "dist")
EXTENSION = "fortrolig-assets"
NOT_FOUND = 404
COMPRESSED_ABOVE = 512
IMPORTED = re.compile(rb'from"\.\./(vendor/[a-z_]+\.js)"')


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, kind, tag and integrity.

    `imports` are the paths of the libraries that a bundle loads at once.
    """

    body: bytes
    kind: str
    tag: str
    integrity: str
    imports: tuple[str, ...]

    @cached_property
    def compressed(self) -> bytes | None:
        """The bytes gzipped, when somebody first asks for them; None where that gains nothing."""
        small = gzip.compress(self.body, 9, mtime=0) if len(self.body) > COMPRESSED_ABOVE else self.body
        return small if len(small) < len(self.body) else None


def init_app(app: Flask) -> None:
    """Load the files below static/ and give templates `asset()`, `integrity()` and `imports()`."""
    root = Path(__file__).resolve().parent.parent / "static"
    app.extensions[EXTENSION] = _load(root)
    app.add_url_rule("/static/<tag>/<path:path>", "static", serve)
    app.add_url_rule("/favicon.ico", "favicon", favicon)
    app.add_url_rule("/robots.txt", "robots", robots)
    app.jinja_env.globals.update(asset=address, integrity=integrity, imports=imports)


def address(path: str) -> str:
    """The address of the file at `path` below static/; KeyError for a file that is not there."""
    return url_for("static", tag=_asset(path).tag, path=path)


def integrity(path: str) -> str:
    """The `integrity` value of the file at `path` below static/."""
    return _asset(path).integrity


def imports(path: str) -> tuple[str, ...]:
    """The libraries that the bundle at `path` imports: the page names their integrity too."""
    return _asset(path).imports


def serve(tag: str, path: str) -> Response:
    """The file itself. The tag is for caches: every tag answers with the file as it is now."""
    asset = current_app.extensions[EXTENSION].get(path)
    if asset is None:
        abort(NOT_FOUND)
    response = Response(asset.body, mimetype=asset.kind)
    if "gzip" in request.headers.get("Accept-Encoding", "") and asset.compressed:
        response.set_data(asset.compressed)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    if tag == asset.tag:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def favicon() -> Response:
    """The icon, for browsers that ask at the old address whatever the page names."""
    return serve("", "img/favicon.svg")


def robots() -> Response:
    """What crawlers may fetch: nothing. Who looks for a way to report should find it where the organisation says it."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def _asset(path: str) -> Asset:
    found: Asset = current_app.extensions[EXTENSION][path]
    return found


def _load(root: Path) -> dict[str, Asset]:
    files = (path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.is_file())
    loaded = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    release = hashlib.sha256()
    for name, body in loaded.items():
        release.update(name.encode() + b"\0" + hashlib.sha256(body).digest())
    # One tag for the whole set: a bundle imports vendor/seal.js by a relative address, under the same tag.
    tag = release.hexdigest()[:16]
    return {name: _describe(name, body, tag) for name, body in loaded.items()}


def _describe(name: str, body: bytes, tag: str) -> Asset:
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    digest = base64.b64encode(hashlib.sha384(body).digest()).decode()
    return Asset(
        body=body,
        kind=kind or "application/octet-stream",
        tag=tag,
        integrity=f"sha384-{digest}",
        imports=tuple(sorted({found.decode() for found in IMPORTED.findall(body)})),
    )
