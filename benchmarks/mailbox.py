"""From case key and passphrase to the page with a conversation of twenty replies, opened by the server."""

import statistics
import time
from urllib.parse import urlencode

from benchmarks.client import Client
from benchmarks.reports import Figures
from benchmarks.stage import Stage, stage
from tests.builders import Reporter
from tests.officer_hand import hand

REPLIES = 20
VISITS = 15
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def measure() -> Figures:
    """The median of the whole way: sign-in (one stretching), redirect, page."""
    with stage() as place:
        reporter = _conversation(place)
        with place.client() as client:
            waits = [_visit(client, reporter) for _ in range(VISITS + 2)][2:]
    return {f"mailbox_{REPLIES}_replies_ms": round(1000 * statistics.median(waits), 1)}


def _conversation(place: Stage) -> Reporter:
    reporter = place.portal.report(place.team)
    at_work = hand(place.portal, place.officer, place.team, reporter)
    at_work.opens()
    for number in range(REPLIES):
        at_work.posts(at_work.seals(f"Reply {number}. " + "We looked into it and have a question. " * 12))
    return reporter


def _visit(client: Client, reporter: Reporter) -> float:
    typed = {"case_key": reporter.receipt.shown_key, "passphrase": reporter.receipt.passphrase}
    body = urlencode(typed).encode()
    began = time.perf_counter()
    signed_in = client.send("POST", "/en/mailbox", [body], size=len(body), headers=FORM)
    cookie = signed_in.header("Set-Cookie").split(";")[0]
    page = client.get(signed_in.header("Location"), Cookie=cookie)
    waited = time.perf_counter() - began
    assert page.body.count(b"We looked into it") == REPLIES * 12
    return waited
