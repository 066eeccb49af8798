"""Rule: a code counts in its own step of 30 seconds, one before and one after, and never twice.

Sources: RFC 6238 (vectors of appendix B, SHA-1), RFC 4226; SPEC, officers.
"""

import pytest

from portal.services.totp import CodeNotAccepted, accepted_step, code_of, step_at

RFC_SECRET = b"12345678901234567890"
RFC_VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
NOW = 1_234_567_890


@pytest.mark.parametrize(("at", "code"), RFC_VECTORS.items())
def test_codes_are_those_of_the_rfc(at: int, code: str) -> None:
    assert code_of(RFC_SECRET, step_at(at), digits=8) == code
    assert code_of(RFC_SECRET, step_at(at)) == code[2:]


@pytest.mark.parametrize("seconds", [-30, 0, 30], ids=["one step before", "this step", "one step after"])
def test_a_clock_may_be_one_step_off(seconds: int) -> None:
    code = code_of(RFC_SECRET, step_at(NOW + seconds))
    assert accepted_step(RFC_SECRET, code, now=NOW, last_step=0) == step_at(NOW + seconds)


@pytest.mark.parametrize("seconds", [-60, 60], ids=["two steps before", "two steps after"])
def test_two_steps_off_is_too_far(seconds: int) -> None:
    code = code_of(RFC_SECRET, step_at(NOW + seconds))
    with pytest.raises(CodeNotAccepted):
        accepted_step(RFC_SECRET, code, now=NOW, last_step=0)


@pytest.mark.parametrize("used", [0, 1], ids=["itself", "a later one"])
def test_a_code_does_not_count_once_its_step_was_used_or_a_later_one(used: int) -> None:
    step = step_at(NOW)
    with pytest.raises(CodeNotAccepted):
        accepted_step(RFC_SECRET, code_of(RFC_SECRET, step), now=NOW, last_step=step + used)


@pytest.mark.parametrize("code", ["", "00592", "0059241", "005925", "\uff10\uff10\uff15\uff19\uff12\uff14"])
def test_anything_else_is_not_accepted(code: str) -> None:
    with pytest.raises(CodeNotAccepted):
        accepted_step(RFC_SECRET, code, now=NOW, last_step=0)
