"""How gunicorn serves the portal: two processes of 64 threads, no access log, nothing about visitors anywhere.

Bare, this is for trying out: slow senders hold its threads. In service a proxy stands in front
(docs/operations.md).
"""

import ctypes
import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from portal.commands.start import setup_line
from portal.services.upkeep import bring_up_to_date
from portal.settings import load
from portal.web.parts import EXTENSION

M_MMAP_THRESHOLD = -3  # malloc.h

# A core dump would hold what reporters type. The limit is inherited by every worker and can't be raised again.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

# glibc would keep the 19 MiB of each Argon2id run in the arena of the thread that ran it: 64 threads, 1.2 GiB. Above
# this size memory is mapped for the run and given back after it.
with suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1024 * 1024)

_settings = load()

bind = f"{_settings.host}:{_settings.port}"
workers = 2
threads = 64
worker_class = "gthread"
preload_app = True
accesslog = None
errorlog = "-"
loglevel = "error"  # at "warning" it writes the address of whoever sends a malformed request
capture_output = False
timeout = 120
graceful_timeout = 20
keepalive = 5
secure_scheme_headers: dict[
    str, str
] = {}  # the setting trusted_proxies decides whom to believe, and nothing else
limit_request_line = 2048


def when_ready(server: Any) -> None:
    """Say where the portal is, and the one-time set-up link while nothing is set up."""
    parts = server.app.wsgi().extensions[EXTENSION]
    print(f"Fortrolig is at http://{bind}/", flush=True)  # noqa: T201 - a person reads this
    print(setup_line(parts), flush=True)  # noqa: T201 - as above
    _start_worker()


def on_exit(_server: Any) -> None:
    """End the worker with the server."""
    for child in _children:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(graceful_timeout)


_children: list[subprocess.Popen[bytes]] = []


def _start_worker() -> None:
    """One worker beside the server (`flask worker`). It sees for itself when this process is gone, however it went."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--parent", str(os.getpid())]
    root = Path(__file__).resolve().parent.parent
    _children.append(subprocess.Popen(command, cwd=root, stdin=subprocess.DEVNULL))  # noqa: S603 - our own command


def on_starting(server: Any) -> None:
    """Bring the databases up to date before any worker is forked."""
    bring_up_to_date(server.app.wsgi().extensions[EXTENSION])
