"""nginx as it is shipped: the files of deploy/nginx with ports, certificate and folders of a test."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.journeys.server import free_port

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy" / "nginx"
NAME = "report.example.org"
START_SECONDS = 20.0


def program() -> str | None:
    """The nginx of this machine, or None."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")


class Nginx:
    """A running nginx in front of the portal on `portal_port`; a context manager.

    `url` is the plain-HTTP server of the onion service, `tls_port` the TLS server; both share every location. What is
    changed in the shipped files is a list of exact replacements, each of which must fit.
    """

    def __init__(self, folder: Path, portal_port: int) -> None:
        self.folder = folder
        self.port, self.tls_port, self.redirect_port = free_port(), free_port(), free_port()
        self.error_log = folder / "error.log"
        self.temporary = folder / "spool"
        self.instance = folder / "nothing belongs here"
        self._portal_port = portal_port
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self.temporary.mkdir(exist_ok=True)
        make_certificate(folder)
        self.config = self._write()

    @property
    def url(self) -> str:
        """The address of the onion service's server."""
        return f"http://127.0.0.1:{self.port}"

    def _write(self) -> Path:
        """The shipped files, made to run here."""
        changes = {
            "nginx.conf": [
                ("user www-data;", "" if os.geteuid() else "user www-data;"),
                ("pid /run/nginx.pid;", f"pid {self.folder}/nginx.pid;\ndaemon off;"),
                ("/var/log/nginx/error.log", str(self.error_log)),
                ("    # include fortrolig-onion.conf;", "    include fortrolig-onion.conf;"),
            ],
            "fortrolig.conf": [
                ("server 127.0.0.1:8000;", f"server 127.0.0.1:{self._portal_port};"),
                ("/run/nginx-body", str(self.temporary / "body")),
                ("/run/nginx-proxy", str(self.temporary / "proxy")),
                ("/etc/ssl/fortrolig/fullchain.pem", str(self.folder / "cert.pem")),
                ("/etc/ssl/fortrolig/key.pem", str(self.folder / "key.pem")),
                ("listen 80 default_server;", f"listen 127.0.0.1:{self.redirect_port} default_server;"),
                ("    listen [::]:80 default_server;\n", ""),
                ("listen 443 ssl default_server;", f"listen 127.0.0.1:{self.tls_port} ssl default_server;"),
                ("    listen [::]:443 ssl default_server;\n", ""),
            ],
            "fortrolig-onion.conf": [("listen 127.0.0.1:8080", f"listen 127.0.0.1:{self.port}")],
        }
        for source in SHIPPED.glob("*.conf"):
            text = source.read_text(encoding="utf-8")
            for shipped, here in changes.get(source.name, []):
                assert text.count(shipped) == 1, (
                    f"{source.name}: {shipped!r} stands there {text.count(shipped)} times"
                )
                text = text.replace(shipped, here)
            (self.folder / source.name).write_text(text, encoding="utf-8")
        return self.folder / "nginx.conf"

    def command(self, *arguments: str) -> list[str]:
        """The program, told to use these files and no other."""
        found = program()
        assert found, "nginx is not installed"
        return [found, "-p", str(self.folder), "-c", str(self.config), "-e", str(self.error_log), *arguments]

    def test(self) -> str:
        """What `nginx -t` says. Raises CalledProcessError where it refuses."""
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, check=True)
        return done.stderr

    def processes(self) -> list[int]:
        """The ids of master and workers."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(
            encoding="ascii"
        )
        return [self._process.pid, *map(int, children.split())]

    def __enter__(self) -> Self:
        nowhere = subprocess.DEVNULL  # an inherited output would be one more file that nginx could write to
        self._process = subprocess.Popen(
            self.command(), stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
        until = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            assert self._process.poll() is None, self.error_log.read_text(encoding="utf-8")
            assert time.monotonic() < until, "nginx did not start in time"
            time.sleep(0.02)

    def __exit__(self, *_raised: object) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)


def make_certificate(folder: Path) -> None:
    """cert.pem and key.pem for NAME, signed by themselves, good for a day."""
    if (folder / "cert.pem").exists():
        return
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
            "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"),
        ],
        check=True, capture_output=True,
    )  # fmt: skip


def trusting(folder: Path) -> ssl.SSLContext:
    """A client that trusts the certificate in `folder`."""
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


def directives(file: Path, name: str) -> list[str]:
    """The values of every `name …;` in a shipped file, comments left out."""
    text = re.sub(r"#.*", "", file.read_text(encoding="utf-8"))
    return re.findall(rf"^\s*{name}\s+([^;]+);", text, re.MULTILINE)
