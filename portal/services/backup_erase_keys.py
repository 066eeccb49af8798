"""The erase keys' own backup: small, sealed, and kept no longer than 14 days.

Each case's grants and wraps are under its erase key (services/erase_keys.py). The other backup may be kept for long,
because it holds none of them: a case that is erased stays closed in all of its copies as soon as the last backup of
the erase keys from before is gone (docs/operations.md).
"""

from collections.abc import Sequence
from typing import IO

from crypto.agefile import Sealer, open_
from crypto.errors import AgeError, NoIdentityMatches
from crypto.keys import Identity, Recipient
from portal.services.backup_format import BackupDamaged, OtherRecipient
from portal.services.backup_writer import Write
from portal.services.parts import Parts
from portal.store.erase_keys import cases_in
from portal.store.errors import StoreError

READ_BYTES = 256 * 1024


def make(parts: Parts, recipients: Sequence[Recipient], write: Write) -> int:
    """How many keys (and places of destroyed ones) were handed to `write`, sealed to each of `recipients`.

    Make it after the backup that it belongs to: a case that came in between is then in this one. Raises OSError.
    """
    content = parts.erase_keys.content()
    sealer = Sealer(recipients)
    for piece in sealer.pieces(content):
        write(piece)
    write(sealer.finish())
    return len(cases_in(content))


def opened(source: IO[bytes], identities: Sequence[Identity]) -> bytes:
    """The content of the backup in `source`. Raises BackupDamaged, OtherRecipient."""
    try:
        content = b"".join(open_(iter(lambda: source.read(READ_BYTES), b""), identities))
        cases_in(content)
    except NoIdentityMatches as error:
        raise OtherRecipient("the erase keys are sealed to another recipient") from error
    except (AgeError, StoreError) as error:
        raise BackupDamaged(f"the erase keys are torn, changed or none ({type(error).__name__})") from error
    return content
