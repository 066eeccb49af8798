"""Administrators arrange and read nothing; officers handle cases and arrange nobody; a case is there only
for its readers (Directive (EU) 2019/1937, Art. 9(1)(a): access by staff who are not authorised is prevented).
"""

from portal.domain.access import Person, Right, may, reads_case

ME, OTHER = bytes(16), bytes(15) + b"\x01"


def person(*, active: bool = True, officer: bool = False, administrator: bool = False) -> Person:
    return Person(id=ME, active=active, is_officer=officer, is_administrator=administrator)


OFFICER, ADMINISTRATOR = person(officer=True), person(administrator=True)


def test_an_officer_handles_cases_and_arranges_nobody() -> None:
    assert {right for right in Right if may(OFFICER, right)} == {
        Right.OWN_ACCOUNT,
        Right.HANDLE_CASES,
        Right.READ_REGISTER,
    }


def test_an_administrator_arranges_and_handles_no_case() -> None:
    assert {right for right in Right if may(ADMINISTRATOR, right)} == {
        Right.OWN_ACCOUNT,
        Right.ARRANGE_PEOPLE,
        Right.ARRANGE_CHANNELS,
        Right.READ_REGISTER,
    }


def test_one_person_may_be_both() -> None:
    both = person(officer=True, administrator=True)
    assert all(may(both, right) for right in Right)


def test_who_is_not_active_may_nothing() -> None:
    gone = person(active=False, officer=True, administrator=True)
    assert not any(may(gone, right) for right in Right)


def test_a_member_of_a_reading_epoch_reads_the_case() -> None:
    assert reads_case(OFFICER, [("channel", 2), ("mailbox", None)], epochs=[1, 2])


def test_a_member_of_other_epochs_does_not() -> None:
    assert not reads_case(OFFICER, [("channel", 3)], epochs=[1, 2])


def test_where_somebody_is_left_out_only_the_named_officers_read() -> None:
    assert reads_case(OFFICER, [("officer", ME)], epochs=[])
    assert not reads_case(OFFICER, [("officer", OTHER)], epochs=[0])


def test_an_administrator_reads_no_case_even_when_named() -> None:
    assert not reads_case(ADMINISTRATOR, [("officer", ME), ("channel", 0)], epochs=[0])


def test_the_mailboxs_place_among_the_readers_opens_nothing_to_an_officer() -> None:
    assert not reads_case(OFFICER, [("mailbox", None)], epochs=[0])
