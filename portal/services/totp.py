"""The second factor: codes from a clock and a shared secret (RFC 6238 over RFC 4226).

SHA-1, 6 digits, steps of 30 seconds, one step either way for a clock that is wrong (SPEC 6): the set that
every authenticator app knows. SHA-1 is sound here, since HMAC needs no resistance to collisions.
"""

import hmac
import struct

STEP_SECONDS = 30
DIGITS = 6
STEPS_EITHER_WAY = 1
SECRET_BYTES = 20


class CodeNotAccepted(Exception):
    """The code belongs to none of the steps that count now, or to one that was used before."""


def step_at(now: int) -> int:
    """The number of the step in which `now` (Unix seconds) lies."""
    return now // STEP_SECONDS


def code_of(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of one step, leading zeros kept (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0xF
    number = struct.unpack_from(">I", digest, offset)[0] & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def accepted_step(secret: bytes, code: str, *, now: int, last_step: int) -> int:
    """The step whose code `code` is: of now, one before or one after, and later than `last_step`.

    Raises CodeNotAccepted; fails closed. A code counts once: who reads it over a shoulder comes too late.
    """
    middle = step_at(now)
    found = [
        step
        for step in range(middle - STEPS_EITHER_WAY, middle + STEPS_EITHER_WAY + 1)
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode())
    ]
    later = [step for step in found if step > last_step]
    if not later:
        raise CodeNotAccepted
    return later[0]
