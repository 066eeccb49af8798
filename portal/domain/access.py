"""Who may do what at the desk.

Two flags, nothing inherited: an administrator arranges people and channels and reads no case, an
officer handles cases and arranges nobody. One person may be both. Whether an officer can read one
case is settled by keys (PROTOCOL 2), and asked again here so that nobody even learns of its existence.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """Something at the desk that not everybody may do."""

    OWN_ACCOUNT = "own-account"
    HANDLE_CASES = "handle-cases"
    ARRANGE_PEOPLE = "arrange-people"
    ARRANGE_CHANNELS = "arrange-channels"
    READ_REGISTER = "read-register"


@dataclass(frozen=True)
class Person:
    """What decides on somebody's rights."""

    id: bytes
    active: bool
    is_officer: bool
    is_administrator: bool


def may(person: Person, right: Right) -> bool:
    """Whether `person` has `right`. Fails closed: who is not active has none."""
    if not person.active:
        return False
    match right:
        case Right.OWN_ACCOUNT:
            return True
        case Right.HANDLE_CASES:
            return person.is_officer
        case Right.READ_REGISTER:
            return person.is_officer or person.is_administrator
        case Right.ARRANGE_PEOPLE | Right.ARRANGE_CHANNELS:
            return person.is_administrator


Reader = tuple[str, int | bytes | None]
"""As in a case record: ("channel", epoch), ("officer", id) or ("mailbox", None)."""


def reads_case(person: Person, readers: Collection[Reader], epochs: Collection[int]) -> bool:
    """Whether `person` is among the readers of a case record. Fails closed.

    `epochs` are those of the case's channel in which the person is a member.
    """
    if not may(person, Right.HANDLE_CASES):
        return False
    return ("officer", person.id) in readers or any(("channel", epoch) in readers for epoch in epochs)
