"""Which language a page is in: the first part of its address says so, and nothing is remembered.

A cookie or a session would be one more thing kept about a visitor.
"""

from typing import Any

from flask import Flask, Request, abort, current_app, g, redirect, request
from flask_babel import Babel, get_locale, get_translations
from werkzeug.wrappers import Response

NAMES = {"en": "English", "da": "Dansk", "nl": "Nederlands", "nb": "Norsk"}
LOCALES = {"en": "en_GB"}
"""Where dates and numbers follow another locale than the bare language's."""
NOT_FOUND = 404


def init_app(app: Flask, offered: tuple[str, ...]) -> None:
    """Read `/<lang>/…` from every address, write it into every `url_for`, and set Babel's locale by it."""
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.root_path) + "/translations"
    app.config["PORTAL_LANGUAGES"] = offered
    Babel(app, locale_selector=locale)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda words: _catalogue().ugettext(words),
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    app.add_url_rule("/", "home", home)

    @app.url_value_preprocessor
    def _take(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "lang" in values:
            g.lang = values.pop("lang")
            if g.lang not in offered:
                g.lang = preferred(request, offered)
                abort(NOT_FOUND)

    @app.url_defaults
    def _give(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = current()


def home() -> Response:
    """The way from the bare address to the first page, in the visitor's language."""
    return redirect(f"/{preferred(request, _offered())}/")


def current() -> str:
    """The language of this page: the address's, else the best that the browser asks for."""
    if "lang" not in g:
        g.lang = preferred(request, _offered())
    return str(g.lang)


def locale() -> str:
    """Babel's name for the page's language: English means British dates."""
    return LOCALES.get(current(), current())


def _catalogue() -> Any:
    """The translations of the language in force, found once for each: a page of the desk asks 300 times."""
    spoken = get_locale()
    held = g.get("catalogue")
    if held is None or held[0] is not spoken:
        held = g.catalogue = (spoken, get_translations())
    return held[1]


def preferred(asked: Request, offered: tuple[str, ...]) -> str:
    """The best of `offered` for what the browser says it reads; Norwegian and Nynorsk readers get Bokmål."""
    norwegian = {"no": "nb", "nn": "nb"}
    for wanted, _quality in asked.accept_languages:
        code = wanted.split("-")[0].lower()
        code = norwegian.get(code, code)
        if code in offered:
            return code
    return offered[0]


def _offered() -> tuple[str, ...]:
    return tuple(current_app.config["PORTAL_LANGUAGES"])
