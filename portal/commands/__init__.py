"""`flask` sub-commands, thin over services."""

from flask import Flask

from portal.commands import backup, check, demo, start, worker


def init_app(app: Flask) -> None:
    """Register every command."""
    for command in (
        start.migrate,
        start.setup_link,
        start.invite_anew,
        demo.demo,
        check.check,
        check.register_verify,
        backup.backup,
        backup.erase_keys,
        backup.restore,
        backup.move_database,
        worker.worker,
    ):
        app.cli.add_command(command)
