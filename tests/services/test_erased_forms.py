"""Rule: the page of a receipt, loaded again, never brings an erased report back and shows its receipt no more.

A browser sends the form anew when such a page is loaded, and a form is good for a day. Sources: threat model, what the
server knows and known limits; GDPR, Art. 17.
"""

import pytest

from portal.services import erasing, intake, sealing, sessions
from portal.services.errors import ReceiptShown
from portal.services.intake import Arrival
from portal.store import cases, models
from tests.builders import Portal, SetClock, Staff, Team


def send(portal: Portal, team: Team, token: str, text: str = "The drain.") -> Arrival:
    """What became of the form `token`."""
    parts = portal.parts
    report = intake.begin(parts, team.slug)
    written = sealing.Written(lang="en", text=text, fields={})
    _receipt, arrival = intake.accept(parts, report, intake.admit(parts, token), written, [])
    return arrival


def ids(portal: Portal) -> set[bytes]:
    with portal.parts.database.read() as session:
        return cases.ids(session)


def erase(portal: Portal, officer: Staff, who: str) -> None:
    """The only case there is goes, as `who` wants."""
    with portal.parts.database.read() as session:
        case = session.query(models.Case).one()
    if who == "reporter":
        erasing.erase_by_reporter(portal.parts, case.id)
    else:
        erasing.erase_by_officer(portal.parts, officer.id, [case.reference])


@pytest.mark.parametrize("who", ["reporter", "officer"])
@pytest.mark.parametrize("minutes", [0, 31, 23 * 60], ids=["at once", "later", "the next day"])
def test_a_form_whose_report_was_erased_brings_nothing(
    portal: Portal, ida: Staff, team: Team, clock: SetClock, who: str, minutes: int
) -> None:
    token = intake.new_form(portal.parts)
    assert send(portal, team, token) is Arrival.STORED
    erase(portal, ida, who)
    clock.move(minutes=minutes)
    sessions.sweep(portal.parts)
    with pytest.raises(ReceiptShown):
        send(portal, team, token)
    with pytest.raises(ReceiptShown):
        send(portal, team, token, "Another text.")
    assert ids(portal) == set()
    assert send(portal, team, intake.new_form(portal.parts)) is Arrival.STORED


def test_nothing_of_it_is_known_once_the_form_is_too_old(
    portal: Portal, ida: Staff, team: Team, clock: SetClock
) -> None:
    send(portal, team, intake.new_form(portal.parts))
    erase(portal, ida, "reporter")
    with portal.parts.volatile.read() as session:
        kept = session.query(models.SessionRow).filter_by(kind="erased").one()
    assert kept.touched_at % 3600 == 0
    assert kept.owner == bytes(16)
    clock.move(hours=25, minutes=1)
    sessions.sweep(portal.parts)
    with portal.parts.volatile.read() as session:
        assert session.query(models.SessionRow).count() == 0
