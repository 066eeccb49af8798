"""Settings of one running portal: read once at the start, never changed afterwards.

A value comes from the environment (`PORTAL_…`), else from `instance/settings.toml`, else from the
default here.
A key that nobody knows stops the start: a misspelt limit must not silently be no limit.
"""

import fcntl
import os
import secrets
import stat
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECRET_FILES = ("locator", "receipt", "token", "salt", "totp", "csrf")
SECRET_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO
DATABASES = ("sqlite:///", "postgresql+psycopg://")
GIB = 1024**3


class SettingsError(Exception):
    """A setting is unknown, missing or not of its kind; the message names it and where it stood."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations. Sizes in bytes, times in minutes."""

    instance: Path
    database_url: str
    volatile_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    max_file_bytes: int = 2 * GIB
    max_report_bytes: int = 4 * GIB
    max_files: int = 10
    max_text_bytes: int = 200_000
    min_free_bytes: int = 64 * 1024**2
    idle_minutes: int = 15
    upload_slots: int = 16
    kdf_slots: int = 4
    trusted_proxies: int = 0
    languages: tuple[str, ...] = ("en", "da", "nl", "nb")
    neutral_site: str = "https://www.wikipedia.org/"
    mail_host: str = ""
    mail_port: int = 587
    mail_user: str = ""
    mail_password_file: str = ""
    mail_from: str = ""
    mail_tls: str = "starttls"
    mail_window_minutes: int = 60

    @property
    def blobs(self) -> Path:
        """The folder of sealed attachments."""
        return self.instance / "blobs"


def load(environment: Mapping[str, str] | None = None, *, instance: Path | None = None) -> Settings:
    """The settings of this start.

    `environment` is `os.environ` unless given; `instance` overrides `PORTAL_INSTANCE`, which overrides
    `instance/` in the checkout. Raises SettingsError for an unknown key or a value of the wrong kind.
    """
    environ = os.environ if environment is None else environment
    folder = instance or Path(environ.get("PORTAL_INSTANCE", str(ROOT / "instance")))
    folder = folder.resolve()
    values = _read_file(folder / "settings.toml") | _read_environment(environ)
    values.pop("instance", None)
    base = Settings(
        instance=folder,
        database_url=f"sqlite:///{folder / 'fortrolig.sqlite'}",
        volatile_url=f"sqlite:///{folder / 'volatile' / 'volatile.sqlite'}",
    )
    chosen = replace(base, **{key: _convert(key, value, getattr(base, key)) for key, value in values.items()})
    for key in ("database_url", "volatile_url"):
        if not getattr(chosen, key).startswith(DATABASES):  # the value may hold a password: it is not quoted
            raise SettingsError(f"setting {key!r} must begin with {' or '.join(DATABASES)}")
    return chosen


def _read_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML (name = value, text in quotes): {error}") from error
    return {_known(key, path.name): value for key, value in values.items()}


def _read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    prefix = "PORTAL_"
    return {
        _known(key.removeprefix(prefix).lower(), key): value
        for key, value in environ.items()
        if key.startswith(prefix)
    }


def _known(key: str, where: str) -> str:
    if key not in {field.name for field in fields(Settings)}:
        raise SettingsError(f"unknown setting {key!r} ({where})")
    return key


def _convert(key: str, value: Any, default: Any) -> Any:
    """`value` in the type of `default`; the environment knows text only."""
    try:
        if isinstance(default, bool) or isinstance(value, bool):
            raise SettingsError(f"setting {key!r}: no true or false is expected")
        if isinstance(default, int):
            return _whole(key, value)
        if isinstance(default, tuple):
            parts = value.split(",") if isinstance(value, str) else value
            return tuple(str(part).strip() for part in parts)
        if isinstance(default, Path):
            return Path(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"setting {key!r}: {value!r} is not a {type(default).__name__}") from error
    return str(value)


def _whole(key: str, value: Any) -> int:
    number = int(value)
    if number < 0:
        raise SettingsError(f"setting {key!r} must not be negative")
    return number


@dataclass(frozen=True)
class Secrets:
    """The server's own keys, 32 random bytes each, made on the first start with mode 0600.

    Losing `locator` or `receipt` closes every mailbox; they belong in the backup (docs/operations.md).
    """

    locator: bytes
    receipt: bytes
    token: bytes
    salt: bytes
    totp: bytes
    csrf: bytes

    def __repr__(self) -> str:
        return "Secrets(…)"


def load_secrets(instance: Path) -> Secrets:
    """The keys in `instance`: all of them made on its first start, and never one alone after that.

    A key that were made anew beside older ones would close every mailbox, or every second factor, without a word.
    Raises SettingsError when some are missing, or one is not 32 bytes.
    """
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if instance.stat().st_mode & OTHERS:
        instance.chmod(0o700)  # a checkout makes it readable to all
    paths = {name: instance / f"{name}.key" for name in SECRET_FILES}
    if not all(path.exists() for path in paths.values()):
        with _alone(instance):
            _make_all(list(paths.values()))
    return Secrets(**{name: _load_secret(path) for name, path in paths.items()})


def _make_all(paths: list[Path]) -> None:
    """Every key where none is yet. Raises SettingsError where others are there: what is missing was lost."""
    missing = [path for path in paths if not path.exists()]
    if missing and len(missing) < len(paths):
        names = ", ".join(path.name for path in missing)
        raise SettingsError(
            f"{names} missing in {paths[0].parent}, while other key files are there: put it back from the backup "
            "(docs/operations.md, section 10). If this portal was never set up, remove the other key files, too"
        )
    for path in missing:
        _make_secret(path)


@contextmanager
def _alone(instance: Path) -> Iterator[None]:
    """One process at a time: a second one that starts must not take keys half made for keys lost."""
    folder = os.open(instance, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _load_secret(path: Path) -> bytes:
    value = path.read_bytes()
    if len(value) != SECRET_BYTES:
        raise SettingsError(
            f"{path} must hold {SECRET_BYTES} bytes, not {len(value)}: put it back from the backup"
        )
    return value


def _make_secret(path: Path) -> None:
    """Write whole or not at all: two workers that start at once must end with one key, never half of one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(SECRET_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
