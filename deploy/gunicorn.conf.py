"""How gunicorn serves the portal: two processes of 32 threads, no access log, nothing about visitors anywhere.

Bare, this is for trying out: slow senders hold its threads. In service a proxy stands in front
(docs/operations.md).
"""

from typing import Any

from portal.commands.start import setup_line
from portal.services.upkeep import bring_up_to_date
from portal.settings import load
from portal.web.parts import EXTENSION

_settings = load()

bind = f"{_settings.host}:{_settings.port}"
workers = 2
threads = 32
worker_class = "gthread"
preload_app = True
accesslog = None
errorlog = "-"
loglevel = "warning"
capture_output = False
timeout = 120
graceful_timeout = 20
keepalive = 5
forwarded_allow_ips = "127.0.0.1,::1"
limit_request_line = 2048


def when_ready(server: Any) -> None:
    """Say where the portal is, and the one-time set-up link while nothing is set up."""
    parts = server.app.wsgi().extensions[EXTENSION]
    print(f"Fortrolig is at http://{bind}/", flush=True)  # noqa: T201 - a person reads this
    print(setup_line(parts), flush=True)  # noqa: T201 - as above


def on_starting(server: Any) -> None:
    """Bring the databases up to date before any worker is forked."""
    bring_up_to_date(server.app.wsgi().extensions[EXTENSION])
