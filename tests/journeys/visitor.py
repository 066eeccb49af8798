"""A reporter's browser without a script, over real HTTP: fills in forms, keeps cookies, stays at one address."""

import re
import secrets
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.web.paper import Receipt, hidden, receipt_on

TIMEOUT_SECONDS = 60.0
REDIRECTS = {302, 303}
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers, and the whole body."""

    status: int
    headers: HTTPMessage
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Refused(Exception):
    """The server answered otherwise than the journey hopes; the message is the status and the page's h1."""

    def __init__(self, answer: Answer) -> None:
        said = re.search(r"<h1[^>]*>(.*?)</h1>", answer.body.decode(errors="replace"), re.DOTALL)
        super().__init__(f"{answer.status} {said[1] if said else ''}")
        self.answer = answer


class Visitor:
    """One browser. `address` is the local address it calls from, `agent` how it calls itself.

    `kept` collects what a browser would keep: every cookie it was given, every address it was sent to.
    """

    def __init__(self, url: str, *, address: str = "127.0.0.1", agent: str = "journey") -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname or "", place.port or 80
        self._address = address
        self._agent = agent
        self.cookies: dict[str, str] = {}
        self.kept: list[str] = []

    def get(self, path: str) -> Answer:
        """The page at `path`, redirects followed."""
        return self.send("GET", path)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """The answer to a form without files."""
        return self.send("POST", path, urlencode(fields).encode(), FORM)

    def post_files(self, path: str, fields: dict[str, str], files: dict[str, bytes]) -> Answer:
        """The answer to a form with files, typed fields first, as browsers send them."""
        body, kind = multipart(fields, files)
        return self.send("POST", path, body, kind)

    def report(
        self, text: str, files: dict[str, bytes] | None = None, *, token: str | None = None, **fields: str
    ) -> Receipt:
        """The receipt of a report to the channel "whistleblowing". Raises Refused."""
        token = token or self.form_token()
        typed = {"token": token, "text": text, "mode": "anonymous", **fields}
        answer = self.post_files("/en/c/whistleblowing/report", typed, files or {})
        if answer.status != 200:
            raise Refused(answer)
        return receipt_on(answer.text)

    def form_token(self) -> str:
        """The token of a fresh report form. Raises Refused."""
        form = self.get("/en/c/whistleblowing/report")
        if form.status != 200:
            raise Refused(form)
        return hidden(form.text, "token")

    def open_case(self, receipt: Receipt) -> str:
        """The case's page after signing in. Raises Refused."""
        fields = {"case_key": receipt.case_key, "passphrase": receipt.passphrase}
        answer = self.post("/en/mailbox", fields)
        if answer.status != 200:
            raise Refused(answer)
        return answer.text

    def answer(self, page: str, text: str, files: dict[str, bytes] | None = None) -> str:
        """The case's page with one more message, written on `page`. Raises Refused."""
        if not self.answer_is_taken(page, text, files):
            raise Refused(self.get("/en/mailbox/case"))
        return self.get("/en/mailbox/case").text

    def answer_is_taken(self, page: str, text: str, files: dict[str, bytes] | None = None) -> bool:
        """Whether the server says that it has the answer, even if nothing more comes from it."""
        fields = {"csrf_token": hidden(page, "csrf_token"), "n": hidden(page, "n"), "text": text}
        body, kind = multipart(fields, files or {})
        return self._once("POST", "/en/mailbox/answer", body, kind).status == 303

    def downloads(self, page: str) -> list[bytes]:
        """Every file that the case's page offers, in its order."""
        return [self.get(link).body for link in re.findall(r'href="(/en/mailbox/files/[0-9a-f]{32})"', page)]

    def leave(self, page: str) -> None:
        """Log out."""
        self.post("/en/mailbox/leave", {"csrf_token": hidden(page, "csrf_token")})

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        """The answer to one request; a redirect is followed with a GET, as a browser does."""
        answer = self._once(method, path, body, kind)
        while answer.status in REDIRECTS:
            place = urlsplit(answer.headers["Location"])
            answer = self._once("GET", place.path + ("?" + place.query if place.query else ""), None, "")
        return answer

    def headers(self, method: str, kind: str) -> dict[str, str]:
        """What the browser says of itself and of the page that the request came from."""
        given = {"User-Agent": self._agent, "Sec-Fetch-Site": "same-origin", "Connection": "close"}
        if method not in {"GET", "HEAD"}:
            given["Origin"] = "null"
        if kind:
            given["Content-Type"] = kind
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return given

    def _once(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        connection = HTTPConnection(
            self._host, self._port, timeout=TIMEOUT_SECONDS, source_address=(self._address, 0)
        )
        try:
            connection.request(method, path, body, self.headers(method, kind))
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        self._keep(answer.headers)
        return answer

    def _keep(self, headers: HTTPMessage) -> None:
        self.kept += [*headers.get_all("Set-Cookie", []), *headers.get_all("Location", [])]
        for line in headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if not morsel.value or morsel["max-age"] == "0":
                    del self.cookies[name]


def multipart(fields: dict[str, str], files: dict[str, bytes]) -> tuple[bytes, str]:
    """The body of a form and its Content-Type."""
    boundary = f"----journey{secrets.token_hex(12)}"
    parts = [part_head(boundary, name) + value.encode() + b"\r\n" for name, value in fields.items()]
    if files:
        parts += [part_head(boundary, "files", name) + content + b"\r\n" for name, content in files.items()]
    else:
        parts.append(part_head(boundary, "files", "") + b"\r\n")  # "no file chosen"
    return b"".join((*parts, part_end(boundary))), f"multipart/form-data; boundary={boundary}"


def part_head(boundary: str, name: str, filename: str | None = None) -> bytes:
    """What stands before the bytes of one part."""
    file = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: application/octet-stream'
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()


def part_end(boundary: str) -> bytes:
    """What stands after the last part."""
    return f"--{boundary}--\r\n".encode()
