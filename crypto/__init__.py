"""Bytes in, bytes out: everything the portal seals, opens, signs and verifies.

The bytes are described in ``SPEC.md`` and nowhere else. This package knows no web framework, no
database, no clock and no log; whoever calls it brings the time and the storage.
"""
