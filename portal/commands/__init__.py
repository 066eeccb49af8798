"""`flask` sub-commands, thin over services. Each is loaded when it is called: the server's start needs none of them."""

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

MODULES = {
    "migrate": "start",
    "setup-link": "start",
    "invite-anew": "start",
    "demo": "demo",
    "check": "check",
    "register-verify": "check",
    "backup": "backup",
    "backup-erase-keys": "backup",
    "restore": "backup",
    "move-database": "backup",
    "worker": "worker",
}
"""The module of each command; its function has the command's name, with underscores."""


class Commands(AppGroup):
    """The portal's commands, by the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in order."""
        return sorted({*super().list_commands(ctx), *MODULES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None for an unknown one."""
        if cmd_name not in MODULES:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"{__name__}.{MODULES[cmd_name]}")
        found: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return found


def init_app(app: Flask) -> None:
    """Give `flask` the portal's commands."""
    app.cli = Commands()
