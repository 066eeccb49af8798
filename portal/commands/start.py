"""What happens before the first answer: bring the databases up to date, show the set-up link."""

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.commands.plain import PlainCommand
from portal.services import replacing, upkeep
from portal.services.errors import NotFound
from portal.services.parts import Parts
from portal.services.setup import is_set_up, new_link
from portal.web.parts import EXTENSION


@click.command(cls=PlainCommand)
@with_appcontext
def migrate() -> None:
    """Bring both databases to this version and sweep what a crash left behind."""
    upkeep.bring_up_to_date(_parts())
    click.echo("The databases are of this version.")


@click.command("setup-link", cls=PlainCommand)
@with_appcontext
def setup_link() -> None:
    """Print a fresh one-time set-up link, or that the portal is set up."""
    click.echo(setup_line(_parts()))


@click.command("invite-anew", cls=PlainCommand)
@click.argument("name")
@with_appcontext
def invite_anew(name: str) -> None:
    """Close the account of NAME, and print an invitation for a new one: when no administrator can sign in."""
    parts = _parts()
    try:
        made = replacing.invite_anew_from_server(parts, name)
    except NotFound as error:
        raise click.ClickException(f"nobody signs in as {name}") from error
    click.echo(f"The old account is closed. {_address(parts)}/{made.language}/invitation/{made.token}")


def setup_line(parts: Parts) -> str:
    """The line that the start prints: a one-time link while nothing is set up."""
    address = _address(parts)
    if is_set_up(parts):
        return f"The portal is set up. Desk: {address}/en/desk"
    return f"Not set up yet. Open once, in the browser of the first officer: {address}/en/setup/{new_link(parts)}"


def _address(parts: Parts) -> str:
    return f"http://{parts.settings.host}:{parts.settings.port}"


def _parts() -> Parts:
    found: Parts = current_app.extensions[EXTENSION]
    return found
