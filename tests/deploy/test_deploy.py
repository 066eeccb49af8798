"""Rule: each file of deploy/ is taken by the program that it is for, and they agree with each other and the portal.

Source: "A team can rely on it", section 5. What they do under load is held by tests/journeys/test_slow_senders.py.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from ssl import SSLError, TLSVersion

import pytest

from portal.services.parts import Clock
from portal.settings import Settings, load
from portal.web.security import HEADERS, TRANSPORT
from tests.builders import Portal
from tests.deploy.nginx import NAME, SHIPPED, Nginx, directives, trusting
from tests.deploy.programs import DEPLOY, ROOT, needed, yaml
from tests.journeys.server import Server, free_port
from tests.journeys.visitor import Visitor

UNITS = sorted(path.name for path in (DEPLOY / "systemd").glob("*.service"))
HIGHEST_EXPOSURE = 1.5


def conf(name: str) -> Path:
    return SHIPPED / f"{name}.conf"


def shipped_settings() -> Settings:
    """deploy/settings.toml, as a portal reads it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy2(DEPLOY / "settings.toml", folder)
        return load({}, instance=Path(folder))


# nginx


@pytest.fixture
def nginx(tmp_path: Path) -> Nginx:
    """The shipped files, made to run here."""
    needed("nginx")
    return Nginx(tmp_path / "nginx", free_port())


def test_nginx_takes_its_files(nginx: Nginx) -> None:
    assert "test is successful" in nginx.test()


def test_nginx_refuses_them_with_a_word_wrong(nginx: Nginx) -> None:
    changed = (nginx.folder / "fortrolig.conf").read_text().replace("limit_conn_zone", "limit_conn_zones")
    (nginx.folder / "fortrolig.conf").write_text(changed)
    with pytest.raises(subprocess.CalledProcessError):
        nginx.test()


def test_its_own_page_has_the_headers_of_the_portal() -> None:
    text = conf("fortrolig-headers").read_text()
    sent = dict(re.findall(r'^add_header (\S+) "(.*)" always;$', text, re.MULTILINE))
    assert {name: sent.get(name) for name in HEADERS} == HEADERS
    assert sent["Cache-Control"] == "no-store"
    assert f'"{TRANSPORT}"' in conf("fortrolig").read_text()


def test_every_server_of_nginx_logs_nothing() -> None:
    servers = re.findall(r"^server \{.*?^\}", conf("fortrolig").read_text(), re.MULTILINE | re.DOTALL)
    servers += re.findall(r"^server \{.*?^\}", conf("fortrolig-onion").read_text(), re.MULTILINE | re.DOTALL)
    shared = conf("fortrolig-locations").read_text()
    assert len(servers) == 3
    for server in servers:
        whole = server + (shared if "include fortrolig-locations.conf;" in server else "")
        assert "access_log off;" in whole
        assert "error_log /dev/null;" in whole
        assert "server_tokens off;" in whole


def test_what_may_stream_at_once_leaves_threads_in_each_process() -> None:
    limits = re.findall(r"limit_conn fortrolig_\w+ (\d+);", conf("fortrolig-locations").read_text())
    gunicorn = (DEPLOY / "gunicorn.conf.py").read_text()
    threads = int(re.search(r"^threads = (\d+)$", gunicorn, re.MULTILINE)[1])  # type: ignore[index]
    assert len(limits) == 2
    assert sum(map(int, limits)) <= threads * 3 / 4


def test_the_portal_has_an_upload_slot_for_each_that_nginx_lets_through() -> None:
    (limit,) = directives(conf("fortrolig-locations"), "limit_conn fortrolig_uploads")
    assert shipped_settings().upload_slots == int(limit)
    assert f"PORTAL_UPLOAD_SLOTS={limit}" in (DEPLOY / "Containerfile").read_text()


def test_the_largest_body_that_is_taken_whole_fits_into_memory() -> None:
    assert directives(conf("fortrolig-locations"), "client_body_buffer_size") == ["512k", "512k"]
    assert '"~^[1-4][0-9]{5}$"    small;' in conf("fortrolig").read_text()  # at most 499,999 < 512 * 1024


def test_port_80_leads_people_to_tls_and_refuses_a_program(nginx: Nginx) -> None:
    with nginx:
        assert answered(nginx.redirect_port, "/en/mailbox") == (301, "https://report.example.org/en/mailbox")
        assert answered(nginx.redirect_port, "/desk/api/cases") == (403, None)


@pytest.mark.parametrize(
    ("version", "suites", "taken"),
    [
        (TLSVersion.TLSv1_3, "DEFAULT", True),
        (TLSVersion.TLSv1_2, "ECDHE+AESGCM", True),
        (TLSVersion.TLSv1_2, "ECDHE+CHACHA20", True),
        (
            TLSVersion.TLSv1_2,
            "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-CCM",
            False,
        ),
    ],
    ids=["TLS 1.3", "1.2 with AES-GCM", "1.2 with ChaCha20", "1.2 with CBC or CCM"],
)
def test_nginx_speaks_no_tls_but_what_is_recommended(
    version: TLSVersion, suites: str, *, taken: bool, nginx: Nginx
) -> None:
    assert directives(conf("fortrolig"), "ssl_protocols") == ["TLSv1.2 TLSv1.3"]
    client = trusting(nginx.folder)
    client.set_ciphers(suites)
    client.minimum_version = client.maximum_version = version
    with nginx, socket.create_connection(("127.0.0.1", nginx.tls_port), 10) as line:
        try:
            with client.wrap_socket(line, server_hostname=NAME) as sealed:
                assert sealed.version()
        except SSLError:
            assert not taken
        else:
            assert taken


# Caddy and Tor


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Server]:
    """A portal with one channel, told that a proxy stands before it."""
    built = Portal(tmp_path / "instance", Clock())
    built.team(built.staff("Anna Holm"))
    built.close()
    with Server(tmp_path / "instance", min_free_bytes=0, trusted_proxies=1) as server:
        yield server


@contextmanager
def caddy(folder: Path, port: int, open_port: int, portal_port: int) -> Iterator[None]:
    """Caddy with the shipped file, its two sites on ports of 127.0.0.1; `folder / "said"` is what it prints."""
    text = (DEPLOY / "caddy" / "Caddyfile").read_text()
    assert text.count("\nreport.example.org {") == text.count("127.0.0.1:8000") == 1
    file = folder / "Caddyfile"
    file.write_text(
        text.replace("\nreport.example.org {", f"\nhttp://127.0.0.1:{port} {{")
        .replace("http://report.example.org {", f"http://127.0.0.1:{open_port} {{")
        .replace(":8000", f":{portal_port}")
    )
    home = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "said").open("w") as said:
        running = subprocess.Popen(
            [needed("caddy"), "run", "--adapter", "caddyfile", "--config", str(file)], env=home, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        yield
    finally:
        running.terminate()
        running.wait(20)


def test_caddy_takes_its_file() -> None:
    file = DEPLOY / "caddy" / "Caddyfile"
    done = subprocess.run(
        [needed("caddy"), "validate", "--adapter", "caddyfile", "--config", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Valid configuration" in done.stdout + done.stderr


def test_a_report_with_a_file_comes_through_caddy_and_a_visitors_claims_do_not(
    behind: Server, tmp_path: Path
) -> None:
    port, open_port = free_port(), free_port()
    with caddy(tmp_path, port, open_port, behind.port):
        wait_for(port)
        visitor, content = Visitor(f"http://127.0.0.1:{port}"), os.urandom(3_000_000)
        page = visitor.open_case(visitor.report("Through Caddy", {"film.mp4": content}))
        assert "Through Caddy" in page
        assert visitor.downloads(page) == [content]
        assert claims_are_refused(port)
        wait_for(open_port)
        assert answered(open_port, "/en/") == (301, "https://127.0.0.1/en/")
        assert answered(open_port, "/desk/api/cases") == (403, None)
    assert "remote_ip" not in (tmp_path / "said").read_text()
    assert "/en/c/whistleblowing" not in (tmp_path / "said").read_text()


HIDDEN = ("127.0.0.1:", "remote_ip", "/en/mailbox", "198.51.100.7", "ReporterBrowser", "elsewhere.example")
"""What a line about a visitor would hold: an address (Caddy's own lines name ports alone), a path, a browser."""


@contextmanager
def broken_portal(port: int) -> Iterator[None]:
    """A program in the portal's place: its answers are cut off in their middle, or follow slowly, for ever."""
    stop = threading.Event()

    def answer(line: socket.socket) -> None:
        with line, suppress(OSError):
            asked = line.recv(65_536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n")
            while not stop.is_set() and b"/cut" not in asked:
                line.sendall(b"x" * 100_000)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(door.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", port)) as door:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        stop.set()
        door.shutdown(socket.SHUT_RDWR)
        thread.join()


def asks(port: int, path: str, host: str, *, reads: bool) -> None:
    """A request by a browser that says who it is; it leaves without the end of the answer, unless it `reads`."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: ReporterBrowser/1.0\r\n"
            "X-Forwarded-For: 198.51.100.7\r\nConnection: close\r\n\r\n".encode()
        )
        line.recv(1_000)
        while reads and line.recv(65_536):
            pass


def test_caddy_writes_nothing_of_a_visitor_whatever_goes_wrong(tmp_path: Path) -> None:
    port, open_port, portal_port = free_port(), free_port(), free_port()
    with caddy(tmp_path, port, open_port, portal_port):
        wait_for(port)
        asks(port, "/en/mailbox/portal-down", f"127.0.0.1:{port}", reads=True)
        for there in (port, open_port):
            asks(there, "/en/mailbox/other-host", "elsewhere.example", reads=True)
        asks(open_port, "/en/mailbox/led-on", f"127.0.0.1:{open_port}", reads=True)
        with broken_portal(portal_port):
            asks(port, "/en/mailbox/cut", f"127.0.0.1:{port}", reads=True)
            asks(port, "/en/mailbox/left", f"127.0.0.1:{port}", reads=False)
            time.sleep(0.5)
    said = (tmp_path / "said").read_text()
    assert "serving initial configuration" in said
    assert [line for line in said.splitlines() if any(word in line for word in HIDDEN)] == []


def claims_are_refused(port: int) -> bool:
    """Whether a form of another site that calls itself ours, and TLS, is refused as what it is."""
    headers = {
        "Origin": "http://elsewhere.example",
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Proto": "https",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/en/mailbox", b"case_key=x&passphrase=y", headers)
        response = connection.getresponse()
        response.read()
        return response.status == 403 and response.getheader("Strict-Transport-Security") is None


def answered(port: int, path: str) -> tuple[int, str | None]:
    """The status, and where it leads to."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status, response.getheader("Location")


def wait_for(port: int) -> None:
    """Until something answers there."""
    until = time.monotonic() + 30
    while True:
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", "/health")
            connection.getresponse().read()
            return
        assert time.monotonic() < until, "no answer in time"
        time.sleep(0.05)


def test_tor_takes_its_file(tmp_path: Path) -> None:
    tor = needed("tor")
    text = (DEPLOY / "tor" / "torrc").read_text()
    assert text.count("/var/lib/tor/fortrolig") == 2
    (tmp_path / "torrc").write_text(text.replace("/var/lib/tor/fortrolig", str(tmp_path / "service")))
    command = [tor, "--verify-config", "-f", "torrc", "--DataDirectory", str(tmp_path / "data")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Configuration was valid" in done.stdout


def test_the_onion_service_leads_to_the_server_that_nginx_has_for_it() -> None:
    torrc = (DEPLOY / "tor" / "torrc").read_text()
    (there,) = re.findall(r"^HiddenServicePort 80 (\S+)$", torrc, re.MULTILINE)
    assert directives(conf("fortrolig-onion"), "listen") == [f"{there} default_server"]


# Settings, systemd, gunicorn, the scripts


def test_the_shipped_settings_are_known_and_behind_a_proxy_on_this_machine() -> None:
    settings = shipped_settings()
    assert (settings.trusted_proxies, settings.host, settings.port) == (1, "127.0.0.1", 8000)
    (portal,) = re.findall(r"server (127\.0\.0\.1:\d+);", conf("fortrolig").read_text())
    assert portal == f"{settings.host}:{settings.port}"


def test_the_shipped_settings_keep_room_for_a_hundred_thousand_text_reports() -> None:
    """A text report takes about 35 kB: message, notebook, record, grants, and the register's line."""
    assert shipped_settings().min_free_bytes >= 100_000 * 35_000


def test_a_portal_without_its_settings_is_not_started() -> None:
    lines = (DEPLOY / "systemd" / "fortrolig.service").read_text().splitlines()
    assert "AssertPathExists=/var/lib/fortrolig/settings.toml" in lines
    assert not [line for line in lines if line.startswith("Environment=PORTAL_") and "INSTANCE" not in line]


@pytest.mark.parametrize("script", ["fortrolig", "backup.sh"])
def test_a_script_is_one_that_the_shell_takes(script: str) -> None:
    assert os.access(DEPLOY / script, os.X_OK)
    subprocess.run(["sh", "-n", str(DEPLOY / script)], check=True)


def test_the_command_for_administrators_names_the_folders_and_the_user_of_the_unit() -> None:
    unit = (DEPLOY / "systemd" / "fortrolig.service").read_text()
    script = (DEPLOY / "fortrolig").read_text()
    for said, meant in (
        ("WorkingDirectory=/opt/fortrolig", "cd /opt/fortrolig "),
        ("User=fortrolig", "-u fortrolig "),
        ("PORTAL_INSTANCE=/var/lib/fortrolig", "PORTAL_INSTANCE=/var/lib/fortrolig "),
    ):
        assert said in unit
        assert meant in script


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with this checkout in the place of /opt/fortrolig."""
    for unit in (DEPLOY / "systemd").iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/fortrolig", str(ROOT)))
    return tmp_path


@pytest.mark.parametrize("unit", [*UNITS, "fortrolig-backup.timer"])
def test_systemd_takes_the_unit(unit: str, units: Path) -> None:
    program = needed("systemd-analyze")
    command = [program, "verify", "--man=no", str(units / unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if "fortrolig" in line]
    assert (done.returncode, told) == (0, [])


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_the_unit_well_shut_in(unit: str, units: Path) -> None:
    program = needed("systemd-analyze")
    command = [
        program,
        "security",
        "--offline=true",
        f"--threshold={int(HIGHEST_EXPOSURE * 10)}",
        str(units / unit),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_dumps_no_core_swaps_nothing_and_writes_where_it_must(unit: str) -> None:
    lines = (DEPLOY / "systemd" / unit).read_text().splitlines()
    for line in ("LimitCORE=0", "MemorySwapMax=0", "UMask=0077", "User=fortrolig", "NoNewPrivileges=yes",
                 "ProtectSystem=strict", "PrivateTmp=yes", "StateDirectoryMode=0700"):  # fmt: skip
        assert line in lines, line


def test_the_running_portal_can_dump_no_core_however_it_was_started(behind: Server) -> None:
    for process in behind.processes():
        limits = Path(f"/proc/{process}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE), process


def test_the_master_and_the_keeper_hold_no_connection_that_a_fork_would_share(behind: Server) -> None:
    for process in behind.processes()[:2]:
        open_files = [str(one.readlink()) for one in Path(f"/proc/{process}/fd").iterdir()]
        assert not [one for one in open_files if ".sqlite" in one], process


def test_gunicorn_keeps_no_log_of_requests() -> None:
    lines = (DEPLOY / "gunicorn.conf.py").read_text().splitlines()
    assert "accesslog = None" in lines
    assert "capture_output = False" in lines
    assert any(line.startswith('loglevel = "error"') for line in lines)  # warnings quote requests


STUB = """#!/bin/sh
[ "$3" = "$FAILS" ] && exit 1
for last; do :; done
echo sealed > "$last"
"""


def days_old(folder: Path, names: dict[str, int]) -> None:
    for name, days in names.items():
        path = folder / name
        path.write_text("sealed")
        then = time.time() - days * 86_400 - 60
        os.utime(path, (then, then))


@pytest.mark.parametrize(
    ("fails", "left"),
    [
        ("", ["all-29.age", "all-NOW", "erase-keys-13.age", "erase-keys-NOW", "other.txt"]),
        ("backup", ["all-29.age", "all-30.age", "erase-keys-13.age", "erase-keys-NOW", "other.txt"]),
        ("backup-erase-keys", ["all-29.age", "all-30.age", "all-NOW", "erase-keys-13.age", "other.txt"]),
    ],
    ids=["both made", "no backup made", "no erase keys made"],
)
def test_the_backups_script_keeps_everything_30_days_and_erase_keys_14(
    fails: str, left: list[str], tmp_path: Path
) -> None:
    """A night without a backup takes none of the old ones away; erase keys go whatever happened."""
    folder, stub = tmp_path / "backups", tmp_path / "flask"
    folder.mkdir()
    stub.write_text(STUB)
    stub.chmod(0o755)
    old = {
        "all-29.age": 29,
        "all-30.age": 30,
        "erase-keys-13.age": 13,
        "erase-keys-14.age": 14,
        "other.txt": 99,
    }
    days_old(folder, old)
    shell = {**os.environ, "BACKUPS": str(folder), "RECIPIENTS": "nobody", "FLASK": str(stub), "FAILS": fails}
    done = subprocess.run(
        ["sh", str(DEPLOY / "backup.sh")], env=shell, capture_output=True, text=True, check=False
    )
    assert done.returncode == (1 if fails else 0), done.stderr
    now = re.compile(r"\d{4}-\d\d-\d\dT\d{6}\.age$")
    assert sorted(now.sub("NOW", path.name) for path in folder.iterdir()) == left


# Containers: no engine is asked, but whatever they name is there


def test_what_the_image_copies_and_starts_is_there(tmp_path: Path) -> None:
    lines = (DEPLOY / "Containerfile").read_text().replace("\\\n", "").splitlines()
    copied = [line.split()[1:] for line in lines if line.startswith("COPY ")]
    assert {source for source, _place in copied} >= {"wsgi.py", "crypto", "portal", "templates"}
    for source, place in copied:
        assert place in {source, "./"}
        there = tmp_path / source
        there.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / source, there)
    # The program starts from nothing but what was copied, with the settings of the image.
    python = ROOT / ".venv" / "bin" / "python"
    chosen = {
        "PORTAL_INSTANCE": str(tmp_path / "instance"),
        "PORTAL_TRUSTED_PROXIES": "1",
        "PORTAL_UPLOAD_SLOTS": "24",
    }
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "PYTHONPATH"))
    }
    command = [
        str(python),
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.conf.py",
        "--check-config",
        "wsgi:app",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env={**plain, **chosen}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for catalogue in ("da", "nl", "nb"):
        assert (tmp_path / "portal" / "translations" / catalogue / "LC_MESSAGES" / "messages.po").exists()


def test_the_image_holds_no_instance_and_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert "\nUSER fortrolig\n" in text
    assert "COPY . " not in text
    assert "--require-hashes" in text
    assert "instance" in (ROOT / ".dockerignore").read_text().splitlines()


def test_compose_names_files_that_are_there_and_volumes_that_it_has() -> None:
    compose = yaml(DEPLOY / "compose.yaml")
    assert set(compose["services"]) == {"database", "portal", "proxy"}
    for service in compose["services"].values():
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            if source.startswith("./"):
                assert source == "./certificates" or (DEPLOY / source).is_file(), source
            else:
                assert source in compose["volumes"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["ulimits"] == {"core": 0}


def test_in_containers_the_database_has_no_network_and_the_portal_listens_to_its_proxy_alone() -> None:
    services = yaml(DEPLOY / "compose.yaml")["services"]
    assert services["database"]["network_mode"] == "none"
    assert services["proxy"]["network_mode"] == "service:portal"
    assert "PORTAL_HOST" not in services["portal"]["environment"]
    assert "database-socket:/run/postgresql" in services["portal"]["volumes"]
    assert "host=/run/postgresql" in services["portal"]["environment"]["PORTAL_DATABASE_URL"]


def test_compose_gives_nginx_every_file_that_its_main_file_includes() -> None:
    mounted = {mount.split(":")[1] for mount in yaml(DEPLOY / "compose.yaml")["services"]["proxy"]["volumes"]}
    wanted, seen = ["nginx"], set()
    while wanted:
        name = wanted.pop()
        seen.add(name)
        wanted += [one.removesuffix(".conf") for one in directives(conf(name), "include")]
    assert {f"/etc/nginx/{name}.conf" for name in seen} <= mounted
