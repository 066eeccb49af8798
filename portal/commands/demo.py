"""`flask demo`: a filled demonstration, and a table of how to get into it. `make demo` calls it before the start."""

import click
from flask.cli import with_appcontext

from portal.commands.plain import PlainCommand
from portal.web.parts import parts


@click.command(cls=PlainCommand)
@click.option("--fresh", is_flag=True, help="Erase the demonstration that is there, and make another.")
@with_appcontext
def demo(*, fresh: bool) -> None:
    """Fill this instance folder with a demonstration, once, and print who can sign in with what."""
    from portal.demo import keeping, table  # noqa: PLC0415 - nothing but this command loads the demonstration

    mine = parts()
    try:
        shown = None if fresh else keeping.kept(mine.settings)
        if shown is None:
            keeping.check(mine.settings)
            click.echo("Making the demonstration: some seconds.")
            shown = keeping.make(mine)
    except keeping.NotADemonstration as error:
        raise click.ClickException(str(error)) from error
    for line in table.lines(mine.settings, mine.clock, shown):
        click.echo(line)
