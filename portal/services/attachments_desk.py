"""Files that an officer's browser has sealed: taken as they come, given out as they are. Never opened here.

A file waits, bound to the session that sent it and to one case, until a message lists it; what no message
lists is swept after a day (leftovers.py). Register: `file-downloaded`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from crypto.agefile import HEAD_SIZE
from portal.domain.register import Kind
from portal.services.desk_errors import FilesUnknown, Malformed, TooLarge
from portal.services.desk_register import note
from portal.services.errors import Busy, NotFound
from portal.services.parts import Parts
from portal.services.sealed_shapes import check_attachment_size, check_head
from portal.services.team import case_in_reach, desk_of
from portal.store import desk_queries, models
from portal.store.blobs import BlobWriter
from portal.store.errors import BlobMissing, Conflict, StoreError

SLOT_WAIT_SECONDS = 20.0
WAITING_DAYS = 1


@dataclass(frozen=True)
class Upload:
    """A sealed file on its way in. The browser made `id`; `size` is what the request announces, bytes."""

    id: bytes
    case_id: bytes
    size: int
    chunks: Iterable[bytes] = field(repr=False)


@dataclass(frozen=True)
class SealedDownload:
    """A sealed file on its way out: its size in bytes and its chunks."""

    size: int
    chunks: Iterator[bytes]


def receive(parts: Parts, officer_id: bytes, row: bytes, upload: Upload) -> None:
    """The sealed file waits for a message in the session `row`.

    Raises Malformed for a header, size or id that can't be, TooLarge, Busy, NotFound, StorageFull; nothing
    of it is kept then.
    """
    check_attachment_size(upload.size, parts.settings.max_file_bytes)
    with parts.database.read() as session:
        case_in_reach(session, desk_of(session, officer_id), upload.case_id)
        if desk_queries.attachment(session, upload.id) is not None:
            raise Malformed
    _check_waiting(parts, row, upload.case_id)
    if not parts.upload_slots.acquire(timeout=SLOT_WAIT_SECONDS):
        raise Busy
    try:
        head = _store(parts, upload)
    finally:
        parts.upload_slots.release()
    _keep_waiting(parts, row, upload, head)


def cancel(parts: Parts, row: bytes, case_id: bytes, upload_id: bytes) -> None:
    """A file that this session sent, and no message lists, is erased. Raises FilesUnknown.

    The case is locked meanwhile, as it is while a message is stored: one of the two comes first, and the other sees it.
    """
    with parts.database.write() as session:
        desk_queries.case(session, case_id, to_change=True)
        waiting(parts, row, case_id, (upload_id,))
        if desk_queries.attachment(session, upload_id) is not None:
            raise FilesUnknown
        forget(parts, (upload_id,))
        parts.blobs.erase(upload_id)


def waiting(
    parts: Parts, row: bytes, case_id: bytes, file_ids: Sequence[bytes]
) -> tuple[models.PendingUpload, ...]:
    """The files that a message is about to list, in its order.

    Raises FilesUnknown unless each was sent in this session, for this case, and is still there: nobody can
    hang another case's file on a message.
    """
    if not file_ids:
        return ()
    with parts.volatile.read() as session:
        mine = {upload.id: upload for upload in desk_queries.pending(session, row, case_id)}
    if len(set(file_ids)) != len(file_ids) or any(file_id not in mine for file_id in file_ids):
        raise FilesUnknown
    try:
        for file_id in file_ids:
            parts.blobs.size(file_id)
    except BlobMissing as error:
        raise FilesUnknown from error
    return tuple(mine[file_id] for file_id in file_ids)


def forget(parts: Parts, file_ids: Sequence[bytes]) -> None:
    """These files wait no longer."""
    if file_ids:
        with parts.volatile.write() as session:
            desk_queries.erase_pending(session, file_ids)


def row(case_id: bytes, scope: str, n: int, upload: models.PendingUpload) -> models.Attachment:
    """The stored form of a file that message `n` lists."""
    return models.Attachment(
        id=upload.id, case_id=case_id, scope=scope, n=n, sealed_size=upload.sealed_size, head=upload.head
    )


def download(parts: Parts, officer_id: bytes, file_id: bytes) -> SealedDownload:
    """The sealed bytes of a file of a case in reach. Raises NotFound. Register: `file-downloaded`."""
    with parts.database.write() as session:
        desk = desk_of(session, officer_id)
        found = desk_queries.attachment(session, file_id)
        if found is None:
            raise NotFound
        case = case_in_reach(session, desk, found.case_id)
        chunks = parts.blobs.open(file_id)
        note(parts, session, desk, case, Kind.FILE_DOWNLOADED, file=file_id.hex())
    return SealedDownload(found.sealed_size, chunks)


def _check_waiting(parts: Parts, row: bytes, case_id: bytes) -> None:
    """Raises TooLarge when as many files wait as a message may list: loose files can't fill the disk."""
    with parts.volatile.read() as session:
        if len(desk_queries.pending(session, row, case_id)) >= parts.settings.max_files:
            raise TooLarge


def _store(parts: Parts, upload: Upload) -> bytes:
    """SHA-256 of the file's head, once the blob is whole and durable."""
    writer = parts.blobs.begin()
    with writer:
        head = _copy(writer, upload)
        try:
            writer.commit(upload.id)
        except StoreError as error:
            # Only StorageFull says something about the disk; a taken id is the browser's mistake.
            if type(error) is StoreError:
                raise Malformed from error
            raise
    return hashlib.sha256(head).digest()


def _copy(writer: BlobWriter, upload: Upload) -> bytes:
    head = b""
    for chunk in upload.chunks:
        if len(head) < HEAD_SIZE:
            head += chunk[: HEAD_SIZE - len(head)]
            if len(head) == HEAD_SIZE:
                check_head(head)  # before the rest is taken, so that a wrong file costs nobody 2 GiB
        if writer.size + len(chunk) > upload.size:
            raise Malformed
        writer.write(chunk)
    if writer.size != upload.size:
        raise Malformed
    return head


def _keep_waiting(parts: Parts, row: bytes, upload: Upload, head: bytes) -> None:
    today = parts.clock.today()
    pending = models.PendingUpload(
        id=upload.id,
        owner=row,
        case_id=upload.case_id,
        sealed_size=upload.size,
        head=head,
        created_on=today,
    )
    try:
        with parts.volatile.write() as session:
            desk_queries.erase_pending_before(session, today - timedelta(days=WAITING_DAYS))
            session.add(pending)
    except Conflict as error:
        raise Malformed from error
