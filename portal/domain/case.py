"""The stages of a case and the one table of legal steps between them.

Later stages (admissibility, investigation, well-foundedness, measures, closing report, appeal) take
their place in `Stage` and in `STEPS`; nothing else knows the order.
"""

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.errors import StepNotAllowed


class Stage(StrEnum):
    """Where a case stands. The text is stored; the names on pages are translated."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


STEPS: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.RECEIVED: (Stage.ACKNOWLEDGED,),
    Stage.ACKNOWLEDGED: (Stage.IN_PROGRESS, Stage.CLOSED),
    Stage.IN_PROGRESS: (Stage.CLOSED,),
    Stage.CLOSED: (Stage.IN_PROGRESS,),
}
"""From each stage to the next, the usual one first. Nothing is closed that was not acknowledged
(Directive (EU) 2019/1937, Art. 9(1)(b)); a closed case may be taken up again."""


def step(now: Stage | str, to: Stage | str) -> Stage:
    """The stage `to`, if a case may go there from `now`. Raises StepNotAllowed. Fails closed."""
    try:
        here, there = Stage(now), Stage(to)
    except ValueError:
        raise StepNotAllowed(f"no such stage: {now} or {to}") from None
    if there not in STEPS[here]:
        raise StepNotAllowed(f"a case that is {here.value} can't become {there.value}")
    return there


def next_stages(now: Stage | str) -> tuple[Stage, ...]:
    """Where a case may go from `now`, the usual step first."""
    return STEPS[Stage(now)]
