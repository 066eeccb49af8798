"""`flask check` and `flask register-verify`: thin over services/checking.py and services/register_end.py."""

import sys

import click
from flask.cli import with_appcontext

from portal.commands.plain import PlainCommand
from portal.services import checking
from portal.services.findings import Level
from portal.services.register_end import end_of
from portal.web.parts import parts


@click.command(cls=PlainCommand)
@with_appcontext
def check() -> None:
    """Look at settings, files, keys, space, databases, clock and proxy; exit with 1 if anything is BAD."""
    bad = False
    for finding in checking.check(parts()):
        click.echo(f"{finding.level.value} {finding.text}")
        bad = bad or finding.level is Level.BAD
    sys.exit(1 if bad else 0)


@click.command("register-verify", cls=PlainCommand)
@with_appcontext
def register_verify() -> None:
    """Prove the register's chain and print its length and head: write the head down elsewhere."""
    end = end_of(parts())
    click.echo(f"{end.entries} entries")
    click.echo(f"head {end.head.hex()}")
    if end.problem:
        click.echo(f"BROKEN: {end.problem}")
        sys.exit(1)
