"""The two forms of a reporter who comes back."""

from flask_babel import lazy_gettext as _
from wtforms import Form, StringField, TextAreaField

from portal.web.public.forms import stripped


class SignInForm(Form):
    """Case key and passphrase, as they stand on the receipt."""

    case_key = StringField(_("Case key"), filters=[stripped])
    passphrase = StringField(_("Passphrase"), filters=[stripped])


class AnswerForm(Form):
    """One more message from the reporter."""

    text = TextAreaField(_("Your message"), filters=[stripped])
