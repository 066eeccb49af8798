"""Rule: an erased case is gone from the disk, and from every older copy of the database; the register keeps its line.

Sources: PROTOCOL 7; SPEC 10 (erase layer); REQUIREMENTS RD-02, RG-02; GDPR, Art. 17. The proof searches the bytes of
what was stored in every file of the instance folder, and opens an older copy with the officer's own keys.
"""

import shutil
import time
from pathlib import Path

import pytest

from crypto.errors import CryptoError
from crypto.grant import open_grant
from crypto.wrap import unwrap_case_root
from portal.domain.register import Kind
from portal.services import erasing, holds, mailbox, sessions, upkeep
from portal.services.desk_errors import Held
from portal.services.erase_keys import EraseLayer
from portal.services.errors import NotFound, NotSignedIn, WrongReceipt
from portal.store import cases, models, retention
from portal.store.database import BUSY_SECONDS, Database
from portal.store.erase_keys import EraseKeys
from tests.builders import Portal, Reporter, SetClock, Staff, Team
from tests.officer_hand import Hand, hand
from tests.store.databases import ON_SQLITE


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def reporter(portal: Portal, team: Team) -> Reporter:
    """Who has reported, with a name and a file."""
    return portal.report(team, "Night shift at the pump.", name="Bo", files={"plan__pdf": b"p" * 200_000})


def stored(portal: Portal) -> list[bytes]:
    """Every sealed thing in the database as it lies there, and a piece of each sealed file."""
    raw = Database(portal.parts.settings.database_url)
    with raw.read() as session:
        found = [
            *(row.sealed for row in session.query(models.Message)),
            *(row.sealed for row in session.query(models.Card)),
            *(row.wrapped for row in session.query(models.Wrap)),
            *(row.sealed for row in session.query(models.Grant) if row.case_id),
            *(row.raw for row in session.query(models.CaseRecord)),
            *(row.notebook for row in session.query(models.Case)),
        ]
        found += [next(portal.parts.blobs.open(one)) for one in cases.blob_ids(session)]
    raw.close()
    return found


def lying_about(portal: Portal, pieces: list[bytes]) -> list[str]:
    """The files below the instance folder that hold the beginning or the middle of one of these."""
    needles = [piece[start : start + 48] for piece in pieces for start in (0, len(piece) // 2)]
    folder = portal.parts.settings.instance
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    contents = {path.name: path.read_bytes() for path in files}
    return sorted(name for name, content in contents.items() if any(one in content for one in needles))


def kinds(portal: Portal, reporter: Reporter) -> list[str]:
    """What the register says of the case, in order."""
    with portal.parts.database.read() as session:
        query = session.query(models.RegisterEntry).filter_by(case_id=reporter.case_id)
        return [entry.kind for entry in query.order_by(models.RegisterEntry.seq)]


def is_there(portal: Portal, reporter: Reporter) -> bool:
    with portal.parts.database.read() as session:
        return session.get(models.Case, reporter.case_id) is not None


@ON_SQLITE
def test_the_search_finds_what_is_stored(portal: Portal, at_work: Hand) -> None:
    assert at_work
    assert "fortrolig.sqlite-wal" in lying_about(portal, stored(portal))


@pytest.mark.usefixtures("at_work")
def test_no_byte_of_an_erased_case_is_left_on_the_disk(
    portal: Portal, ida: Staff, reporter: Reporter
) -> None:
    pieces = stored(portal)
    assert len(pieces) >= 10
    assert erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference]) == 1
    assert lying_about(portal, pieces) == []
    assert not is_there(portal, reporter)


@pytest.mark.usefixtures("at_work")
def test_the_bytes_of_another_case_stay(portal: Portal, ida: Staff, team: Team, reporter: Reporter) -> None:
    other = portal.report(team, "The other one.")
    erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference])
    ida_at_work = hand(portal, ida, team, other)
    ida_at_work.opens()
    assert ida_at_work.messages("talk")[0].body.text == "The other one."


def opens_in(copy: Path, portal: Portal, at_work: Hand) -> list[str]:
    """What the officer's keys open in a copy of the database, with the erase keys as they are now."""
    keys = EraseKeys(portal.parts.settings.instance / "erase")
    database = Database(f"sqlite:///{copy}", layer=EraseLayer(keys))
    opened = []
    with database.read() as session:
        for wrap in session.query(models.Wrap):
            try:
                unwrap_case_root(
                    at_work.epoch, wrap.wrapped, case=wrap.case_id, scope="desk", number=wrap.number
                )
                opened.append("wrap")
            except CryptoError:
                continue
        for grant in session.query(models.Grant).filter(models.Grant.case_id.is_not(None)):
            try:
                open_grant(grant.sealed, at_work.epoch)
                opened.append("grant")
            except CryptoError:
                continue
    database.close()
    return sorted(opened)


@ON_SQLITE
def test_an_older_copy_of_the_database_can_not_be_opened_any_more(
    portal: Portal, ida: Staff, at_work: Hand, reporter: Reporter, tmp_path: Path
) -> None:
    portal.parts.database.truncate_log()
    copy = tmp_path / "backup.sqlite"
    shutil.copy(portal.parts.settings.instance / "fortrolig.sqlite", copy)
    assert opens_in(copy, portal, at_work) == ["grant", "grant", "wrap"]
    erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference])
    assert opens_in(copy, portal, at_work) == []


def test_a_grant_and_a_wrap_open_with_the_officers_key_only_under_the_erase_key(
    portal: Portal, at_work: Hand
) -> None:
    raw = Database(portal.parts.settings.database_url)
    with raw.read() as session:
        grants = [row for row in session.query(models.Grant) if row.case_id]
        wraps = list(session.query(models.Wrap))
    raw.close()
    assert len(grants) == len(wraps) == 2
    for grant in grants:
        with pytest.raises(CryptoError):
            open_grant(grant.sealed, at_work.epoch)
    assert {len(wrap.wrapped) for wrap in wraps} == {120}


def test_the_register_keeps_its_lines(portal: Portal, ida: Staff, reporter: Reporter) -> None:
    erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference])
    assert kinds(portal, reporter) == [Kind.REPORT_RECEIVED, Kind.CASE_ERASED_BY_OFFICER]


def test_several_are_erased_at_once_or_none(portal: Portal, ida: Staff, team: Team) -> None:
    junk = [portal.report(team, "Buy now") for _ in range(3)]
    references = [one.reference for one in junk]
    with pytest.raises(NotFound):
        erasing.erase_by_officer(portal.parts, ida.id, [*references, "2026-ZZZZZ"])
    assert all(is_there(portal, one) for one in junk)
    assert erasing.erase_by_officer(portal.parts, ida.id, [*references, references[0]]) == 3
    assert not any(is_there(portal, one) for one in junk)


def test_nobody_erases_a_case_out_of_reach(portal: Portal, team: Team, reporter: Reporter) -> None:
    assert team
    stranger = portal.staff("Olaf")
    portal.team(stranger, name="Complaints")
    with pytest.raises(NotFound):
        erasing.erase_by_officer(portal.parts, stranger.id, [reporter.reference])
    with pytest.raises(NotFound):
        erasing.erase_by_officer(portal.parts, stranger.id, [])


def hold(portal: Portal, ida: Staff, reporter: Reporter) -> None:
    holds.keep(
        portal.parts, ida.id, reporter.case_id, reason="Court case", review_on=portal.today.replace(year=2027)
    )


@pytest.mark.parametrize("who", ["officer", "reporter"])
def test_a_held_case_is_erased_by_nobody(portal: Portal, ida: Staff, reporter: Reporter, who: str) -> None:
    hold(portal, ida, reporter)

    def erase() -> None:
        if who == "officer":
            erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference])
        else:
            erasing.erase_by_reporter(portal.parts, reporter.case_id)

    with pytest.raises(Held):
        erase()
    holds.end(portal.parts, ida.id, reporter.case_id)
    erase()
    assert not is_there(portal, reporter)


def test_the_reporters_wish_is_kept_by_its_day_alone(portal: Portal, reporter: Reporter) -> None:
    cookie = mailbox.sign_in(portal.parts, reporter.receipt.case_key, reporter.receipt.passphrase)
    erasing.erase_by_reporter(portal.parts, reporter.case_id)
    with portal.parts.database.read() as session:
        body = (
            session.query(models.RegisterEntry).order_by(models.RegisterEntry.seq.desc()).limit(1).one().body
        )
    assert b'"day":"2026-03-02"' in body
    assert b'"at"' not in body
    with pytest.raises(NotSignedIn):
        mailbox.visit(portal.parts, cookie.value)
    with pytest.raises(WrongReceipt):
        mailbox.sign_in(portal.parts, reporter.receipt.case_key, reporter.receipt.passphrase)


@pytest.mark.parametrize("step", ["key", "visits", "file", "log"])
def test_a_kill_in_the_middle_is_made_good_at_the_next_start(
    portal: Portal, ida: Staff, reporter: Reporter, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    place = {
        "key": (portal.parts.erase_keys, "destroy"),
        "visits": (sessions, "end_all"),
        "file": (portal.parts.blobs, "erase"),
        "log": (portal.parts.database, "truncate_log"),
    }[step]

    def killed(*_arguments: object) -> None:
        raise Killed

    pieces = stored(portal)
    with monkeypatch.context() as patched:
        patched.setattr(*place, killed)
        with pytest.raises(Killed):
            erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference])
    assert lying_about(portal, pieces) or (step == "log" and not portal.parts.database.is_sqlite)
    upkeep.bring_up_to_date(portal.parts)
    assert lying_about(portal, pieces) == []
    assert portal.parts.erase_keys.destroyed() == {reporter.case_id}
    with portal.parts.database.read() as session:
        assert retention.unfinished(session).ids == ()


@ON_SQLITE
def test_what_somebody_still_reads_is_finished_later(portal: Portal, ida: Staff, reporter: Reporter) -> None:
    pieces = stored(portal)
    with portal.parts.database.read() as session:
        session.query(models.Message).count()  # this reader keeps the log as it is
        erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference])
        began = time.monotonic()
        assert not erasing.finish(portal.parts)
        assert time.monotonic() - began < BUSY_SECONDS, "nobody could write while somebody read"
    assert erasing.finish(portal.parts)
    assert lying_about(portal, pieces) == []


@ON_SQLITE
def test_a_database_restored_from_before_gives_no_case_back(
    portal: Portal, ida: Staff, reporter: Reporter, tmp_path: Path
) -> None:
    portal.parts.database.truncate_log()
    live, copy = portal.parts.settings.instance / "fortrolig.sqlite", tmp_path / "backup.sqlite"
    shutil.copy(live, copy)
    erasing.erase_by_officer(portal.parts, ida.id, [reporter.reference])
    portal.close()
    shutil.copy(copy, live)
    assert is_there(portal, reporter)
    upkeep.bring_up_to_date(portal.parts)
    assert not is_there(portal, reporter)
    assert kinds(portal, reporter) == [Kind.REPORT_RECEIVED, Kind.CASE_ERASED]


def test_rows_from_before_there_were_erase_keys_are_read_and_put_under_one(
    portal: Portal, at_work: Hand
) -> None:
    raw = Database(portal.parts.settings.database_url)
    with portal.parts.database.read() as opened, raw.write() as session:
        for wrap in opened.query(models.Wrap):
            session.merge(models.Wrap(case_id=wrap.case_id, scope=wrap.scope, number=wrap.number,
                                      holder=wrap.holder, wrapped=wrap.wrapped))  # fmt: skip
        for grant in opened.query(models.Grant):
            session.get_one(models.Grant, grant.id).sealed = grant.sealed
    plain = stored(portal)
    assert at_work.messages("talk")
    assert erasing.put_under_keys(portal.parts) == 4
    assert at_work.messages("talk")
    assert at_work.card()["title"] == "A drain"
    with raw.read() as session:
        assert {len(wrap.wrapped) for wrap in session.query(models.Wrap)} == {120}
    assert lying_about(portal, [one for one in plain if len(one) == 72]) == []
    assert erasing.put_under_keys(portal.parts) == 0
    raw.close()


def test_holding_again_replaces_the_reason(portal: Portal, ida: Staff, reporter: Reporter) -> None:
    hold(portal, ida, reporter)
    assert isinstance(portal.clock, SetClock)
    portal.clock.move(days=1)
    hold(portal, ida, reporter)
    kept = holds.kept(portal.parts, ida.id, reporter.reference)
    assert kept.hold is not None
    assert (kept.hold.reason, kept.hold.set_on) == ("Court case", portal.today)
    assert kinds(portal, reporter)[-2:] == [Kind.HOLD_SET, Kind.HOLD_SET]
