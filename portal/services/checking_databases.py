"""What `flask check` finds out about the databases: readable, of this version, whole, and reached by a sealed line."""

from collections.abc import Iterator

from portal.services.findings import Finding, Level
from portal.services.parts import Parts
from portal.services.register_end import end_of
from portal.services.upkeep import LOST_DATABASE, has_lost_its_database
from portal.store import cases, migrate
from portal.store import register as register_rows
from portal.store.database import VERIFIED, is_elsewhere, tls_of
from portal.store.errors import StoreError


def databases(parts: Parts) -> Iterator[Finding]:
    """The findings of both databases; nothing further is looked at where one can't be read or is of another version."""
    chosen = parts.settings
    yield from _line(parts)
    try:
        lost = has_lost_its_database(parts)
        current = migrate.is_current(chosen.database_url, chosen.volatile_url)
    except StoreError as error:
        yield Finding(Level.BAD, f"database: can't be read ({error})")
        return
    if lost:
        yield Finding(Level.BAD, f"database: {LOST_DATABASE.removeprefix('the database is ')}")
        return
    if not current:
        yield Finding(
            Level.BAD, "database: not of this version; start the portal, or run `fortrolig migrate`"
        )
        return
    kind = "SQLite" if parts.database.is_sqlite else parts.database.url.get_backend_name()
    yield Finding(Level.OK, f"database: {kind}, readable, of this version")
    end = end_of(parts)
    if end.problem:
        yield Finding(Level.BAD, f"register: broken, {end.problem}")
    else:
        yield Finding(Level.OK, f"register: {end.entries} entries, the chain holds")
    yield from _erase_keys(parts)
    yield from _clock(parts)


def _erase_keys(parts: Parts) -> Iterator[Finding]:
    """Each case needs its erase key: without it no officer opens the case, and no backup of it helps."""
    with parts.database.read() as session:
        ids = cases.ids(session)
    try:
        lacking = ids - parts.erase_keys.known()
    except StoreError as error:
        yield Finding(Level.BAD, f"erase keys: {error}; put back their newest backup")
        return
    with parts.database.read() as session:
        closed = len(cases.without_readable_grant(session, lacking)) if lacking else 0
    if closed:
        yield Finding(
            Level.BAD, f"erase keys: {closed} of {len(ids)} cases have none; put back their newest backup"
        )
    elif lacking:
        text = (
            f"erase keys: {len(lacking)} of {len(ids)} cases are older than these keys, and open without one"
        )
        yield Finding(Level.OK, text)
    else:
        yield Finding(Level.OK, f"erase keys: one for each of {len(ids)} cases")


def _clock(parts: Parts) -> Iterator[Finding]:
    """A clock before the newest entry would put false days into the register, where they stay."""
    now = parts.clock.now()
    with parts.database.read() as session:
        newest = register_rows.newest_day(session)
    if newest is not None and now.date() < newest:
        yield Finding(
            Level.BAD, f"clock: {now:%Y-%m-%d %H:%M} UTC is before the register's newest entry, {newest}"
        )
    else:
        yield Finding(Level.OK, f"clock: {now:%Y-%m-%d %H:%M} UTC")


def _line(parts: Parts) -> Iterator[Finding]:
    """How the line to a database on another machine is sealed. Whoever sits on an open one reads and changes rows."""
    for name, database in (("database", parts.database), ("volatile database", parts.volatile)):
        asked = tls_of(database.url)
        if is_elsewhere(database.url) and asked != VERIFIED:
            text = f"{name}: on another machine, and its certificate is not checked (sslmode={asked}, not {VERIFIED})"
            yield Finding(Level.BAD, text)
