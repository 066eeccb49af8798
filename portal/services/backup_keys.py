"""To whom a backup is sealed and with what it is opened: keys as a person gives them, in age's own text forms."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from crypto.errors import KeyMalformed, NotSupported
from crypto.keys import Identity, Recipient


class KeyUnreadable(Exception):
    """A recipient or identity is not one; the message says where it stood, and never quotes it."""


def recipients_of(texts: Iterable[str], files: Iterable[Path]) -> list[Recipient]:
    """The recipients given, and those in the files, one a line, `#` begins a comment. Raises KeyUnreadable."""
    found = [_recipient(text, "--to") for text in texts]
    for path in files:
        found += [_recipient(line, path.name) for line in _lines(path)]
    if not found:
        raise KeyUnreadable("give at least one recipient")
    return found


def identities_in(files: Iterable[Path]) -> list[Identity]:
    """The identities in age identity files. Raises KeyUnreadable."""
    found = []
    for path in files:
        try:
            found += [Identity.parse(line) for line in _lines(path)]
        except (KeyMalformed, NotSupported) as error:
            raise KeyUnreadable(f"{path.name} holds a line that is no identity") from error
    if not found:
        raise KeyUnreadable("no identity in the files given")
    return found


def _recipient(text: str, where: str) -> Recipient:
    try:
        return Recipient.parse(text.strip())
    except (KeyMalformed, NotSupported) as error:
        raise KeyUnreadable(f"{where}: not a recipient that begins with age1pq1 ({error})") from error


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise KeyUnreadable(f"{path.name} is not text") from error
    return (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
