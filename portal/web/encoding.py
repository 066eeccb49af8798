"""Bytes inside JSON."""

import base64


def to_base64(raw: bytes) -> str:
    """Standard base64 with padding, as the browser side reads it."""
    return base64.b64encode(raw).decode("ascii")
