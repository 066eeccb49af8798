"""Sessions and marks in the volatile database: what a visit leaves behind for minutes, and no backup holds."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.store.database import Database
from portal.store.models.volatile import PendingUpload, SessionRow

NOBODY = bytes(16)
SEVERAL = bytes(32)
"""What a mark says once two different things were marked under its name, and nobody has said which one holds."""


@dataclass(frozen=True)
class Mark:
    """Something that happened: `row` (32 bytes) names it, `at` is Unix seconds floored to the minute, `content`
    (32 bytes) is a hash of what it was, under a key that is not in this database.
    """

    row: bytes
    kind: str
    at: int
    content: bytes


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


def erase_ended(session: Session, *, before: int) -> None:
    """Sessions whose last hour was over before `before` (Unix seconds), gone."""
    session.execute(delete(SessionRow).where(SessionRow.ends_at < before))


def touched(session: Session, kind: str, owner: bytes, *, but: bytes, now: int) -> list[int]:
    """When each session of `owner`, but the one named `but` and those that have ended, was last used.

    Unix seconds, floored to the minute, the latest first.
    """
    mine = (SessionRow.kind == kind) & (SessionRow.owner == owner) & (SessionRow.row != but)
    live = select(SessionRow.touched_at).where(mine & (SessionRow.ends_at > now))
    return list(session.scalars(live.order_by(SessionRow.touched_at.desc())))


def mark(database: Database, mark: Mark, *, keep_seconds: int) -> bytes:
    """What the mark says from now on: "this happened at that minute", and what it was, by a hash.

    A second mark of the same name keeps the first one's minute; if it was something else, the mark says SEVERAL.
    Marks of the same kind older than `keep_seconds` go: what is no longer needed is no longer known.
    """
    with database.write() as session:
        erase_idle(session, (mark.kind,), before=mark.at - keep_seconds)
        found = session.get(SessionRow, mark.row)
        if found is None:
            session.add(
                SessionRow(
                    row=mark.row, kind=mark.kind, owner=NOBODY, sealed=mark.content, touched_at=mark.at
                )
            )
            return mark.content
        if found.sealed != mark.content:
            found.sealed = SEVERAL
        return found.sealed


def settle(database: Database, mark: Mark) -> None:
    """Of several things marked under one name, `mark` is what happened."""
    with database.write() as session:
        session.execute(update(SessionRow).where(SessionRow.row == mark.row).values(sealed=mark.content))


def marked(database: Database, row: bytes) -> Mark | None:
    """The mark named `row`, or None."""
    with database.read() as session:
        found = session.get(SessionRow, row)
        return (
            None if found is None else Mark(found.row, found.kind, found.touched_at, found.sealed or SEVERAL)
        )


def upload_ids(session: Session) -> set[bytes]:
    """The ids of sealed files that were sent and that no message lists yet."""
    return set(session.scalars(select(PendingUpload.id)))


def erase_everything(session: Session) -> None:
    """No session and no unfinished upload is left: what was restored is nobody's visit."""
    session.execute(delete(SessionRow))
    session.execute(delete(PendingUpload))
