"""`flask backup`, `flask restore` and `flask move-database`: thin over services/{backup,restore,moving}.py."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from flask.cli import with_appcontext

from portal.commands.plain import PlainCommand
from portal.services import backup as backups
from portal.services import backup_erase_keys as erase_keys_backups
from portal.services import moving
from portal.services import restore as restoring
from portal.services.backup_keys import identities_in, recipients_of
from portal.services.register_end import RegisterEnd
from portal.services.restore import Restored
from portal.web.parts import parts

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL


_TO = click.option(
    "--to", "to", multiple=True, metavar="age1pq1…", help="Seal to this recipient; may be repeated."
)
_TO_FILE = click.option(
    "--to-file", "to_files", multiple=True, type=click.Path(exists=True, path_type=Path),
    help="Seal to every recipient in this file, one a line.",
)  # fmt: skip


@click.command(cls=PlainCommand)
@_TO
@_TO_FILE
@click.argument("file")
@with_appcontext
def backup(to: tuple[str, ...], to_files: tuple[Path, ...], file: str) -> None:
    """Write a sealed backup to FILE, which must not be there yet, or with - to standard output."""
    with _output(file) as output:
        made = backups.make(parts(), recipients_of(to, to_files), output.write)
    _tell(f"{made.sealed_files} sealed files, {_words(made.register)}")
    for reference in made.erased:
        _tell(f"{reference} was erased meanwhile and is in this backup still, without its files")
    for reference in made.lost:
        _tell(f"{reference} lacks a sealed file: the portal has lost it, look into an older backup")
    if made.lost:
        sys.exit(1)


@click.command("backup-erase-keys", cls=PlainCommand)
@_TO
@_TO_FILE
@click.argument("file")
@with_appcontext
def backup_erase_keys(to: tuple[str, ...], to_files: tuple[Path, ...], file: str) -> None:
    """Write the sealed erase keys to FILE or -, after each backup, to be kept for 14 days and no longer."""
    with _output(file) as output:
        count = erase_keys_backups.make(parts(), recipients_of(to, to_files), output.write)
    _tell(f"{count} erase keys")


@click.command(cls=PlainCommand)
@click.option(
    "-i", "--identity", "identity_files", multiple=True, required=True,
    type=click.Path(exists=True, path_type=Path), help="A file with the AGE-SECRET-KEY-PQ-1… line.",
)  # fmt: skip
@click.option(
    "--erase-keys", "keys_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The newest backup of the erase keys.",
)  # fmt: skip
@click.option("--without-erase-keys", is_flag=True, help="None is left: no officer will open these cases.")
@click.option("--only-check", is_flag=True, help="Read all of it, say what is in it, restore nothing.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(
    identity_files: tuple[Path, ...],
    keys_file: Path | None,
    *,
    without_erase_keys: bool,
    only_check: bool,
    file: Path,
) -> None:
    """Put the backup FILE back into this instance, which must be empty and stopped."""
    act = restoring.check if only_check else restoring.restore
    with file.open("rb") as source:
        identities = identities_in(identity_files)
        keys = b"" if without_erase_keys else None
        if keys_file is not None:
            with keys_file.open("rb") as keys_source:
                keys = erase_keys_backups.opened(keys_source, identities)
        found = act(parts(), source, identities, erase_keys=keys)
    _tell_found(found, "Whole" if only_check else "Restored")


def _tell_found(found: Restored, what: str) -> None:
    _tell(f"{what}: made {found.made_at}, {found.cases} cases, {found.sealed_files} sealed files")
    _tell(_words(found.register))
    if found.erased:
        _tell(f"{found.erased} of these cases were erased since; the next start erases them again")
    if found.closed:
        _tell(
            f"{found.closed} of these cases have no erase key here: their reporters open them, no officer does"
        )
    for reference in found.without_files:
        _tell(
            f"{reference} lacks a sealed file: it was being erased when the backup was made, or was damaged"
        )


@click.command("move-database", cls=PlainCommand)
@click.option("--to", "url", required=True, metavar="URL", help="postgresql+psycopg://…, an empty database.")
@with_appcontext
def move_database(url: str) -> None:
    """Copy every row into the empty database URL; the settings decide which one is used from then on."""
    moved = moving.move(parts(), url)
    for table, rows in moved.rows.items():
        _tell(f"{rows:>9} {table}")
    _tell(f"The same on both sides; {_words(moved.register)}")
    _tell("Now set database_url, start the portal, and keep the old database until you have looked.")


def _words(end: RegisterEnd) -> str:
    said = f"register of {end.entries} entries, head {end.head.hex()}"
    return f"{said}, BROKEN: {end.problem}" if end.problem else said


def _tell(line: str) -> None:
    """On standard error: standard output may be the backup."""
    click.echo(line, err=True)


@contextmanager
def _output(file: str) -> Iterator[IO[bytes]]:
    """Where the backup goes: under its own name only when it is whole and on the disk, mode 0600."""
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path, partial = Path(file), Path(f"{file}.part")
    if path.exists():
        raise FileExistsError(17, "There is a file of this name already", file)
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, NEW_FILE, 0o600), "wb") as output:
            yield output
            output.flush()
            os.fsync(output.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
