"""A legal hold: nobody erases the case, not even its reporter, until an officer ends it.

The reason stands in clear in the register, for ever: it names nobody. RD-01; GDPR, Art. 17(3)(b) and (e).
Register: `hold-set` with reason and day, `hold-ended`.
"""

from dataclasses import dataclass
from datetime import date

from portal.domain import retention as rules
from portal.domain.register import Kind
from portal.services.desk_errors import Changed, HoldMalformed
from portal.services.desk_register import note
from portal.services.parts import Parts
from portal.services.team import case_in_reach, case_of_reference, desk_of
from portal.store import models, retention

MAX_REASON = 200


@dataclass(frozen=True)
class Kept:
    """How long a case stays: `until` is its last day, None while it is open; `hold` wins over it."""

    days: int
    until: date | None
    hold: models.Hold | None
    review_is_due: bool


def kept(parts: Parts, officer_id: bytes, reference: str) -> Kept:
    """How long the case of `reference` stays. Raises NotFound."""
    with parts.database.read() as session:
        case = case_of_reference(session, desk_of(session, officer_id), reference)
        days = session.get_one(models.Channel, case.channel_id).retention_days
        hold = retention.hold(session, case.id)
    until = None if case.closed_on is None else rules.open_until(case.closed_on, days)
    return Kept(days, until, hold, hold is not None and hold.review_on <= parts.clock.today())


def keep(parts: Parts, officer_id: bytes, case_id: bytes, *, reason: str, review_on: date) -> None:
    """The case is held for `reason`, to be looked at again on `review_on`; a hold that was there is replaced.

    Raises HoldMalformed, NotFound. Register: `hold-set`.
    """
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= MAX_REASON or not rules.is_review_day(review_on, parts.clock.today()):
        raise HoldMalformed
    with parts.database.write() as session:
        desk = desk_of(session, officer_id)
        case = case_in_reach(session, desk, case_id, to_change=True)
        today = parts.clock.today()
        session.merge(models.Hold(case_id=case.id, reason=reason, review_on=review_on, set_on=today))
        note(parts, session, desk, case, Kind.HOLD_SET, reason=reason, review_on=review_on.isoformat())


def end(parts: Parts, officer_id: bytes, case_id: bytes) -> None:
    """The case is held no longer. Raises Changed when it was not, NotFound. Register: `hold-ended`."""
    with parts.database.write() as session:
        desk = desk_of(session, officer_id)
        case = case_in_reach(session, desk, case_id, to_change=True)
        hold = retention.hold(session, case.id)
        if hold is None:
            raise Changed
        session.delete(hold)
        note(parts, session, desk, case, Kind.HOLD_ENDED)
