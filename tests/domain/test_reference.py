"""A reference is random, can be read out on the telephone, and says nothing of how many cases there are."""

import pytest

from portal.domain.errors import ReferenceMalformed
from portal.domain.reference import SYMBOLS, fold_reference, new_reference


def test_a_reference_is_the_year_and_five_symbols() -> None:
    reference = new_reference(2026)
    assert reference[:5] == "2026-"
    assert len(reference) == 10
    assert set(reference[5:]) <= set(SYMBOLS)


def test_the_symbols_leave_out_what_is_misread() -> None:
    assert len(set(SYMBOLS)) == 32
    assert not set("ILOU") & set(SYMBOLS)


def test_references_are_drawn_from_all_symbols_at_every_place() -> None:
    drawn = [new_reference(2026)[5:] for _ in range(3000)]
    assert all({one[place] for one in drawn} == set(SYMBOLS) for place in range(5))


@pytest.mark.parametrize(
    "typed",
    ["2026-M4TX9", "2026-m4tx9", " 2026 M4TX9 ", "2026M4TX9", "2026-M4T-X9", "2O26-M4TX9"],
)
def test_a_reference_is_forgiving_to_type(typed: str) -> None:
    assert fold_reference(typed) == "2026-M4TX9"


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert fold_reference("2026-olil0") == "2026-01110"


@pytest.mark.parametrize(
    "typed", ["", "2026", "2026-M4TX", "2026-M4TX99", "2026-M4TU9", "M4TX9", "٢٠٢٦-M4TX9"]
)
def test_what_is_no_reference_is_refused(typed: str) -> None:
    with pytest.raises(ReferenceMalformed):
        fold_reference(typed)
