"""What a notice says, in the officer's language. Needs an application's context and no request."""

from flask import current_app
from flask_babel import force_locale, gettext

from portal.services.notices import About
from portal.web.languages import LOCALES


def words(about: About, lang: str) -> tuple[str, str]:
    """Subject and text of a notice."""
    with force_locale(LOCALES.get(lang, lang)):
        text = current_app.jinja_env.get_template("mail/notice.txt").render(about=about)
        return gettext("Please sign in to the portal"), text
