"""The register can't be changed unseen, and tells no more of a reporter than the day (Directive (EU)
2019/1937, Art. 16(1) and 18(1)).
"""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import EntryRefused, RegisterBroken
from portal.domain.register import (
    GENESIS,
    Actor,
    Kind,
    Line,
    When,
    body_of,
    canonical,
    chain,
    verify,
    when,
)

ORGANISATION, CASE = b"o" * 16, b"c" * 16
DAY = date(2026, 5, 4)


def written(count: int, *, numbered: bool = True, previous: bytes = GENESIS) -> list[Line]:
    lines = []
    for seq in range(1, count + 1):
        number = seq if numbered else None
        body = body_of(
            organisation_id=ORGANISATION,
            seq=seq,
            running_number=number,
            kind=Kind.REPORT_RECEIVED,
            moment=When(DAY),
            case_id=CASE,
            facts={"reference": f"2026-{seq:05d}"},
        )
        line = Line(seq, 2026, number, "report-received", CASE, body, previous, chain(previous, body))
        lines.append(line)
        previous = line.hash
    return lines


def check(lines: list[Line], head: Line | None = None) -> int:
    last = head or lines[-1]
    return verify(lines, organisation_id=ORGANISATION, head_seq=last.seq, head_hash=last.hash)


def broken_at(lines: list[Line], head: Line | None = None) -> int:
    with pytest.raises(RegisterBroken) as found:
        check(lines, head)
    return found.value.seq


def test_a_register_as_it_was_written_verifies() -> None:
    assert check(written(20)) == 20


def test_an_empty_register_verifies() -> None:
    assert verify([], organisation_id=ORGANISATION, head_seq=0, head_hash=GENESIS) == 0


def test_the_hash_is_what_the_description_says() -> None:
    body = b'{"v":1}'
    assert chain(GENESIS, body) == hashlib.sha256(b"fortrolig/v1/register\0" + bytes(32) + body).digest()


@given(st.integers(0, 9), st.data())
def test_any_changed_byte_is_found_at_its_place(place: int, data: st.DataObject) -> None:
    lines = written(10)
    body = bytearray(lines[place].body)
    spot = data.draw(st.integers(0, len(body) - 1))
    body[spot] ^= data.draw(st.integers(1, 255))
    lines[place] = replace(lines[place], body=bytes(body))
    assert broken_at(lines) == place + 1


@pytest.mark.parametrize(
    "change",
    [
        {"year": 2025},
        {"kind": "test-received"},
        {"case_id": None},
        {"case_id": b"x" * 16},
        {"running_number": None},
        {"running_number": 9},
    ],
    ids=str,
)
def test_a_column_that_says_something_else_than_the_entry_is_found(change: dict[str, Any]) -> None:
    lines = written(5)
    lines[2] = replace(lines[2], **change)
    assert broken_at(lines) == 3


def test_a_removed_entry_is_found() -> None:
    lines = written(5)
    assert broken_at([*lines[:2], *lines[3:]], lines[-1]) == 3


def test_a_removed_entry_is_found_even_when_the_rest_is_numbered_anew() -> None:
    lines = written(5)
    moved = [replace(line, seq=line.seq - 1) for line in lines[3:]]
    assert broken_at([*lines[:2], *moved], replace(lines[-1], seq=4)) == 3


def test_a_removed_last_entry_is_found() -> None:
    lines = written(5)
    assert broken_at(lines[:-1], lines[-1]) == 5


def test_two_entries_that_changed_places_are_found() -> None:
    lines = written(5)
    assert broken_at([lines[0], lines[2], lines[1], *lines[3:]]) == 2


def test_an_entry_put_in_between_is_found() -> None:
    lines = written(5)
    assert broken_at([*lines[:2], lines[1], *lines[2:]]) == 3


def test_an_entry_put_in_between_and_linked_to_the_one_before_is_found() -> None:
    lines = written(5)
    forged = replace(lines[2], body=lines[2].body.replace(b"00003", b"99999"))
    forged = replace(forged, hash=chain(forged.previous, forged.body))
    rest = [replace(line, seq=line.seq + 1) for line in lines[2:]]
    assert broken_at([*lines[:2], forged, *rest], replace(lines[-1], seq=6)) == 4


def test_an_entry_added_after_the_head_is_found() -> None:
    lines = written(6)
    assert broken_at(lines, lines[4]) == 6


def test_another_organisations_register_is_not_taken_for_ours() -> None:
    lines = written(3)
    with pytest.raises(RegisterBroken):
        verify(lines, organisation_id=b"x" * 16, head_seq=3, head_hash=lines[-1].hash)


def test_a_running_number_left_out_is_found_even_in_a_chain_written_that_way() -> None:
    first, second = written(2)
    said = json.loads(second.body) | {"number": 3}
    body = canonical(said)
    skipped = replace(second, running_number=3, body=body, hash=chain(first.hash, body))
    assert broken_at([first, skipped]) == 2


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.actor is Actor.REPORTER])
def test_a_reporters_act_has_a_day_and_nothing_more_exact(kind: Kind) -> None:
    assert when(kind, day=DAY, at=None) == When(DAY)
    moment = datetime(2026, 5, 4, 10, 31, tzinfo=UTC)
    for wrong in ({"day": None, "at": moment}, {"day": DAY, "at": moment}, {"day": moment, "at": None}):
        with pytest.raises(EntryRefused):
            when(kind, **wrong)


def test_no_reporters_entry_has_a_minute_in_it() -> None:
    said = json.loads(written(1)[0].body)
    assert said["day"] == "2026-05-04"
    assert "at" not in said


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.actor is not Actor.REPORTER])
def test_any_other_act_has_its_minute_in_utc(kind: Kind) -> None:
    oslo = timezone(timedelta(hours=2))
    moment = when(kind, day=None, at=datetime(2026, 5, 4, 0, 31, 59, 999, tzinfo=oslo))
    assert moment == When(date(2026, 5, 3), datetime(2026, 5, 3, 22, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": DAY, "at": None},
        {"day": None, "at": None},
        {"day": None, "at": datetime(2026, 5, 4, 1, 2)},  # noqa: DTZ001 - the lack of a zone is the case
    ],
    ids=["a day alone", "nothing", "a moment without a zone"],
)
def test_a_staff_act_without_a_true_moment_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(EntryRefused):
        when(Kind.ACKNOWLEDGED, **wrong)


@pytest.mark.parametrize(
    "facts",
    [
        {"Reference": "x"},
        {"a b": "x"},
        {"": "x"},
        {"yes": True},
        {"share": 0.5},
        {"nothing": None},
        {"many": 2**53},
        {"long": "x" * 501},
        {"half": "\ud800"},
        {"when": "handed in at 10:31"},
    ],
    ids=str,
)
def test_facts_that_do_not_belong_in_a_register_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(EntryRefused):
        body_of(
            organisation_id=ORGANISATION,
            seq=1,
            running_number=None,
            kind=Kind.REPORT_RECEIVED,
            moment=When(DAY),
            case_id=None,
            facts=facts,
        )


def test_a_body_is_written_in_one_way_only() -> None:
    assert canonical({"b": 1, "a": {"y": "ø", "x": 2}}) == '{"a":{"x":2,"y":"ø"},"b":1}'.encode()


def test_a_kind_fits_its_column() -> None:
    assert all(len(kind.value) <= 40 for kind in Kind)
