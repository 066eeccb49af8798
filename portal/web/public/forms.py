"""The report form: one field is needed, the rest is offered.

The form judges nothing that would make somebody choose their files again: unknown choices count as not
made, and what is too much or too little is said by the service that takes the report.
"""

from collections.abc import Iterable
from typing import Final

from flask_babel import lazy_gettext as _
from wtforms import Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are a version behind

from portal.domain import taxonomy
from portal.web.languages import current

ANONYMOUS: Final = "anonymous"
MODES: Final = (
    (ANONYMOUS, _("Stay anonymous")),
    ("confidential", _("Only by the people who will read this")),
    ("open", _("It may be known")),
)
RELATIONS: Final = (
    ("", _("I would rather not say")),
    ("employee", _("I work here")),
    ("former", _("I worked here before")),
    ("applicant", _("I have applied for work")),
    ("volunteer", _("I am a volunteer")),
    ("participant", _("I am a participant, client or customer")),
    ("relative", _("I am a relative or friend")),
    ("partner", _("I work for a partner or supplier")),
    ("other", _("Something else")),
)
UNKNOWN_CATEGORY: Final = _("I do not know, or something else")


def stripped(value: str | None) -> str:
    """`value` without spaces at its ends; the empty string for a field that was not sent."""
    return (value or "").strip()


def _choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


def category_choices() -> list[SelectChoice]:
    """The kinds of concern in the page's language, "I do not know" first and chosen."""
    named = [(kind.code, kind.name(current())) for kind in taxonomy.categories() if kind.code != "OTHER"]
    return _choices([("", str(UNKNOWN_CATEGORY)), *named])


class ReportForm(Form):
    """What a reporter may say. Names of fields are those of the sealed message (SPEC, Message)."""

    text = TextAreaField(_("What happened?"), filters=[stripped])
    when = StringField(_("When?"), filters=[stripped])
    where = StringField(_("Where?"), filters=[stripped])
    who = StringField(_("Who is involved?"), filters=[stripped])
    category = SelectField(
        _("What is it about?"), choices=category_choices, default="", validate_choice=False
    )
    relation = SelectField(
        _("What is your part in it?"), choices=_choices(RELATIONS), default="", validate_choice=False
    )
    mode = RadioField(
        _("May your name be known?"), choices=_choices(MODES), default=ANONYMOUS, validate_choice=False
    )
    name_given = StringField(_("Your name"), filters=[stripped])

    def answers(self) -> dict[str, str]:
        """All optional answers by field name. A choice that the form does not offer is empty, or anonymous."""
        return {
            "when": self.when.data or "",
            "where": self.where.data or "",
            "who": self.who.data or "",
            "category": _offered(self.category, ""),
            "relation": _offered(self.relation, ""),
            "mode": _offered(self.mode, ANONYMOUS),
        }

    def identity(self) -> str:
        """The name to be sealed apart; empty for an anonymous report, even where a name was typed by mistake."""
        return "" if self.answers()["mode"] == ANONYMOUS else self.name_given.data or ""


def _offered(field: SelectField, otherwise: str) -> str:
    values = {value for value, *_rest in field.iter_choices()}
    return str(field.data) if field.data in values else otherwise
