"""The lists the portal ships with: categories, outcomes, standard texts, and outside authorities.

They are data (`portal/domain/data/*.toml`), read once, so that an organisation can change them and no
template names an authority. Every name and text exists in every language of `LANGUAGES`.
"""

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

    def name(self, lang: str) -> str:
        """Its name in `lang`. Raises ListDamaged for an unknown language."""
        return _in(self.names, lang)


@dataclass(frozen=True)
class Outcome:
    """How a case may end: A admissibility, F foundedness, C closing, P appeal."""

    code: str
    names: Names

    def name(self, lang: str) -> str:
        """Its name in `lang`. Raises ListDamaged for an unknown language."""
        return _in(self.names, lang)


@dataclass(frozen=True)
class ExternalChannel:
    """An outside authority that takes reports, `scope` saying for what, in one language.

    `lang` is the language of the authority's own name. `checked_on` is the day the row was last gone
    through; `unsure` marks what was from memory even then. `source` says where it was read,
    "not recorded" where nobody noted it.
    """

    country: str
    authority: str
    lang: str
    scope: str
    checked_on: date
    source: str
    unsure: bool


@dataclass(frozen=True)
class Country:
    """A country, or the EU. `notes` are shown to readers, None if there are none.

    `remark` is for whoever keeps the list.
    """

    code: str
    names: Names
    notes: Names | None
    remark: str

    def name(self, lang: str) -> str:
        """Its name in `lang`. Raises ListDamaged for an unknown language."""
        return _in(self.names, lang)

    def note(self, lang: str) -> str:
        """What a reader should know of the whole country, in `lang`; empty if there is nothing."""
        return _in(self.notes, lang) if self.notes else ""


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
    """Every country that has outside channels; the European Union comes last."""
    return tuple(
        Country(
            row["code"], _names(row["name"]), _names(row["note"]) if "note" in row else None, row["remark"]
        )
        for row in _read("external_channels.toml")["country"]
    )


@cache
def external_channels(country: str | None = None, *, lang: str = "en") -> tuple[ExternalChannel, ...]:
    """The outside channels of a country, or of all; none for a country that is not in the list.

    Raises ListDamaged for an unknown language.
    """
    return tuple(
        ExternalChannel(
            country=row["code"],
            authority=channel["authority"],
            lang=channel["lang"],
            scope=_in(_names(channel["scope"]), lang),
            checked_on=channel["checked_on"],
            source=channel["source"],
            unsure=channel["unsure"],
        )
        for row in _read("external_channels.toml")["country"]
        if country in (None, row["code"])
        for channel in row["channel"]
    )


def standard_text(kind: str, lang: str) -> str:
    """The text `acknowledgement` or `closing`, with its placeholders in braces. Raises ListDamaged."""
    return _pick(_read("taxonomy.toml")["text"], kind, lang)


def fill(kind: str, lang: str, values: Mapping[str, str]) -> str:
    """The standard text with every placeholder filled. Raises ListDamaged where one is missing.

    Values are put in as they are: a brace in one is not read as a placeholder.
    """
    try:
        return standard_text(kind, lang).format_map(dict(values))
    except KeyError as missing:
        raise ListDamaged(f"{kind} needs {missing.args[0]}") from None


def _names(row: Mapping[str, str]) -> Names:
    try:
        return {lang: row[lang] for lang in LANGUAGES}
    except KeyError as missing:
        raise ListDamaged(f"a text without the language {missing.args[0]}") from None


def _in(texts: Names, lang: str) -> str:
    try:
        return texts[lang]
    except KeyError:
        raise ListDamaged(f"no text in {lang}") from None


def _pick(texts: Mapping[str, Names], code: str, lang: str) -> str:
    try:
        return _in(texts[code], lang)
    except KeyError:
        raise ListDamaged(f"nothing called {code}") from None


@cache
def _read(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(files("portal.domain.data").joinpath(name).read_text("utf-8"))
    except (OSError, ValueError) as failure:
        raise ListDamaged(f"{name}: {failure}") from None
