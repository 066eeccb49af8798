"""Which sizes stay visible: messages and attachments are padded so that a size says little.

Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
PETS 2019) leaves O(log log L) bits; SPEC section 3.
"""

MESSAGE_SIZES = (16_384, 32_768, 65_536)
"""The padded sizes of the smallest messages, in bytes; above the last, Padmé."""

ATTACHMENT_MIN = 65_536
"""The padded size of the smallest attachment, in bytes."""


def padme(size: int) -> int:
    """The next size, in bytes, that Padmé allows: at least `size`, at most 12 % more.

    From 64 KiB on it is at most 3.2 % more. Sizes 0 and 1 stay as they are.
    """
    if size <= 1:
        return size
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask


def message_size(size: int) -> int:
    """The padded size, in bytes, of a message plaintext of `size` bytes."""
    for step in MESSAGE_SIZES:
        if size <= step:
            return step
    return padme(size)


def attachment_size(size: int) -> int:
    """The padded size, in bytes, of an attachment of `size` bytes."""
    return max(ATTACHMENT_MIN, padme(size))
