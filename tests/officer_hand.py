"""What an officer's browser does with a case, in Python: the demonstration's hand serves the tests too."""

from portal.demo.officer_hand import ROW, Hand
from portal.demo.people import PeopledPortal, Staff, Team
from portal.demo.reporter_hand import Reporter

__all__ = ["ROW", "Hand", "hand"]


def hand(portal: PeopledPortal, officer: Staff, team: Team, reporter: Reporter) -> Hand:
    """`officer` at work on the case of `reporter`."""
    return Hand(portal, officer, team, reporter.case_id)
