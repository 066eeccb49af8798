"""Rule: behind the shipped nginx nobody's slowness holds up a text report, and nothing is written down on the way.

Sources: "A team can rely on it", section 4 (20 uploads at 50 kB/s, 200 slow connections); BUDGETS (text reports held
up: 0; no temp file). Here it is counted who got through while the others were still at it; how fast is measured by
`python -m benchmarks.slow_senders`.
"""

import re
import secrets
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from portal.services.parts import Clock
from tests.builders import Portal
from tests.deploy.nginx import NAME, Nginx, directives, program
from tests.journeys.file_watch import FileWatch
from tests.journeys.server import Server
from tests.journeys.slow import Crowd, request_head, upload
from tests.journeys.visitor import Answer, Visitor, multipart
from tests.left_out import left_out
from tests.web.page_linter import lint

UPLOADS = 20
BYTES_A_SECOND = 50_000
UPLOAD_BYTES = 650_000
REPORTS = 15
SLOW_OF_EACH_KIND = 50
FILE_BYTES = 4_000_000
BIG_SCRIPT = "/static/0/vendor/words.js"
LIMIT = int(directives(Path("deploy/nginx/fortrolig-locations.conf"), "limit_conn fortrolig_uploads")[0])

pytestmark = [pytest.mark.xdist_group("load")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A portal with one channel, run as the unit file runs it."""
    folder = tmp_path_factory.mktemp("portal")
    built = Portal(folder / "instance", Clock())
    built.team(built.staff("Anna Holm"))
    built.close()
    instance = built.parts.settings.instance
    sizes = {"max_file_bytes": FILE_BYTES, "max_report_bytes": FILE_BYTES + 200_000}
    settings: dict[str, Any] = {"min_free_bytes": 0, "trusted_proxies": 1, "upload_slots": LIMIT, **sizes}
    with Server(instance, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def nginx(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """The shipped nginx in front of it, watched the whole time."""
    if program() is None:
        left_out("nginx is not installed")
    folder = tmp_path_factory.mktemp("proxy")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # nginx's workers are another user's
    with (
        Nginx(folder / "nginx", server.port) as running,
        FileWatch(running) as nginx_files,
        FileWatch(server) as files,
    ):
        yield running
        assert min(nginx_files.rounds, files.rounds) > 10
        assert nginx_files.seen == [], "nginx has written something down"
        assert files.seen == []


def send(nginx: Nginx, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    """One request to nginx as it is given, without what a browser adds."""
    connection = HTTPConnection("127.0.0.1", nginx.port, timeout=60)
    try:
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def test_twenty_trickling_uploads_hold_up_no_text_report_and_all_arrive(nginx: Nginx) -> None:
    tokens = [Visitor(nginx.url).form_token() for _ in range(UPLOADS)]
    with Crowd(nginx.port) as crowd:
        for number, token in enumerate(tokens):
            request = upload(token, f"Slow report {number}", UPLOAD_BYTES, chunked=number % 4 == 0)
            crowd.add(request, rate=BYTES_A_SECOND)
        for number in range(REPORTS):
            assert Visitor(nginx.url).report(f"Quick report {number}").case_key
        assert crowd.unfinished == UPLOADS, "the uploads were over before the reports: nothing was shown"
        crowd.wait(lambda: crowd.unfinished == 0, 120)
        assert [member.status for member in crowd.members] == [200] * UPLOADS
        keys = {re.search(rb'id="shown-key"[^>]*>([^<]+)<', member.answer)[1] for member in crowd.members}  # type: ignore[index]
        assert len(keys) == UPLOADS


def test_two_hundred_slow_connections_keep_nobody_out(nginx: Nginx) -> None:
    """Slow heads, slow small bodies, slow large bodies, slow readers: fifty of each."""
    with Crowd(nginx.port) as crowd:
        form = request_head("POST", "/en/mailbox") + b"Content-Type: application/x-www-form-urlencoded\r\n"
        for _ in range(SLOW_OF_EACH_KIND):
            crowd.add(request_head("GET", "/en/") + b"X-More: " + b"a" * 500, rate=2)
            crowd.add(form + b"Content-Length: 9000\r\n\r\n" + b"a" * 9_000, rate=2, at_once=220)
            crowd.add(form + b"Content-Length: 900000\r\n\r\n" + b"a" * 900_000, rate=2, at_once=220)
            crowd.add(request_head("GET", BIG_SCRIPT) + b"\r\n", rate=2, at_once=500, reads=False)
        visitor = Visitor(nginx.url)
        receipt = visitor.report("In the midst of them")
        assert "In the midst of them" in visitor.open_case(receipt)
        for path in ("/en/", "/da/procedure", "/health") * 5:
            assert send(nginx, "GET", path).status in {200, 204}
        refused = [member for member in crowd.members if member.status]
        assert {member.status for member in refused} == {503}
        assert len(refused) == SLOW_OF_EACH_KIND - LIMIT, (
            "more than the limit of large bodies reached the portal"
        )
        assert crowd.unfinished >= 200 - len(refused)


def test_one_upload_too_many_is_told_by_a_page(nginx: Nginx) -> None:
    with Crowd(nginx.port) as crowd:
        for _ in range(LIMIT + 1):
            crowd.add(upload("", "one of many", 600_000), rate=1_000, at_once=1_000)
        crowd.wait(lambda: any(member.answer.endswith(b"</html>\n") for member in crowd.members), 30)
        told = next(member for member in crowd.members if member.status)
    head, _, page = bytes(told.answer).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"Content-Security-Policy: default-src 'none'" in head
    assert lint(page.decode(), url="/") == []


@pytest.mark.parametrize("size", [4_300_000, 60_000_000], ids=["a little too large", "15 times too large"])
def test_a_report_that_is_too_large_comes_back_as_a_page_with_what_was_typed(nginx: Nginx, size: int) -> None:
    visitor = Visitor(nginx.url)
    typed = {"token": visitor.form_token(), "text": "Third drawer, left.", "mode": "anonymous"}
    answer = visitor.post_files("/en/c/whistleblowing/report", typed, {"film.mp4": bytes(size)})
    assert answer.status == 413
    assert "Third drawer, left." in answer.text


def test_a_slow_download_holds_up_nobody_and_goes_through_memory_alone(nginx: Nginx) -> None:
    """The file is four times what nginx keeps in memory for one answer: the rest must wait in the portal."""
    visitor, content = Visitor(nginx.url), secrets.token_bytes(FILE_BYTES)
    page = visitor.open_case(visitor.report("With a film", {"film.mp4": content}))
    link = re.search(r'href="(/en/mailbox/files/[0-9a-f]{32})"', page)
    assert link
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    with Crowd(nginx.port) as crowd:
        request = request_head("GET", link[1]) + f"Cookie: {cookies}\r\n\r\n".encode()
        members = [crowd.add(request, rate=2, at_once=len(request), reads=False) for _ in range(3)]
        for number in range(3):
            assert visitor.report(f"Meanwhile {number}").case_key
        assert visitor.downloads(page) == [content]
        assert crowd.unfinished == len(members)


def test_a_text_as_long_as_a_report_may_be_goes_through(nginx: Nginx) -> None:
    visitor = Visitor(nginx.url)
    receipt = visitor.report("å" * 100_000)
    assert "å" * 1_000 in visitor.open_case(receipt)


def test_what_a_visitor_claims_about_proxies_does_not_reach_the_portal(nginx: Nginx) -> None:
    """Otherwise another site's form would pass for our own, and cookies for those of a TLS connection."""
    body, kind = multipart({"case_key": "x", "passphrase": "y"}, {})
    claims = {
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "proto=https",
    }
    answer = send(
        nginx,
        "POST",
        "/en/mailbox",
        body,
        **{"Content-Type": kind, "Origin": "http://elsewhere.example", **claims},
    )
    assert answer.status == 403
    assert "Strict-Transport-Security" not in answer.headers
    ours = send(
        nginx, "POST", "/en/mailbox", body, **{"Content-Type": kind, "Origin": f"http://{NAME}", "Host": NAME}
    )
    assert ours.status != 403, "the refusal above had another reason"


def test_hundreds_of_wrong_requests_leave_no_line_in_any_log(nginx: Nginx, server: Server) -> None:
    printed = server.output()
    for path in ("/nothing", "/en/%ff", "/" + "a" * 9_000, "/desk/api/files/x"):
        for _ in range(10):
            send(nginx, "GET", path)
    with Crowd(nginx.port) as crowd:
        for garbage in (
            b"\x16\x03\x01 no request\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\0" * 50,
        ):
            for _ in range(10):
                crowd.add(garbage, rate=0, at_once=len(garbage))
        crowd.wait(lambda: crowd.unfinished == 0, 60)
    assert nginx.error_log.read_bytes() == b""
    assert server.output() == printed
