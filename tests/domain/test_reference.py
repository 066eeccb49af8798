"""A reference is random, can be read out on the telephone, and says nothing of how many cases there are."""

from portal.domain.reference import SYMBOLS, new_reference


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
