"""Templates compiled once for all portals of a process: each test has a portal of its own, all have the same pages."""

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """What Jinja compiled, in memory, by the template's path; a template that changed since is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what is kept."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = Compiled()


def with_compiled_pages(app: Flask) -> Flask:
    """`app`, which takes its templates from those that an earlier test had compiled."""
    app.jinja_env.bytecode_cache = _COMPILED
    return app
