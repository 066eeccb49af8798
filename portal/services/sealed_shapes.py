"""What the server can check of a sealed file without being able to open it: its header and its size.

An officer's browser seals; the server stores. Both checks keep an officer's broken or changed browser from
storing what nobody can open, or what tells by its size how much was written (SPEC 3, 5; PROTOCOL 4, 5).
All fail closed: what does not fit is not stored.
"""

from crypto.agefile import HEAD_SIZE
from crypto.errors import AgeError
from crypto.header import NONCE_SIZE, HeaderReader
from crypto.padding import attachment_size, message_size
from crypto.stream import CHUNK, SEALED_CHUNK, TAG
from portal.services.desk_errors import Malformed, TooLarge

HYBRID = "mlkem768x25519"
MAX_MESSAGE_BYTES = 2 * 1024**2
"""200,000 bytes of text are 1.2 MB when every one of them is a control character, escaped."""
MAX_GRANT_BYTES = 4_096


def check_head(head: bytes) -> None:
    """Nothing, if `head` is the beginning of an age file with exactly one hybrid stanza. Raises Malformed.

    A second stanza would be a reader whom no signed record names.
    """
    reader = HeaderReader()
    try:
        whole = len(head) == HEAD_SIZE and reader.push(head)
    except AgeError as error:
        raise Malformed from error
    if not whole or len(reader.rest) != NONCE_SIZE or [s.type for s in reader.header.stanzas] != [HYBRID]:
        raise Malformed


def check_message(sealed: bytes) -> None:
    """Nothing, if `sealed` has the header and one of the padded sizes of a message.

    Raises TooLarge over 2 MiB, else Malformed.
    """
    if len(sealed) > MAX_MESSAGE_BYTES:
        raise TooLarge
    check_head(sealed[:HEAD_SIZE])
    size = plaintext_size(len(sealed))
    if message_size(size) != size:
        raise Malformed


def check_grant(sealed: bytes) -> None:
    """Nothing, if `sealed` can be a grant: the header, and no more than 4 KiB. Raises Malformed."""
    if len(sealed) > MAX_GRANT_BYTES:
        raise Malformed
    check_head(sealed[:HEAD_SIZE])
    plaintext_size(len(sealed))


def check_attachment_size(sealed_size: int, max_file_bytes: int) -> None:
    """Nothing, if a sealed attachment can have this size for a file of at most `max_file_bytes`.

    Raises TooLarge, or Malformed for a size that padding never gives.
    """
    size = plaintext_size(sealed_size)
    if size > attachment_size(max_file_bytes):
        raise TooLarge
    if attachment_size(size) != size:
        raise Malformed


def plaintext_size(sealed_size: int) -> int:
    """The plaintext bytes in an age file of `sealed_size` bytes with one hybrid stanza. Raises Malformed."""
    payload = sealed_size - HEAD_SIZE
    chunks = -(-payload // SEALED_CHUNK)
    size = payload - TAG * chunks
    if size <= 0 or -(-size // CHUNK) != chunks:
        raise Malformed
    return size
