"""What a first visit to the report form costs over the wire, cold cache: bytes with headers, and requests."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

from benchmarks.client import Client
from benchmarks.reports import FORM, Figures
from benchmarks.stage import stage

IMPORT = re.compile(r"""(?:^|[;}\s])(?:import|export)[^"'()]{0,2000}?["'](\.{1,2}/[^"']+)["']""")
LINKS = {"stylesheet", "icon", "modulepreload", "preload"}


class _Parts(HTMLParser):
    """The addresses that a browser fetches for a page: `plain` by every browser, `scripted` with JavaScript on."""

    def __init__(self) -> None:
        super().__init__()
        self.plain: list[str] = []
        self.scripted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag makes a browser fetch."""
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and given.get("rel") in LINKS:
            scripted = given["rel"] == "modulepreload" or given.get("as") == "script"
            (self.scripted if scripted else self.plain).append(given["href"])
        elif tag in {"img", "source"} and "src" in given:
            self.plain.append(given["src"])
        elif tag == "script" and "src" in given:
            self.scripted.append(given["src"])


def measure() -> Figures:
    """Bytes and requests without and with JavaScript; the icon, which browsers ask for unseen, is counted."""
    with stage() as place, place.client() as client:
        page = client.get(FORM, Accept_Encoding="gzip")
        found = _Parts()
        found.feed(page.text)
        plain = {path: _size(client, path) for path in found.plain}
        scripted = {path: _size(client, path) for path in _with_imports(client, found.scripted)}
    without = page.size + sum(plain.values())
    return {
        "first_visit_nojs_bytes": without,
        "first_visit_nojs_requests": 1 + len(plain),
        "first_visit_js_bytes": without + sum(scripted.values()),
        "first_visit_js_requests": 1 + len(plain) + len(scripted),
    }


def _size(client: Client, path: str) -> int:
    return client.get(path, Accept_Encoding="gzip").size


def _with_imports(client: Client, paths: list[str]) -> list[str]:
    """The scripts and every module that they import by a relative address, each once."""
    found: list[str] = []
    waiting = list(paths)
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found.append(path)
            waiting += [urljoin(path, name) for name in IMPORT.findall(client.get(path).text)]
    return found
