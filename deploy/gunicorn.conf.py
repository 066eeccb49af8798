"""How gunicorn serves the portal: two processes of 64 threads, no access log, nothing about visitors anywhere.

Bare, this is for trying out: slow senders hold its threads. In service a proxy stands in front
(docs/operations.md).
"""

import gc
import os
import resource
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask

# Nothing that is loaded at the start is garbage: looking for some would take a tenth of it (see when_ready).
gc.disable()
# Every day here is UTC's, and a zone of the machine's would be looked up among six hundred files.
os.environ["TZ"] = "UTC"

from portal.commands.plain import start_told
from portal.commands.start import setup_line
from portal.commands.worker import work
from portal.services.channels import organisation, public_channels
from portal.services.parts import Parts
from portal.services.upkeep import bring_up_to_date
from portal.settings import load
from portal.web.parts import EXTENSION

# A core dump would hold what reporters type. The limit is inherited by every worker and can't be raised again.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

with start_told():
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
control_socket_disable = True  # nothing in the home folder, and nobody who steers the server by a socket
timeout = 120
graceful_timeout = 20
keepalive = 5
secure_scheme_headers: dict[
    str, str
] = {}  # the setting trusted_proxies decides whom to believe, and nothing else
limit_request_line = 2048

WORKER_NAME = "fortrolig-work"
"""What `ps` and `top` call the worker and its keeper: the kernel takes 15 signs."""

LOOK_SECONDS = 1.0
PAUSE_SECONDS = 2.0
HEARD = (signal.SIGTERM, signal.SIGCHLD)


def on_starting(server: Any) -> None:
    """Bring the databases up to date before any process is forked."""
    with start_told():
        bring_up_to_date(server.app.wsgi().extensions[EXTENSION])


def when_ready(server: Any) -> None:
    """Say where the portal is, and the one-time set-up link while nothing is set up."""
    parts = server.app.wsgi().extensions[EXTENSION]
    print(f"Fortrolig is at http://{bind}/", flush=True)  # noqa: T201 - a person reads this
    print(setup_line(parts), flush=True)  # noqa: T201 - as above
    _warm_up(server.app.wsgi(), parts)
    gc.freeze()  # what is loaded now is never looked through again, and stays one copy for all processes
    gc.enable()
    _start_worker(server)


def _warm_up(app: Flask, parts: Parts) -> None:
    """Visit a report's form: what a first visit loads is there once for all processes. No connection stays open."""
    with start_told(), app.test_client() as visitor:
        mine, there = organisation(parts), public_channels(parts)
        if mine and there:
            visitor.get(f"/{mine.default_language}/c/{there[0].slug}/report")
    parts.database.close()
    parts.volatile.close()


def on_exit(_server: Any) -> None:
    """End the worker with the server, after the job that it is at."""
    until = time.monotonic() + graceful_timeout
    for pid in _keepers:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGTERM)
            while os.waitpid(pid, os.WNOHANG)[0] == 0 and time.monotonic() < until:
                time.sleep(0.05)


_keepers: list[int] = []


def _start_worker(server: Any) -> None:
    """One worker beside the server (`flask worker`), forked from it: it shares the memory of all that is loaded.

    A keeper stands between the two: it starts the worker again if that ends unasked, and ends it when the server is
    gone, however it went (SIGKILL, too).
    """
    master = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)  # what is said to a new keeper waits for it
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        _keepers.append(pid)
        return
    try:
        for listener in server.LISTENERS:
            listener.sock.close()
        for number in (*server.SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        with suppress(OSError):
            Path("/proc/self/comm").write_text(WORKER_NAME, encoding="ascii")
        _keep(server.app.wsgi(), master)
    finally:
        os._exit(0)


def _keep(app: Flask, master: int) -> None:
    """Run the worker, again and again if need be, until it was asked to end."""
    keeper = os.getpid()
    while os.getppid() == master:
        pid = os.fork()
        if pid == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
            work(app, parent=keeper)
            os._exit(0)
        if _ended_as_asked(pid, master) or signal.sigtimedwait([signal.SIGTERM], PAUSE_SECONDS):
            return


def _ended_as_asked(worker: int, master: int) -> bool:
    """Wait for the worker's end; it is asked to when this process is, or when the server is gone.

    Asked while it begins, it may die of the signal instead of heeding it: that is no less what was asked for.
    """
    asked = False
    while True:
        heard = signal.sigtimedwait(HEARD, LOOK_SECONDS)
        if (heard is not None and heard.si_signo == signal.SIGTERM) or os.getppid() != master:
            asked = True
            os.kill(worker, signal.SIGTERM)
        pid, status = os.waitpid(worker, os.WNOHANG)
        if pid:
            return asked or status == 0
