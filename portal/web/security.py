"""What every answer carries and every changing request must show, whatever the surface.

Sources: CSP 3, Trusted Types, Fetch Metadata (Sec-Fetch-Site), HTML cross-origin policies.
"""

from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FORBIDDEN, NOT_FOUND = 403, 404

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types fortrolig-worker",
    )
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "identity-credentials-get",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
TRANSPORT = "max-age=63072000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Put the headers on every answer, and before every request the checks of its address and its origin."""
    app.before_request(refuse_odd_addresses)
    app.before_request(refuse_other_origins)
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """`response` with the whole header set; `no-store` unless a static file has said otherwise."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    if "Location" in response.headers:
        _name_no_host(response)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = TRANSPORT
    return response


def _name_no_host(response: Response) -> None:
    """Send the visitor on by path alone: no redirect of ours leads elsewhere.

    Werkzeug's own (the missing slash) name the host that the request claims: a cache before the portal could be
    made to keep a way to somebody else's. One slash at the start, since browsers read two as another host.
    """
    there = urlsplit(response.headers["Location"])
    query = f"?{there.query}" if there.query else ""
    response.headers["Location"] = "/" + there.path.lstrip("/\\") + query
    response.set_data(b"")


def refuse_odd_addresses() -> None:
    """Abort with 404 for an address that no page of ours gives: with a NUL, or with bytes that should be escaped.

    PostgreSQL takes no NUL in a text, so that each would end as a fault of ours, with a line in the log. Fails closed.
    """
    question = request.query_string
    if "\0" in request.path or b"\0" in question or b"%00" in question or not question.isascii():
        abort(NOT_FOUND)


def refuse_other_origins() -> None:
    """Abort with 403 when a changing request was caused by another site. Fails closed.

    Stops cross-site request forgery for forms that carry no cookie. `Sec-Fetch-Site` decides where the
    browser sends it; `Origin: null` is then expected, because Chromium sends it on same-origin form posts
    under `no-referrer`. Without that header the `Origin` must be ours; without both (old browsers, command
    lines) the form's signed token or the session's token is what is left.
    """
    if request.method in CHANGING and not came_from_here(request):
        abort(FORBIDDEN)


def came_from_here(asked: Request) -> bool:
    """Whether the browser says that a page of ours sent this request."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = asked.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == asked.host
    except ValueError:  # "http://[": no address at all
        return False
