"""The invented reports of the demonstration, and what becomes of each: data in reports/*.toml, read here.

A story's steps say who does what on which day, counted back from the day the demonstration is made.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Step:
    """One act. `what` is a key of play.ACTS; `by` is who of the crew does it, empty for the reporter."""

    days_ago: int
    at: time
    what: str
    by: str = ""
    text: str = ""
    files: tuple[str, ...] = ()

    def moment(self, today: date) -> datetime:
        """When it happens, UTC, if the demonstration is made on `today`."""
        return datetime.combine(today - timedelta(days=self.days_ago), self.at, UTC)


@dataclass(frozen=True)
class Story:
    """One report. `title` is what the officer who opens it writes on its card."""

    key: str
    lang: str
    channel: str
    category: str
    relation: str
    mode: str
    title: str
    text: str
    steps: tuple[Step, ...]
    name: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The answers beside the text, as the report form gives them."""
        return {"category": self.category, "relation": self.relation, "mode": self.mode}


def stories() -> tuple[Story, ...]:
    """Every story, in the order of their files' names."""
    folder = files("portal.demo").joinpath("reports")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(
        _story(name.removesuffix(".toml"), folder.joinpath(name).read_text("utf-8")) for name in names
    )


def in_order(told: tuple[Story, ...], today: date) -> Iterator[tuple[datetime, Story, Step]]:
    """All steps of all stories as they follow on each other, so that the register is written forwards."""
    every = [(step.moment(today), story, step) for story in told for step in story.steps]
    return iter(sorted(every, key=lambda act: act[0]))


def attached(step: Step) -> dict[str, bytes]:
    """The files that a step hands over, by name."""
    return {name: files("portal.demo").joinpath("files", name).read_bytes() for name in step.files}


def _story(key: str, source: str) -> Story:
    values: dict[str, Any] = tomllib.loads(source)
    steps = tuple(Step(**{**step, "files": tuple(step.get("files", ()))}) for step in values.pop("step"))
    return Story(key=key, steps=steps, **values)
