"""The pages that are only read. None of them sets a cookie or needs a script."""

from flask import render_template

from portal.services import channels
from portal.web.context import organisation
from portal.web.languages import current
from portal.web.parts import parts
from portal.web.public.elsewhere import countries_on_page


def landing() -> str:
    """The first page: who we are, the two things one can do here, who reads it, what happens next."""
    return render_template("public/landing.html", channels=channels.public_channels(parts()))


def channel(slug: str) -> str:
    """One way in, with its own readers and days. Raises UnknownChannel, which becomes the 404 page."""
    return render_template("public/channel.html", channel=channels.public_channel(parts(), slug))


def procedure() -> str:
    """How a report is handled (Directive (EU) 2019/1937, Art. 7(3), 9 and 13; GDPR, Art. 13)."""
    return render_template("public/procedure.html", channels=channels.public_channels(parts()))


def safety() -> str:
    """What gives people away, and what the server knows (SPEC, what each thief gets)."""
    return render_template("public/safety.html")


def elsewhere() -> str:
    """The authorities one may go to instead, by country, the organisation's own first (Art. 9(1)(g))."""
    view = organisation()
    countries = countries_on_page(first=view.country if view else "", lang=current())
    return render_template("public/elsewhere.html", countries=countries)


def readers() -> str:
    """Everybody who can open what is sent, channel by channel, from the signed records."""
    return render_template("public/readers.html", channels=channels.public_channels(parts()))
