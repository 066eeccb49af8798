"""What `flask check` has found: one line, and how it is to be taken."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a finding is to be taken."""

    OK = "ok  "
    NOTE = "note"
    BAD = "BAD "


@dataclass(frozen=True)
class Finding:
    """One line: how it is, and what was looked at."""

    level: Level
    text: str
