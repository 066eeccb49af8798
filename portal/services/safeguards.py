"""What one accident would lose: channels with a single reader, or without a confirmed recovery sheet."""

from dataclasses import dataclass

from portal.services.parts import Parts
from portal.services.team_page import Team, TeamPage, team_page


@dataclass(frozen=True)
class Weak:
    """A channel that hangs by one thread: one person in office reads it, or no sheet of it was confirmed."""

    slug: str
    name: str
    alone: bool
    without_sheet: bool


def weak_channels(parts: Parts, officer_id: bytes) -> tuple[Weak, ...]:
    """The weak ones among the channels that this person reads or administers. Raises NotFound."""
    return weak_of(team_page(parts, officer_id))


def weak_of(page: TeamPage) -> tuple[Weak, ...]:
    """The weak ones among the channels of the page."""
    found = (_weak(team) for team in page.channels)
    return tuple(one for one in found if one.alone or one.without_sheet)


def _weak(team: Team) -> Weak:
    reading = [one for one in team.members if one.active and one.is_officer and one.id not in team.leaving]
    return Weak(team.slug, team.name, alone=len(reading) < 2, without_sheet=not team.sheet_confirmed)  # noqa: PLR2004 - two
