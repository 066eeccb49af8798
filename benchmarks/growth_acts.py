"""What is done among few cases and among many: each act makes one turn after the other ready, to be timed."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from portal.services import casework, erasing, notices, retention, sessions
from portal.store import models
from tests.builders import Portal, Staff, Team
from tests.officer_hand import hand

PAGES_DEEP = 10
NEXT = re.compile(r'href="[^"]*\?after=([^"&]+)"[^>]*rel="next"')

Turn = Callable[[], object]
Act = Callable[["Place"], Iterator[Turn]]


@dataclass(frozen=True)
class Place:
    """The portal, and the officer who works in it."""

    portal: Portal
    officer: Staff
    team: Team

    def pages(self) -> Callable[[str], str]:
        """A function that fetches a page of the desk, in a session of its own."""
        cookie = sessions.start(self.portal.parts, "desk", self.officer.id).value
        client = self.portal.app.test_client(use_cookies=False)

        def fetch(address: str) -> str:
            answer = client.get(address, headers={"Cookie": f"desk={cookie}"})
            assert answer.status_code == 200, (address, answer.status)
            return answer.text

        return fetch


def _first_page(place: Place) -> Iterator[Turn]:
    fetch = place.pages()
    while True:
        yield partial(fetch, "/en/desk")


def _later_page(place: Place) -> Iterator[Turn]:
    fetch = place.pages()
    address = "/en/desk"
    for _ in range(PAGES_DEEP):
        found = NEXT.search(fetch(address))
        assert found, "the list ends too early"
        address = f"/en/desk?after={found[1]}"
    while True:
        yield partial(fetch, address)


def _titles(place: Place) -> Iterator[Turn]:
    fetch = place.pages()
    while True:
        yield partial(fetch, "/desk/api/cases")


def _to_move(place: Place) -> Iterator[Turn]:
    fetch = place.pages()
    while True:
        yield partial(fetch, "/desk/api/roots")


def _case(place: Place) -> Iterator[Turn]:
    fetch, reporter = place.pages(), place.portal.report(place.team)
    hand(place.portal, place.officer, place.team, reporter).opens()

    def look() -> None:
        fetch(f"/en/desk/cases/{reporter.reference}")
        fetch(f"/desk/api/cases/{reporter.case_id.hex()}")

    while True:
        yield look


def _reply(place: Place) -> Iterator[Turn]:
    reporter = place.portal.report(place.team)
    at_work = hand(place.portal, place.officer, place.team, reporter)
    at_work.opens()
    while True:
        sealed = at_work.seals("We looked into it.")
        yield partial(
            casework.post, place.portal.parts, place.officer.id, at_work.row, reporter.case_id, sealed
        )


def _mailbox(place: Place) -> Iterator[Turn]:
    reporter = place.portal.report(place.team)
    while True:
        yield reporter.reads


def _answer(place: Place) -> Iterator[Turn]:
    reporter = place.portal.report(place.team)
    while True:
        yield partial(reporter.answers, "It was on a Tuesday.")


def _report(place: Place) -> Iterator[Turn]:
    while True:
        yield partial(place.portal.report, place.team)


def _due(place: Place) -> Iterator[Turn]:
    portal = place.portal
    while True:
        with portal.parts.database.write() as session:  # as on the first round of a day
            told = session.get_one(models.NoticeAddress, place.officer.id)
            told.told_on, told.told_seq, told.send_at = portal.today - timedelta(days=1), 0, None
        yield partial(notices.look, portal.parts)


def _job(job: Callable[..., object], place: Place) -> Iterator[Turn]:
    while True:
        yield partial(job, place.portal.parts)


ACTS: Mapping[str, Act] = {
    "list": _first_page,
    "later_page": _later_page,
    "titles": _titles,
    "to_move": _to_move,
    "case": _case,
    "reply": _reply,
    "mailbox": _mailbox,
    "answer": _answer,
    "report": _report,
    "due": _due,
    "retention": partial(_job, retention.erase_over),
    "erase_again": partial(_job, erasing.erase_again),
    "under_keys": partial(_job, erasing.put_under_keys),
    "finish": partial(_job, erasing.finish),
}
"""By the name that the figures have. The last five are the worker's, each minute."""
