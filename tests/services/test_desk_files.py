"""Files go both ways byte for byte, and the server keeps none that can't be one, that is another case's, or loose.

Source: PROTOCOL 5 (attachments) and appendix F.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from crypto.attachment import open_attachment
from portal.demo.people import PeopledPortal
from portal.services import attachments_desk, mailbox
from portal.services.attachments import open_file
from portal.services.attachments_desk import Upload
from portal.services.desk_errors import FilesUnknown, Malformed, TooLarge
from portal.services.errors import NotFound
from portal.store.errors import StorageFull
from tests.builders import Portal, Reporter, Staff, Team
from tests.officer_hand import Hand, hand


def test_a_file_of_an_officer_reaches_the_reporter_byte_for_byte(at_work: Hand, reporter: Reporter) -> None:
    content = bytes(range(256)) * 700
    item = at_work.uploads(content)
    at_work.posts(at_work.seals("The plan.", files=(item,)))
    root, listed = mailbox.file(reporter.visit(), item.id)
    assert b"".join(open_file(at_work.portal.parts, root, listed)) == content


def test_a_file_of_the_reporter_is_handed_out_as_it_was_sealed(
    portal: Portal, ida: Staff, team: Team
) -> None:
    sent = portal.report(team, files={"photo__jpg": b"a photo"})
    ida_at_work = hand(portal, ida, team, sent)
    (item,) = ida_at_work.messages("talk")[0].body.files
    root = ida_at_work.talk_root(ida_at_work.read())
    assert item.name == "photo.jpg"
    assert b"".join(open_attachment(ida_at_work.downloads(item), root.identity, item)) == b"a photo"


def test_a_file_of_another_session_or_case_can_not_be_listed(
    portal: Portal, ida: Staff, team: Team, at_work: Hand
) -> None:
    item = at_work.uploads(b"a plan")
    other = hand(portal, ida, team, portal.report(team))
    other.opens()
    at_work.row = bytes(32)
    for thief in (at_work, other):
        with pytest.raises(FilesUnknown):
            thief.posts(thief.seals("Look", files=(item,)))


def test_a_file_is_listed_once(at_work: Hand) -> None:
    item = at_work.uploads(b"a plan")
    at_work.posts(at_work.seals("The plan.", files=(item,)))
    with pytest.raises(FilesUnknown):
        at_work.posts(at_work.seals("Again.", files=(item,)))


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        pytest.param(lambda raw: b"X" + raw[1:], Malformed, id="no age header"),
        pytest.param(lambda raw: raw[:-1], Malformed, id="a size that padding never gives"),
        pytest.param(lambda raw: raw[:1_000], Malformed, id="cut in the header"),
    ],
)
def test_a_sealed_file_that_can_not_be_one_is_not_kept(
    at_work: Hand, spoil: Callable[[bytes], bytes], error: type[Exception]
) -> None:
    item, chunks = at_work.seals_file(b"a plan")
    raw = spoil(b"".join(chunks))
    upload = Upload(bytes.fromhex(item.id), at_work.case_id, len(raw), iter([raw]))
    with pytest.raises(error):
        attachments_desk.receive(at_work.portal.parts, at_work.officer.id, at_work.row, upload)
    assert _blobs(at_work.portal) == 0


def test_more_or_fewer_bytes_than_announced_are_not_kept(at_work: Hand) -> None:
    item, chunks = at_work.seals_file(b"a plan")
    raw = b"".join(chunks)
    for body in (raw + bytes(10), raw[:-10]):
        upload = Upload(bytes.fromhex(item.id), at_work.case_id, len(raw), iter([body]))
        with pytest.raises(Malformed):
            attachments_desk.receive(at_work.portal.parts, at_work.officer.id, at_work.row, upload)
    assert _blobs(at_work.portal) == 0


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    portal = Portal(tmp_path, max_file_bytes="70000")
    ida = portal.staff("Ida")
    team = portal.team(ida)
    ida_at_work = hand(portal, ida, team, portal.report(team))
    with pytest.raises(TooLarge):
        ida_at_work.uploads(bytes(200_000))
    portal.close()


def test_loose_files_can_not_pile_up(tmp_path: Path) -> None:
    portal = Portal(tmp_path, max_files="2")
    ida = portal.staff("Ida")
    team = portal.team(ida)
    ida_at_work = hand(portal, ida, team, portal.report(team))
    for _ in range(2):
        ida_at_work.uploads(b"a plan")
    with pytest.raises(TooLarge):
        ida_at_work.uploads(b"a plan")
    portal.close()


def test_a_full_disk_keeps_nothing_of_an_upload(at_work: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_work.portal.parts.blobs, "min_free_bytes", 2**62)
    with pytest.raises(StorageFull):
        at_work.uploads(b"a plan")
    assert _blobs(at_work.portal) == 0


def test_a_file_that_was_taken_back_is_gone(at_work: Hand) -> None:
    item = at_work.uploads(b"a plan")
    attachments_desk.cancel(at_work.portal.parts, at_work.row, at_work.case_id, bytes.fromhex(item.id))
    assert _blobs(at_work.portal) == 0
    with pytest.raises(FilesUnknown):
        at_work.posts(at_work.seals("The plan.", files=(item,)))


def test_the_file_of_a_case_out_of_reach_is_not_found(portal: Portal, at_work: Hand) -> None:
    item = at_work.uploads(b"a plan")
    at_work.posts(at_work.seals("The plan.", files=(item,)))
    stranger = portal.staff("Bent")
    portal.team(stranger, name="Complaints")
    with pytest.raises(NotFound):
        attachments_desk.download(portal.parts, stranger.id, bytes.fromhex(item.id))


def _blobs(portal: PeopledPortal) -> int:
    return sum(1 for path in portal.parts.settings.blobs.rglob("*") if path.is_file())
