"""The reporter's mailbox: signed in with case key and passphrase, without a script."""

from flask import Blueprint

from portal.web.mailbox import erasing, views

blueprint = Blueprint("mailbox", __name__, url_prefix="/<lang>/mailbox")

for _rule, _view, _methods in (
    ("", views.sign_in, ["GET"]),
    ("", views.open_case, ["POST"]),
    ("/case", views.case, ["GET"]),
    ("/answer", views.answer, ["POST"]),
    ("/files/<file_id>", views.download, ["GET"]),
    ("/leave", views.leave, ["POST"]),
    ("/left", views.left, ["GET"]),
    ("/erase", erasing.erase, ["GET"]),
    ("/erase", erasing.erase_now, ["POST"]),
    ("/erased", erasing.erased, ["GET"]),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
