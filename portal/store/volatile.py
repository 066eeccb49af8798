"""Sessions and marks in the volatile database: what a visit leaves behind for minutes, and no backup holds."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.store.database import Database
from portal.store.models.volatile import PendingUpload, SessionRow


def touch(session: Session, row: bytes, at: int) -> None:
    """The session was used at `at` (Unix seconds, floored to the minute)."""
    session.execute(update(SessionRow).where(SessionRow.row == row).values(touched_at=at))


def keep_sealed(session: Session, row: bytes, sealed: bytes) -> None:
    """What the session `row` holds from now on; opens only with a key that is not here."""
    session.execute(update(SessionRow).where(SessionRow.row == row).values(sealed=sealed))


def erase_row(session: Session, row: bytes) -> None:
    """One session, gone."""
    session.execute(delete(SessionRow).where(SessionRow.row == row))


def erase_of(session: Session, kind: str, owner: bytes, *, but: bytes | None = None) -> None:
    """Every session of `owner`, gone, but the one named `but`."""
    mine = (SessionRow.kind == kind) & (SessionRow.owner == owner)
    session.execute(delete(SessionRow).where(mine if but is None else mine & (SessionRow.row != but)))


def erase_idle(session: Session, kinds: tuple[str, ...], *, before: int) -> None:
    """Sessions of these kinds that were last used before `before` (Unix seconds), gone."""
    session.execute(delete(SessionRow).where(SessionRow.kind.in_(kinds) & (SessionRow.touched_at < before)))


def mark(database: Database, row: bytes, kind: str, owner: bytes, at: int, *, keep_seconds: int) -> None:
    """A row of `kind` that stands for "this happened at minute `at`"; a second mark changes nothing.

    Marks of the same kind older than `keep_seconds` go: what is no longer needed is no longer known.
    """
    with database.write() as session:
        erase_idle(session, (kind,), before=at - keep_seconds)
        if session.get(SessionRow, row) is None:
            session.add(SessionRow(row=row, kind=kind, owner=owner, touched_at=at))


def marked_at(database: Database, row: bytes) -> int | None:
    """When `row` was marked (Unix seconds, floored to the minute), or None."""
    with database.read() as session:
        found = session.get(SessionRow, row)
        return None if found is None else found.touched_at


def upload_ids(session: Session) -> set[bytes]:
    """The ids of sealed files that were sent and that no message lists yet."""
    return set(session.scalars(select(PendingUpload.id)))


def erase_everything(session: Session) -> None:
    """No session and no unfinished upload is left: what was restored is nobody's visit."""
    session.execute(delete(SessionRow))
    session.execute(delete(PendingUpload))
