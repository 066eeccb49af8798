"""Rule: a notice has one text and one size whatever it is about, and holds nothing of a case.

Sources: REQUIREMENTS AC-06, AC-09; Directive (EU) 2019/1937, Art. 9(1)(a) and 16. Sent to a server on 127.0.0.1.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from portal.mail.smtp import MailFailed
from portal.services import notices
from portal.services.errors import NotFound
from portal.services.notices import AddressRefused, MailOff, NoAddress
from portal.store import models
from portal.web.mail_words import words
from tests.builders import Portal, SetClock, Staff, Team
from tests.officer_hand import hand
from tests.smtp_server import Mail, MailHouse

ADDRESS = "ida@havblik.example"
HOUR = 60


@pytest.fixture
def house() -> Iterator[MailHouse]:
    """Where the portal hands in its mail."""
    with MailHouse() as made:
        yield made


@pytest.fixture
def portal(tmp_path: Path, house: MailHouse, on_database: dict[str, str]) -> Iterator[Portal]:
    """A portal with a mail server."""
    made = Portal(tmp_path, None, **on_database, **house.settings)
    yield made
    made.close()


@pytest.fixture
def ida(portal: Portal) -> Staff:
    """The officer, who wants notices."""
    ida = portal.staff("Ida", administrator=True)
    notices.set_address(portal.parts, ida.id, ADDRESS)
    return ida


def move(portal: Portal, **by: int) -> None:
    assert isinstance(portal.clock, SetClock)
    portal.clock.move(**by)


def sent(portal: Portal) -> int:
    """How many are sent by a round of the worker at this minute."""
    notices.look(portal.parts)
    with portal.app.app_context():
        return notices.send_waiting(portal.parts, words)


def sent_within(portal: Portal, minutes: int) -> list[int]:
    """After which minutes a mail was sent."""
    found = []
    for minute in range(minutes):
        if sent(portal):
            found.append(minute)
        move(portal, minutes=1)
    return found


def test_a_report_is_told_once_within_the_next_window(portal: Portal, team: Team, house: MailHouse) -> None:
    portal.report(team)
    (minute,) = sent_within(portal, 4 * HOUR)
    assert 30 <= minute < 90, "it is half past nine: the next window is from ten to eleven"
    (mail,) = house.mails
    assert (mail.sender, mail.to, mail.greeted_as) == ("portal@havblik.example", ADDRESS, "havblik.example")
    assert mail.text.startswith("Something is new at the portal.\n")


def test_the_minute_is_drawn_anew_each_time(portal: Portal, team: Team) -> None:
    minutes = set()
    for _ in range(12):
        portal.report(team)
        notices.look(portal.parts)
        with portal.parts.database.write() as session:
            wanted = session.query(models.NoticeAddress).one()
            assert wanted.send_at is not None
            minutes.add(wanted.send_at)
            wanted.send_at = None
    assert len(minutes) > 3


def mails_about(portal: Portal, team: Team, house: MailHouse) -> list[Mail]:
    """One mail about each kind of thing there can be."""
    reporter = portal.report(
        team, "Night shift", name="Solveig", files={"plan__pdf": b"p" * 90_000}, fields={"category": "FRAUD"}
    )
    sent_within(portal, 2 * HOUR)
    portal.report(team, "Something long. " * 3000, is_test=True)
    sent_within(portal, 2 * HOUR)
    move(portal, days=5)
    sent_within(portal, 2 * HOUR)
    move(portal, days=2)
    sent_within(portal, 2 * HOUR)
    assert len(house.mails) == 4
    assert reporter.reference not in "".join(mail.text for mail in house.mails)
    return house.mails


def test_every_mail_has_one_size_and_says_nothing_of_a_case(
    portal: Portal, team: Team, house: MailHouse
) -> None:
    mails = mails_about(portal, team, house)
    assert len({len(mail.raw) for mail in mails}) == 1
    kinds = [mail.text.split("\n")[0] for mail in mails]
    assert kinds == ["Something is new at the portal."] * 2 + ["Something is due at the portal."] * 2
    rest = {mail.text.partition("\n")[2].rstrip("\n") for mail in mails}
    assert len(rest) == 1
    for mail in mails:
        for told in ("Whistleblowing", "Havblik Care", "Solveig", "FRAUD", "2026-", "Ida"):
            assert told not in mail.text
            assert told not in str(mail.message["Subject"])


def test_the_headers_name_no_program_machine_or_case(portal: Portal, team: Team, house: MailHouse) -> None:
    portal.report(team)
    sent_within(portal, 2 * HOUR)
    (mail,) = house.mails
    assert sorted(mail.message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
         "Content-Type", "Content-Transfer-Encoding"]
    )  # fmt: skip
    assert re.fullmatch(r"<[0-9a-f]{32}@havblik\.example>", str(mail.message["Message-ID"]))


@pytest.mark.parametrize("lang", ["da", "nl", "nb"])
def test_an_officer_is_written_to_in_the_own_language_in_the_same_size(
    portal: Portal, ida: Staff, team: Team, house: MailHouse, lang: str
) -> None:
    with portal.parts.database.write() as session:
        session.get_one(models.Officer, ida.id).language = lang
    portal.report(team)
    sent_within(portal, 2 * HOUR)
    (mail,) = house.mails
    assert "Something is new" not in mail.text
    assert len(mail.text.encode()) == 700


def test_an_answer_is_news_and_what_the_desk_does_is_none(
    portal: Portal, ida: Staff, team: Team, house: MailHouse
) -> None:
    reporter = portal.report(team)
    sent_within(portal, 2 * HOUR)
    at_work = hand(portal, ida, team, reporter)
    at_work.opens()
    at_work.acknowledges()
    assert sent_within(portal, 2 * HOUR) == []
    assert len(house.mails) == 1


def test_who_is_not_on_the_team_is_told_nothing(portal: Portal, team: Team, house: MailHouse) -> None:
    olaf = portal.staff("Olaf")
    portal.team(olaf, name="Complaints")
    notices.set_address(portal.parts, olaf.id, "olaf@havblik.example")
    portal.report(team)
    sent_within(portal, 2 * HOUR)
    assert [mail.to for mail in house.mails] == [ADDRESS]


def test_without_an_address_nothing_is_stored_or_sent(
    portal: Portal, ida: Staff, team: Team, house: MailHouse
) -> None:
    notices.set_address(portal.parts, ida.id, "  ")
    assert notices.address(portal.parts, ida.id) == ""
    with portal.parts.database.read() as session:
        assert session.query(models.NoticeAddress).count() == 0
    portal.report(team)
    assert sent_within(portal, 2 * HOUR) == []
    assert house.mails == []


@pytest.mark.parametrize(
    "wanted",
    ["ida", "ida@", "@havblik.example", "ida@havblik.example\nBcc: x@y.example", "a b@c.example", "ø@c.example",
     f"{'a' * 60}@{'b' * 200}.example"],
    ids=["no at", "no domain", "no name", "a second line", "a space", "not ASCII", "too long"],
)  # fmt: skip
def test_what_is_no_address_is_refused(portal: Portal, ida: Staff, wanted: str) -> None:
    with pytest.raises(AddressRefused):
        notices.set_address(portal.parts, ida.id, wanted)
    assert notices.address(portal.parts, ida.id) == ADDRESS


def test_a_stranger_has_no_address(portal: Portal) -> None:
    with pytest.raises(NotFound):
        notices.set_address(portal.parts, bytes(16), ADDRESS)


def test_a_server_that_is_away_is_tried_again_later_and_later(
    portal: Portal, team: Team, house: MailHouse
) -> None:
    house.refuses["MAIL"] = "451 not now"
    portal.report(team)
    tried = []
    for minute in range(4 * HOUR):
        before = house.commands.count("MAIL")
        assert sent(portal) == 0
        if house.commands.count("MAIL") > before:
            tried.append(minute)
        move(portal, minutes=1)
    waits = [later - sooner for sooner, later in pairwise(tried)]
    assert waits[:4] == [5, 10, 20, 40]
    state = notices.state(portal.parts)
    assert state.notice is not None
    assert (state.notice.failure, state.notice.failures) == ("sender", len(tried))
    assert state.notice.at % 60 == 0
    del house.refuses["MAIL"]
    assert len(sent_within(portal, 4 * HOUR)) == 1
    state = notices.state(portal.parts)
    assert state.notice is not None
    assert (state.notice.failure, state.notice.failures) == (None, 0)


def test_a_kill_while_sending_sends_none_twice(
    portal: Portal, team: Team, house: MailHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.report(team)
    notices.look(portal.parts)
    move(portal, hours=2)

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, portal.app.app_context():
        patched.setattr("portal.store.notices.put_result", killed)
        with pytest.raises(KeyboardInterrupt):
            notices.send_waiting(portal.parts, words)
    assert len(house.mails) == 1
    assert sent(portal) == 0, "not before the pause of a failure is over"


def test_off_until_it_is_set(tmp_path: Path) -> None:
    portal = Portal(tmp_path)
    ida = portal.staff("Ida")
    team = portal.team(ida)
    notices.set_address(portal.parts, ida.id, ADDRESS)
    portal.report(team)
    assert notices.look(portal.parts) == 0
    assert notices.send_waiting(portal.parts, words) == 0
    with pytest.raises(MailOff):
        notices.send_test(portal.parts, ida.id, words)
    portal.close()


def test_a_test_mail_goes_at_once(portal: Portal, ida: Staff, house: MailHouse) -> None:
    with portal.app.app_context():
        notices.send_test(portal.parts, ida.id, words)
    assert [mail.to for mail in house.mails] == [ADDRESS]
    notices.set_address(portal.parts, ida.id, "")
    with portal.app.app_context(), pytest.raises(NoAddress):
        notices.send_test(portal.parts, ida.id, words)


@pytest.mark.parametrize(
    ("settings", "refuses", "code"),
    [
        ({"mail_port": "1"}, {}, "connection"),
        ({"mail_tls": "starttls"}, {}, "tls"),
        ({"mail_tls": "tls"}, {}, "tls"),
        ({"mail_tls": "maybe"}, {}, "tls"),
        ({"mail_user": "portal"}, {"AUTH": "535 no"}, "sign_in"),
        ({"mail_user": "portal", "mail_password_file": "/nonexistent"}, {}, "sign_in"),
        ({"mail_from": "portal"}, {}, "sender"),
        ({}, {"MAIL": "550 no"}, "sender"),
        ({}, {"RCPT": "550 no"}, "address"),
        ({}, {"DATA": "554 no"}, "refused"),
    ],
    ids=["nobody listens", "no starttls", "no tls", "no such way", "wrong password", "no password file",
         "no sender", "sender refused", "address refused", "refused"],
)  # fmt: skip
def test_a_failure_has_a_word_and_no_words_of_the_server(
    tmp_path: Path, house: MailHouse, settings: dict[str, str], refuses: dict[str, str], code: str
) -> None:
    given = {
        "mail_host": "127.0.0.1",
        "mail_port": str(house.port),
        "mail_from": "p@a.example",
        "mail_tls": "none",
    }
    portal = Portal(tmp_path, None, **{**given, **settings})
    ida = portal.staff("Ida")
    notices.set_address(portal.parts, ida.id, ADDRESS)
    house.refuses.update(refuses)
    with portal.app.app_context(), pytest.raises(MailFailed) as failed:
        notices.send_test(portal.parts, ida.id, words)
    assert failed.value.code == code
    assert house.mails == []
    state = notices.state(portal.parts)
    assert state.test is not None
    assert state.test.failure == code
    portal.close()


def test_who_signs_in_at_the_mail_server_does_it_with_the_files_password(
    tmp_path: Path, house: MailHouse
) -> None:
    (tmp_path / "password").write_text("geheim\n")
    signing_in = {"mail_user": "p", "mail_password_file": str(tmp_path / "password")}
    portal = Portal(tmp_path / "portal", None, **house.settings, **signing_in)
    assert notices.server_of(portal.parts.settings).password == "geheim"
    assert "geheim" not in repr(notices.server_of(portal.parts.settings))
    ida = portal.staff("Ida")
    notices.set_address(portal.parts, ida.id, ADDRESS)
    with portal.app.app_context():
        notices.send_test(portal.parts, ida.id, words)
    assert "AUTH" in house.commands
    assert len(house.mails) == 1
    portal.close()
