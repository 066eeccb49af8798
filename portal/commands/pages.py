"""`python -m portal.commands.pages`: the templates compiled, as `python -m compileall` does with modules.

Not a command of `flask`, which would make key files in an instance folder: there is none while a program is installed.
"""

import tempfile
from pathlib import Path

from portal import create_app
from portal.settings import load
from portal.web import compiled_pages


def main() -> None:
    """Compile them all."""
    with tempfile.TemporaryDirectory(prefix="fortrolig-pages-") as folder:
        compiled_pages.compile_all(create_app(load({}, instance=Path(folder))))


if __name__ == "__main__":
    main()
