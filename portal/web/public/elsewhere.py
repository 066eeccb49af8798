"""The authorities that one may go to instead of the organisation, in the order of one page."""

from dataclasses import dataclass
from datetime import date

from portal.domain import taxonomy


@dataclass(frozen=True)
class CountryOnPage:
    """One country's authorities; `is_open` where its part of the page is shown without a click."""

    name: str
    note: str
    is_open: bool
    checked_on: date
    authorities: tuple[taxonomy.ExternalChannel, ...]


def countries_on_page(*, first: str, lang: str) -> tuple[CountryOnPage, ...]:
    """All countries with authorities: the one with the code `first`, the European Union, the others by name.

    `checked_on` is the oldest day of a country's rows, so that the page never claims more than was done.
    """
    found = []
    for country in sorted(
        taxonomy.countries(), key=lambda c: (c.code != first, c.code != "EU", c.name(lang))
    ):
        authorities = taxonomy.external_channels(country.code, lang=lang)
        shown = CountryOnPage(
            name=country.name(lang),
            note=country.note(lang),
            is_open=country.code in {first, "EU"},
            checked_on=min(authority.checked_on for authority in authorities),
            authorities=authorities,
        )
        found.append(shown)
    return tuple(found)
