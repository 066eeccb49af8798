"""The lists the portal ships with: categories, outcomes, standard texts, and outside authorities.

They are data (`portal/domain/data/*.toml`), read once, so that an organisation can change them and no
template names an authority. Every name and text exists in every language of `LANGUAGES`.
"""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from portal.domain.errors import ListDamaged

LANGUAGES = ("en", "da", "nl", "nb")

Names = Mapping[str, str]
"""A text in each of `LANGUAGES`."""


@dataclass(frozen=True)
class Category:
    """What a report may be about. `directive` names the point of Art. 2(1), or why there is none.

    `unsure` marks a reference from memory, to be checked before it is printed.
    """

    code: str
    names: Names
    directive: str
    unsure: bool


@dataclass(frozen=True)
class Outcome:
    """How a case may end: A admissibility, F foundedness, C closing, P appeal."""

    code: str
    names: Names


@dataclass(frozen=True)
class ExternalChannel:
    """An outside authority that takes reports. `checked_on` is None where `unsure` (from memory).

    `source` says where it was read, "not recorded" where nobody noted it.
    """

    country: str
    authority: str
    scope: Names
    checked_on: date | None
    source: str
    unsure: bool


@dataclass(frozen=True)
class Country:
    """A country (or EU) with its outside channels. `note` is shown to readers, None if there is none.

    `remark` is for whoever keeps the list.
    """

    code: str
    names: Names
    note: Names | None
    remark: str
    channels: tuple[ExternalChannel, ...]


@cache
def categories() -> tuple[Category, ...]:
    """Every category, in the order they are offered in."""
    return tuple(
        Category(row["code"], _names(row), row["directive"], row["unsure"])
        for row in _read("taxonomy.toml")["category"]
    )


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Every outcome, in the order of its codes' meaning: admissibility, foundedness, closing, appeal."""
    return tuple(Outcome(row["code"], _names(row)) for row in _read("taxonomy.toml")["outcome"])


@cache
def countries() -> tuple[Country, ...]:
    """Every country with its outside channels; the European Union comes last."""
    return tuple(_country(row) for row in _read("external_channels.toml")["country"])


def category_name(code: str, lang: str) -> str:
    """The category's name. Raises ListDamaged for an unknown code or language."""
    return _pick({one.code: one.names for one in categories()}, code, lang)


def outcome_name(code: str, lang: str) -> str:
    """The outcome's name. Raises ListDamaged for an unknown code or language."""
    return _pick({one.code: one.names for one in outcomes()}, code, lang)


def country_name(code: str, lang: str) -> str:
    """The country's name. Raises ListDamaged for an unknown code or language."""
    return _pick({one.code: one.names for one in countries()}, code, lang)


def external_channels(country: str | None = None) -> tuple[ExternalChannel, ...]:
    """The outside channels of a country, or of all; none for a country that is not in the list."""
    return tuple(channel for one in countries() if country in (None, one.code) for channel in one.channels)


def standard_text(kind: str, lang: str) -> str:
    """The text `acknowledgement` or `closing`, with its placeholders in braces. Raises ListDamaged."""
    return _pick(_read("taxonomy.toml")["text"], kind, lang)


def placeholders(kind: str) -> frozenset[str]:
    """What a standard text needs to be filled with; the same in every language."""
    parsed = string.Formatter().parse(standard_text(kind, LANGUAGES[0]))
    return frozenset(name for _, name, _, _ in parsed if name)


def fill(kind: str, lang: str, values: Mapping[str, str]) -> str:
    """The standard text with every placeholder filled. Raises ListDamaged where one is missing.

    Values are put in as they are: a brace in one is not read as a placeholder.
    """
    try:
        return standard_text(kind, lang).format_map(dict(values))
    except KeyError as missing:
        raise ListDamaged(f"{kind} needs {missing.args[0]}") from None


def _country(row: Mapping[str, Any]) -> Country:
    return Country(
        code=row["code"],
        names=_names(row["name"]),
        note=_names(row["note"]) if "note" in row else None,
        remark=row["remark"],
        channels=tuple(
            ExternalChannel(
                country=row["code"],
                authority=channel["authority"],
                scope=_names(channel["scope"]),
                checked_on=channel.get("checked_on"),
                source=channel["source"],
                unsure=channel["unsure"],
            )
            for channel in row["channel"]
        ),
    )


def _names(row: Mapping[str, str]) -> Names:
    try:
        return {lang: row[lang] for lang in LANGUAGES}
    except KeyError as missing:
        raise ListDamaged(f"a text without the language {missing.args[0]}") from None


def _pick(texts: Mapping[str, Names], code: str, lang: str) -> str:
    try:
        return texts[code][lang]
    except KeyError:
        raise ListDamaged(f"nothing called {code} in {lang}") from None


@cache
def _read(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(files("portal.domain.data").joinpath(name).read_text("utf-8"))
    except (OSError, ValueError) as failure:
        raise ListDamaged(f"{name}: {failure}") from None
