"""A case goes from stage to stage, by the table in domain/case.py and in no other way.

Acknowledging is not here: it is a message to the reporter, see `casework.acknowledge`.
Register: `stage-changed`, `case-closed` or `case-reopened`, with the stages, at its minute.
"""

from portal.domain.case import Stage, step
from portal.domain.errors import StepNotAllowed
from portal.domain.register import Kind
from portal.services.desk_errors import Changed, StepRefused
from portal.services.desk_register import note
from portal.services.parts import Parts
from portal.services.team import case_in_reach, desk_of


def change(parts: Parts, officer_id: bytes, case_id: bytes, *, seen: str, to: str) -> None:
    """The case is in stage `to`; `seen` is the stage that the officer's page showed.

    Raises Changed when a colleague changed it in between, StepRefused for a step that the table does not
    have (or for "acknowledged"), NotFound.
    """
    with parts.database.write() as session:
        desk = desk_of(session, officer_id)
        case = case_in_reach(session, desk, case_id, to_change=True)
        if case.stage != seen:
            raise Changed
        try:
            stage = step(case.stage, to)
        except StepNotAllowed as error:
            raise StepRefused from error
        if stage is Stage.ACKNOWLEDGED:
            raise StepRefused
        case.stage = stage
        case.closed_on = parts.clock.today() if stage is Stage.CLOSED else None
        note(parts, session, desk, case, _kind(seen, stage), before=seen, after=stage.value)


def _kind(before: str, after: Stage) -> Kind:
    if after is Stage.CLOSED:
        return Kind.CASE_CLOSED
    return Kind.CASE_REOPENED if before == Stage.CLOSED else Kind.STAGE_CHANGED
