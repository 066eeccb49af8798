"""The command line: `python -m crypto`. It reads and writes bytes and knows nothing of the portal.

SPEC section 12; sub-commands and exit codes are stable. What it seals opens with stock `age` (1.3 or
later), and it opens what stock `age` seals to one of our recipients, on a machine without a network.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from crypto import errors
from crypto.agefile import open_, seal
from crypto.keys import Identity, Party, Recipient, Root

BLOCK = 65_536
"""Bytes read at a time; memory does not grow with the file."""

EXIT_CODES: tuple[tuple[type[Exception], int], ...] = (
    (OSError, 1),
    (errors.KeyMalformed, 2),
    (errors.NoIdentityMatches, 3),
    (errors.HeaderMalformed, 4),
    (errors.HeaderMacWrong, 5),
    (errors.PayloadDamaged, 6),
    (errors.NotSupported, 7),
)
"""Exit code of each failure; 0 is done, 2 also what argparse answers to wrong use."""


def _read_input() -> Iterator[bytes]:
    while block := sys.stdin.buffer.read(BLOCK):
        yield block


def _write_output(chunks: Iterator[bytes]) -> None:
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _identities(path: str) -> list[Identity]:
    """The identities of an age identity file; a grant is one, too."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise errors.KeyMalformed(f"{path} is no identity file") from error
    found = [Identity.parse(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    if not found:
        raise errors.KeyMalformed(f"{path} holds no identity")
    return found


def keygen(_arguments: argparse.Namespace) -> None:
    """A new root on standard output, as an age identity file that says its public half."""
    root = Root.generate()
    print(f"# root {root.secret.hex()}")
    print(f"# recipient {root.party.recipient}")
    print(f"# verify-key {root.verify_key.hex()}")
    print(f"# words {' '.join(root.party.words)}")
    print(root.identity)


def seal_command(arguments: argparse.Namespace) -> None:
    """Standard input, sealed to the recipients, on standard output."""
    recipients = [Recipient.parse(text) for text in arguments.recipient]
    _write_output(seal(_read_input(), recipients))


def open_command(arguments: argparse.Namespace) -> None:
    """Standard input, opened, on standard output; what is authentic is written before damage is told."""
    identities = [identity for path in arguments.identity for identity in _identities(path)]
    try:
        _write_output(open_(_read_input(), identities))
    finally:
        sys.stdout.buffer.flush()


def fingerprint(arguments: argparse.Namespace) -> None:
    """The 8 words and the hash of a recipient with its verify key."""
    try:
        verify_key = bytes.fromhex(arguments.verify_key)
    except ValueError as error:
        raise errors.KeyMalformed("a verify key is 64 hex digits") from error
    party = Party(Recipient.parse(arguments.recipient), verify_key)
    print(" ".join(party.words))
    print(party.hash.hex())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crypto", description="Seal and open files offline.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("keygen", keygen, "print a new identity with its recipient and verify key")
    sealing = add("seal", seal_command, "seal standard input to recipients")
    sealing.add_argument("-r", "--recipient", action="append", required=True, metavar="age1pq1…")
    opening = add("open", open_command, "open standard input with identities")
    opening.add_argument("-i", "--identity", action="append", required=True, metavar="FILE")
    printing = add("fingerprint", fingerprint, "print the 8 words of a recipient and verify key")
    printing.add_argument("recipient", metavar="RECIPIENT")
    printing.add_argument("verify_key", metavar="VERIFYKEY")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of running `argv`; failures are told in one line on standard error."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except (errors.CryptoError, OSError) as error:
        print(f"python -m crypto: {error}", file=sys.stderr)
        if isinstance(error, BrokenPipeError):
            # Python flushes once more at its end; the reader is gone, so that goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return next(code for kind, code in EXIT_CODES if isinstance(error, kind))
    return 0


if __name__ == "__main__":
    sys.exit(main())
