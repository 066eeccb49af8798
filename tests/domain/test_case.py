"""A case goes through its stages in order: nothing is closed that was not acknowledged (Directive
(EU) 2019/1937, Art. 9(1)(b)), and one table says every legal step.
"""

from itertools import product

import pytest

from portal.domain.case import STEPS, Stage, next_stages, step
from portal.domain.errors import StepNotAllowed

LEGAL = {
    ("received", "acknowledged"),
    ("acknowledged", "in_progress"),
    ("acknowledged", "closed"),
    ("in_progress", "closed"),
    ("closed", "in_progress"),
}
ALL_PAIRS = list(product([stage.value for stage in Stage], repeat=2))


@pytest.mark.parametrize(("now", "to"), sorted(LEGAL), ids=" then ".join)
def test_a_legal_step_gives_the_stage_it_leads_to(now: str, to: str) -> None:
    assert step(now, to) is Stage(to)


@pytest.mark.parametrize(("now", "to"), [p for p in ALL_PAIRS if p not in LEGAL], ids=" then ".join)
def test_every_other_step_is_refused(now: str, to: str) -> None:
    with pytest.raises(StepNotAllowed):
        step(now, to)


@pytest.mark.parametrize(("now", "to"), [("received", "lost"), ("lost", "closed"), ("", "")])
def test_a_stage_nobody_knows_is_refused(now: str, to: str) -> None:
    with pytest.raises(StepNotAllowed):
        step(now, to)


def test_every_stage_has_a_next_one_so_that_no_case_is_stuck() -> None:
    assert set(STEPS) == set(Stage)
    assert all(next_stages(stage) for stage in Stage)


def test_the_usual_step_is_offered_first() -> None:
    assert next_stages("acknowledged")[0] is Stage.IN_PROGRESS
