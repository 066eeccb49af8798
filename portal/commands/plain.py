"""What a person at the machine can do something about, told in one line and not in a trace of the program."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from portal.services.backup_format import BackupError
from portal.services.backup_keys import KeyUnreadable
from portal.settings import SettingsError
from portal.store.errors import StoreError

FAULTS = (SettingsError, StoreError, BackupError, KeyUnreadable, OSError)


class PlainCommand(click.Command):
    """A command that ends with exit code 1 and one line where it meets such a fault."""

    def invoke(self, ctx: click.Context) -> Any:
        """What the command gives back. Raises click.ClickException in the place of a fault."""
        try:
            return super().invoke(ctx)
        except FAULTS as fault:
            raise click.ClickException(line_of(fault)) from fault


@contextmanager
def start_told() -> Iterator[None]:
    """For a program's start: such a fault ends it, its line on standard error, exit code 1."""
    try:
        yield
    except FAULTS as fault:
        _end(f"Fortrolig can't start: {line_of(fault)}")


def line_of(fault: Exception) -> str:
    """The fault in one line; of the system's own errors what it is and which file, with what helps most often."""
    if not isinstance(fault, OSError):
        return f"{type(fault).__name__}: {fault}"
    told = f"{fault.strerror or type(fault).__name__}: {fault.filename or ''}"
    if isinstance(fault, PermissionError):
        told += " (the instance folder and all in it must belong to the portal's user: docs/operations.md, section 10)"
    return told


def _end(line: str) -> NoReturn:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a person reads this, or the journal
    sys.exit(1)
