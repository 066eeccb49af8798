"""Messages: one line of JSON, signed, padded, sealed, and chained to the one before.

SPEC section 6. The signature covers case, scope and the recipient sealed to, all three from the reader's
own state: a message that is moved to another case, scope or root does not verify. Whether the key
that signed belongs to the reporter or to an officer who may write is the caller's check
(`crypto.records.check_reader`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from crypto.agefile import open_bytes, seal_bytes
from crypto.body import Body, FileItem
from crypto.errors import (
    MessageMalformed,
    MessageOutOfChain,
    MessageSignatureWrong,
    SignatureWrong,
)
from crypto.keys import Recipient, Root, verify
from crypto.padding import message_size
from crypto.wrap import Scope, scope_byte

__all__ = ["Body", "FileItem", "Opened", "check_chain", "open_message", "seal_message", "signing_input"]

_CONTEXT = b"fortrolig/v1/message\0"
_SIGNATURE_HEX = 128


@dataclass(frozen=True)
class Opened:
    """A message whose signature fits the key it names: its body, the JSON line, and the file's SHA-256."""

    body: Body
    hash: bytes
    raw: bytes = field(repr=False)


def signing_input(line: bytes, *, case: bytes, scope: Scope, recipient: Recipient) -> bytes:
    """What is signed: context, case (16), ``t`` or ``d``, SHA-256 of the recipient, and the JSON line."""
    return _CONTEXT + case + scope_byte(scope) + recipient.hash + line


def seal_message(body: Body, signer: Root, *, case: bytes, scope: Scope, recipient: Recipient) -> bytes:
    """The age file of `body`, signed by `signer` and sealed to `recipient`, the newest root's.

    Raises MessageMalformed for a body that no reader would accept, or that names another key.
    """
    if body.key != signer.verify_key.hex():
        raise MessageMalformed("the body names another key than the signer's")
    line = body.write()
    signature = signer.sign(signing_input(line, case=case, scope=scope, recipient=recipient))
    plain = line + b"\n" + signature.hex().encode("ascii") + b"\n"
    return seal_bytes(plain.ljust(message_size(len(plain)), b"\n"), [recipient])


def _take_apart(plain: bytes) -> tuple[bytes, bytes]:
    """The JSON line and the signature of a padded plaintext."""
    line, _, rest = plain.partition(b"\n")
    used = len(line) + 1 + _SIGNATURE_HEX + 1
    signature = rest[:_SIGNATURE_HEX]
    if len(plain) != message_size(used) or rest[_SIGNATURE_HEX:].strip(b"\n"):
        raise MessageMalformed("padding of another size, or bytes after the signature")
    try:
        read = bytes.fromhex(signature.decode("ascii"))
    except ValueError as error:
        raise MessageMalformed("a signature that is not hex") from error
    if read.hex().encode("ascii") != signature:
        raise MessageMalformed("a signature in another spelling")
    return line, read


def open_message(sealed: bytes, root: Root, *, case: bytes, scope: Scope) -> Opened:
    """The message in `sealed`, opened with the talk or desk `root`, its signature checked against `body.key`.

    Raises AgeError, MessageMalformed, MessageSignatureWrong.
    """
    recipient = root.identity.recipient
    line, signature = _take_apart(open_bytes(sealed, [root.identity], portal=True))
    body = Body.read(line)
    try:
        verify(
            bytes.fromhex(body.key),
            signature,
            signing_input(line, case=case, scope=scope, recipient=recipient),
        )
    except SignatureWrong as error:
        raise MessageSignatureWrong("the signature does not fit key, case, scope and recipient") from error
    return Opened(body, hashlib.sha256(sealed).digest(), line)


def check_chain(messages: Sequence[Opened]) -> None:
    """Nothing, if `messages` of one scope, oldest first, follow each other from number 0 on.

    Raises MessageOutOfChain at the first gap, repeat or wrong `prev`. Newest messages that are withheld
    can't be noticed here; callers compare with the last number they remember.
    """
    previous = bytes(32).hex()
    for number, message in enumerate(messages):
        if message.body.n != number:
            raise MessageOutOfChain(number, f"message {message.body.n} stands in its place")
        if message.body.prev != previous:
            raise MessageOutOfChain(number, "it does not follow the message before it")
        previous = message.hash.hex()
