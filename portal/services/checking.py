"""`flask check`: what an administrator should know before visitors do, one line for each thing looked at.

It looks and changes nothing. A finding is BAD (something is wrong: exit code 1), NOTE (look at it), or OK.
"""

import os
import resource
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from portal.mail.smtp import MailFailed
from portal.services.checking_databases import databases
from portal.services.findings import Finding, Level
from portal.services.health import takes_text
from portal.services.notices import server_of
from portal.services.parts import Parts
from portal.settings import SECRET_BYTES, SECRET_FILES
from portal.store.channels import organisation
from portal.store.errors import StoreError

MIB = 1024**2
MOST_TEXT_BYTES = 200_000
MOST_IDLE_MINUTES = 60
OTHERS = stat.S_IRWXG | stat.S_IRWXO
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
MOST_NAMED = 5
MAIL_SETTINGS = {
    "sender": "mail_from is no mail address",
    "tls": "mail_tls is none of starttls, tls, none",
    "sign_in": "mail_password_file can't be read",
}


def check(parts: Parts) -> Iterator[Finding]:
    """Every finding, in the order in which one would repair. Raises nothing that a broken portal can cause."""
    yield from _settings(parts)
    yield from _files(parts)
    yield from _keys(parts)
    yield from _space(parts)
    yield from databases(parts)
    yield from _core_dumps()
    yield from _proxy(parts)
    yield from _mail(parts)


def _settings(parts: Parts) -> Iterator[Finding]:
    chosen = parts.settings
    wrong = {
        f"max_file_bytes is more than max_report_bytes ({chosen.max_report_bytes})":
            chosen.max_file_bytes > chosen.max_report_bytes,
        f"max_text_bytes is more than a message may hold ({MOST_TEXT_BYTES})":
            chosen.max_text_bytes > MOST_TEXT_BYTES,
        f"idle_minutes is not between 1 and {MOST_IDLE_MINUTES}":
            not 1 <= chosen.idle_minutes <= MOST_IDLE_MINUTES,
        "upload_slots and kdf_slots must be at least 1": min(chosen.upload_slots, chosen.kdf_slots) < 1,
        "languages names none": not any(chosen.languages),
    }  # fmt: skip
    found = [text for text, is_wrong in wrong.items() if is_wrong]
    yield from (Finding(Level.BAD, f"settings: {text}") for text in found)
    if not found:
        yield Finding(Level.OK, f"settings: all known and in their bounds, instance {chosen.instance}")


def _files(parts: Parts) -> Iterator[Finding]:
    """Owner and mode of everything in the instance folder. Blobs lie behind folders that only their owner enters."""
    instance = parts.settings.instance
    folders = (instance, instance / "volatile", instance / "erase", parts.settings.blobs)
    paths = [instance, *(path for folder in folders for path in _inside(folder))]
    foreign = [path for path in paths if path.lstat().st_uid != os.geteuid()]
    open_to_others = [path for path in paths if _is_open(path)]
    if foreign:
        yield Finding(
            Level.BAD, f"files: not owned by this user, uid {os.geteuid()}: {_named(foreign, instance)}"
        )
    if open_to_others:
        yield Finding(Level.BAD, f"files: other users can get at {_named(open_to_others, instance)}")
    if not foreign and not open_to_others:
        yield Finding(Level.OK, "files: everything in the instance folder belongs to this user alone")


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _is_open(path: Path) -> bool:
    """Whether others may read, write or enter. `.gitkeep` in a checkout is nobody's secret."""
    return path.name != ".gitkeep" and not path.is_symlink() and bool(path.stat().st_mode & OTHERS)


def _named(paths: list[Path], instance: Path) -> str:
    names = [
        "the folder itself" if path == instance else str(path.relative_to(instance))
        for path in paths[:MOST_NAMED]
    ]
    more = len(paths) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _keys(parts: Parts) -> Iterator[Finding]:
    """The key files. One that somebody made anew shows by being younger than the portal."""
    paths = {name: parts.settings.instance / f"{name}.key" for name in SECRET_FILES}
    wrong = [name for name, path in paths.items() if not path.exists() or path.stat().st_size != SECRET_BYTES]
    if wrong:
        yield Finding(Level.BAD, f"keys: missing or not {SECRET_BYTES} bytes: {', '.join(wrong)}")
        return
    born = _set_up_on(parts)
    young = [
        name for name, path in paths.items() if born is not None and _day(path) > born + timedelta(days=1)
    ]
    if young:
        text = f"keys: {', '.join(young)} younger than the portal ({born}): lost and made anew? See operations.md, 10"
        yield Finding(Level.NOTE, text)
    else:
        yield Finding(Level.OK, f"keys: all {len(paths)} there")


def _day(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def _set_up_on(parts: Parts) -> date | None:
    try:
        with parts.database.read() as session:
            found = organisation(session)
    except StoreError:
        return None
    return found.created_on if found else None


def _space(parts: Parts) -> Iterator[Finding]:
    chosen = parts.settings
    disk = os.statvfs(chosen.instance)
    free = disk.f_bavail * disk.f_frsize
    text = f"space: {free // MIB} MiB free, {chosen.min_free_bytes // MIB} MiB are kept free (min_free_bytes)"
    if not takes_text(parts):
        yield Finding(Level.BAD, f"{text}: full, or read-only; no report is taken (operations.md, 12)")
    elif free < chosen.min_free_bytes:
        yield Finding(Level.BAD, f"{text}: no files are taken")
    elif free < chosen.min_free_bytes + chosen.max_report_bytes:
        yield Finding(Level.NOTE, f"{text}: less than one largest report")
    else:
        yield Finding(Level.OK, text)


def _core_dumps() -> Iterator[Finding]:
    """A dump of the server's memory would hold what reporters type. The portal's start forbids them itself."""
    if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
        yield Finding(
            Level.NOTE, "core dumps: on in this shell (ulimit -c 0); gunicorn.conf.py switches them off"
        )
    else:
        yield Finding(Level.OK, "core dumps: off")


def _proxy(parts: Parts) -> Iterator[Finding]:
    chosen = parts.settings
    if chosen.host not in LOOPBACK:
        text = (
            f"proxy: host {chosen.host} lets others reach the portal without TLS, and forge what a proxy says"
        )
        yield Finding(Level.BAD, text)
    elif chosen.trusted_proxies == 0:
        yield Finding(Level.NOTE, "proxy: none is trusted (trusted_proxies = 0): for trying out only")
    else:
        yield Finding(
            Level.OK, f"proxy: {chosen.trusted_proxies} trusted, the portal listens on {chosen.host} alone"
        )


def _mail(parts: Parts) -> Iterator[Finding]:
    """The settings of mail. No server is asked: an administrator sends a test notice from the desk."""
    chosen = parts.settings
    if not chosen.mail_host:
        yield Finding(Level.OK, "mail: off (mail_host is empty)")
        return
    try:
        server_of(chosen)
    except MailFailed as error:
        yield Finding(Level.BAD, f"mail: {MAIL_SETTINGS[error.code]}")
        return
    if chosen.mail_password_file and Path(chosen.mail_password_file).stat().st_mode & OTHERS:
        yield Finding(Level.BAD, "mail: other users can read mail_password_file")
    elif chosen.mail_tls == "none" and chosen.mail_host not in LOOPBACK:
        yield Finding(Level.NOTE, f"mail: goes to {chosen.mail_host} in clear (mail_tls = none)")
    else:
        yield Finding(Level.OK, f"mail: {chosen.mail_host}:{chosen.mail_port}, {chosen.mail_tls}")
