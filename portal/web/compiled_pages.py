"""Templates compiled beforehand (`make ready`), as Python's own modules are: no visitor waits for it, and no process
grows by it. They lie in `templates/__pycache__`; one that is missing or older than its template is compiled as ever.
"""

from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

FOLDER = "__pycache__"


class CompiledPages(FileSystemBytecodeCache):
    """What lies in the folder is taken; nothing is written: in service the program's files are read-only."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep nothing."""


def init_app(app: Flask) -> None:
    """Take the compiled templates of `app` where they are there."""
    app.jinja_env.bytecode_cache = CompiledPages(str(_folder(app)))


def compile_all(app: Flask) -> int:
    """How many templates `app` has, each compiled into the folder. Raises OSError, TemplateSyntaxError."""
    folder = _folder(app)
    folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    names = [name for name in app.jinja_env.list_templates() if FOLDER not in name]
    for name in names:
        app.jinja_env.get_template(name)
    for made in folder.iterdir():
        made.chmod(0o644)  # Jinja makes them for their owner alone, who in service is not the portal's user
    return len(names)


def _folder(app: Flask) -> Path:
    return Path(app.root_path) / str(app.template_folder) / FOLDER
