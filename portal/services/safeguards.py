"""What one accident would lose: channels with a single reader, or without a confirmed recovery sheet."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.domain.access import Right, may
from portal.services.parts import Parts
from portal.services.staff import person_of
from portal.services.team_page import KeyedChannel, keyed_channels, staff_of
from portal.store.models import Officer


@dataclass(frozen=True)
class Weak:
    """A channel that hangs by one thread: one person in office reads it, or no sheet of it was confirmed."""

    slug: str
    name: str
    alone: bool
    without_sheet: bool


def weak_channels(parts: Parts, officer_id: bytes) -> tuple[Weak, ...]:
    """The weak ones among the channels that this person reads or administers. Raises NotFound.

    The list asks at each visit: no case is counted for it.
    """
    with parts.database.read() as session:
        me, everybody = staff_of(session, officer_id)
        administers = may(person_of(me), Right.ARRANGE_PEOPLE)
        keyed = keyed_channels(session, me.organisation_id)
        found = [_weak(one, everybody) for one in keyed if administers or one.has_on_team(me)]
    return tuple(one for one in found if one.alone or one.without_sheet)


def _weak(channel: KeyedChannel, everybody: Iterable[Officer]) -> Weak:
    reading = [one for one in everybody if one.active and channel.has_on_team(one)]
    row = channel.row
    return Weak(row.slug, row.name, alone=len(reading) < 2, without_sheet=row.sheet_confirmed_on is None)  # noqa: PLR2004 - two
