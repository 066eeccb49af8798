"""`flask` sub-commands, thin over services."""

from flask import Flask

from portal.commands import demo, start


def init_app(app: Flask) -> None:
    """Register every command."""
    app.cli.add_command(start.migrate)
    app.cli.add_command(start.setup_link)
    app.cli.add_command(demo.demo)
