"""Rule: one link, once, makes a portal whole or not at all; what does not fit together is refused.

Sources: SPEC 4, 7 and 8 (roots, channel record, grants); Directive (EU) 2019/1937, Art. 9.
"""

import secrets
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crypto.grant import check_grant, open_grant
from crypto.records import Member
from portal.services import channels, register, setup
from portal.services.enrolment import FirstCodeWrong
from portal.services.errors import NotFound
from portal.services.new_portal import NewPortal, SetupRefused
from portal.services.parts import Parts
from portal.store import models
from tests.setup_hand import CODES, FirstPerson
from tests.store.databases import ON_SQLITE


@pytest.fixture
def person(parts: Parts) -> FirstPerson:
    """Who sets it up."""
    return FirstPerson(parts.clock)


def rows(parts: Parts, kind: type[models.Base]) -> int:
    """How many rows of a kind there are."""
    with parts.database.read() as session:
        return session.query(kind).count()


def test_a_portal_is_set_up_once_there_is_an_organisation(parts: Parts, person: FirstPerson) -> None:
    assert not setup.is_set_up(parts)
    setup.set_up(parts, setup.new_link(parts), person.portal())
    assert setup.is_set_up(parts)


def test_the_channel_takes_reports_from_then_on_and_names_its_reader(
    parts: Parts, person: FirstPerson
) -> None:
    setup.set_up(parts, setup.new_link(parts), person.portal())
    channel = channels.public_channel(parts, "whistleblowing")
    assert channel.is_open
    assert [(reader.name, reader.role) for reader in channel.readers] == [
        ("Astrid Holm", "Head of compliance")
    ]
    assert channel.words == person.anchor.party.words
    assert channels.channel_keys(parts, channel.id).epoch_party == person.channel.party.hash


def test_the_first_person_is_officer_and_administrator_and_keeper(parts: Parts, person: FirstPerson) -> None:
    setup.set_up(parts, setup.new_link(parts), person.portal())
    with parts.database.read() as session:
        officer = session.get_one(models.Officer, person.id)
        assert (officer.is_officer, officer.is_administrator) == (True, True)
        assert session.get(models.Keeper, (person.channel_id, person.id)) is not None


def test_the_grants_open_for_officer_and_anchor_and_for_nobody_else(
    parts: Parts, person: FirstPerson
) -> None:
    setup.set_up(parts, setup.new_link(parts), person.portal())
    record = person.record()
    with parts.database.read() as session:
        stored = session.query(models.Grant).all()
    opened = {}
    for row in stored:
        receiver = person.officer if row.receiver == person.officer.party.hash else person.anchor
        opened[row.purpose, row.receiver] = open_grant(row.sealed, receiver)
    assert set(opened) == {
        ("channel", person.officer.party.hash),
        ("channel", person.anchor.party.hash),
        ("anchor", person.officer.party.hash),
    }
    for (purpose, _receiver), grant in opened.items():
        recipient = person.channel.party.recipient if purpose == "channel" else person.anchor.party.recipient
        check_grant(
            grant, purpose=grant.purpose, channel=person.channel_id, case=None, number=0,
            record_hash=record.hash, recipient=recipient,
        )  # fmt: skip


def test_the_register_says_what_was_done_and_by_whom(parts: Parts, person: FirstPerson) -> None:
    setup.set_up(parts, setup.new_link(parts), person.portal())
    with parts.database.read() as session:
        lines = session.query(models.RegisterEntry).order_by(models.RegisterEntry.seq).all()
        assert register.verify(session, lines[0].organisation_id).entries == len(lines)
    assert [line.kind for line in lines] == [
        "organisation-set-up",
        "officer-enrolled",
        "channel-created",
        "channel-record-signed",
        "sheet-confirmed",
    ]
    assert all(person.id.hex().encode() in line.body for line in lines)


@ON_SQLITE
def test_the_second_factor_and_the_recovery_codes_are_not_stored_in_clear(
    parts: Parts, person: FirstPerson
) -> None:
    setup.set_up(parts, setup.new_link(parts), person.portal())
    stored = b"".join(path.read_bytes() for path in parts.settings.instance.rglob("*") if path.is_file())
    assert person.name.encode() in stored
    for secret in (
        person.totp_secret,
        person.auth,
        person.officer.secret,
        person.anchor.secret,
        CODES[7].encode(),
    ):
        assert secret not in stored


def test_a_link_works_once(parts: Parts, person: FirstPerson) -> None:
    token = setup.new_link(parts)
    setup.set_up(parts, token, person.portal())
    with pytest.raises(setup.AlreadySetUp):
        setup.check_link(parts, token)
    with pytest.raises(setup.AlreadySetUp):
        setup.set_up(parts, token, FirstPerson(parts.clock, name="Mallory").portal())
    assert rows(parts, models.Officer) == 1


def test_no_link_is_made_once_the_portal_is_set_up(parts: Parts, person: FirstPerson) -> None:
    setup.set_up(parts, setup.new_link(parts), person.portal())
    with pytest.raises(setup.AlreadySetUp):
        setup.new_link(parts)


def test_a_new_link_ends_the_one_before(parts: Parts, person: FirstPerson) -> None:
    old, new = setup.new_link(parts), setup.new_link(parts)
    with pytest.raises(NotFound):
        setup.set_up(parts, old, person.portal())
    setup.check_link(parts, new)


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 4000])
def test_an_invented_link_is_not_found(token: str, parts: Parts) -> None:
    with pytest.raises(NotFound):
        setup.check_link(parts, token)
    setup.new_link(parts)
    with pytest.raises(NotFound):
        setup.check_link(parts, token)


def test_the_link_itself_is_nowhere_on_the_disk(parts: Parts) -> None:
    token = setup.new_link(parts)
    (file,) = parts.settings.instance.glob("setup.token*")
    assert file.stat().st_mode & 0o777 == 0o600
    assert token not in file.read_text()


def test_of_two_posts_of_one_link_at_once_one_is_stored(parts: Parts) -> None:
    token, ready = setup.new_link(parts), threading.Barrier(2)
    outcomes: list[str] = []

    def post(name: str) -> None:
        new = FirstPerson(parts.clock, name=name).portal()
        ready.wait()
        try:
            setup.set_up(parts, token, new)
            outcomes.append("stored")
        except (setup.AlreadySetUp, NotFound):
            outcomes.append("refused")

    threads = [threading.Thread(target=post, args=(name,)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "stored"]
    assert (rows(parts, models.Organisation), rows(parts, models.Officer)) == (1, 1)


def test_a_wrong_code_stores_nothing_and_the_link_goes_on_working(parts: Parts, person: FirstPerson) -> None:
    token = setup.new_link(parts)
    with pytest.raises(FirstCodeWrong):
        setup.set_up(parts, token, person.portal(totp_code=person.code(seconds=600)))
    assert not setup.is_set_up(parts)
    setup.set_up(parts, token, person.portal())


def test_the_code_of_the_set_up_does_not_sign_in(parts: Parts, person: FirstPerson) -> None:
    setup.set_up(parts, setup.new_link(parts), person.portal())
    with parts.database.read() as session:
        assert session.get_one(models.Officer, person.id).totp_last_step > 0


def other(person: FirstPerson) -> FirstPerson:
    """Somebody else's keys."""
    return FirstPerson(person.clock)


def longer(new: NewPortal) -> NewPortal:
    """The same with a line break more in the record."""
    return replace(new, channel=replace(new.channel, record=new.channel.record + b"\n"))


REFUSED = {
    "a record signed by another than the anchor": lambda me, it: me.portal(
        it.record(channel=me.channel_id, anchor_verify_key=me.anchor.verify_key)
    ),
    "a record of another channel": lambda me, it: me.portal(me.record(channel=it.channel_id)),
    "a record that is not number 0": lambda me, _it: me.portal(me.record(number=1)),
    "a record of epoch 1": lambda me, _it: me.portal(me.record(epoch=1)),
    "another member than the first person": lambda me, it: me.portal(me.record(members=it.record().members)),
    "a second member": lambda me, it: me.portal(
        me.record(members=(*me.record().members, *it.record().members))
    ),
    "a member with another id": lambda me, it: me.portal(
        me.record(members=(Member(it.id, me.officer.verify_key, me.officer.party.recipient.hash),))
    ),
    "a record with bytes after its end": lambda me, _it: longer(me.portal()),
    "another anchor than the record names": lambda me, it: me.portal(
        anchor_recipient=str(it.anchor.party.recipient)
    ),
    "an officer's key that the record does not name": lambda me, it: me.portal(
        verify_key=it.officer.verify_key
    ),
    "a recipient that is no key": lambda me, _it: me.portal(recipient="age1pq1" + "q" * 1952),
    "the officer's root as the channel's": lambda me, _it: me.portal(party=me.officer.party.hash),
    "a grant that is no age file": lambda me, _it: me.portal(grant_to_officer=bytes(2400)),
    "a grant that is too short": lambda me, _it: me.portal(
        grant_to_anchor=me.portal().channel.grant_to_anchor[:1700]
    ),
    "a grant that is too long": lambda me, _it: me.portal(anchor_to_officer=bytes(9000)),
    "a root wrapped in another size": lambda me, _it: me.portal(wrapped_root=bytes(73)),
    "another cost of stretching": lambda me, _it: me.portal(kdf=2),
    "nine recovery codes": lambda me, _it: me.portal(
        recovery_hashes=tuple(secrets.token_bytes(32) for _ in range(9))
    ),
    "the same recovery code twice": lambda me, _it: me.portal(recovery_hashes=(bytes(32),) * 10),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_together_is_refused_and_nothing_is_stored(
    case: str, parts: Parts, person: FirstPerson
) -> None:
    make: Any = REFUSED[case]
    with pytest.raises(SetupRefused):
        setup.set_up(parts, setup.new_link(parts), make(person, other(person)))
    assert not setup.is_set_up(parts)
    assert rows(parts, models.Officer) == 0


@pytest.mark.parametrize("days", [-1, 1], ids=["yesterday", "tomorrow"])
def test_a_browser_whose_clock_is_a_day_off_is_fine(days: int, parts: Parts, person: FirstPerson) -> None:
    record = person.record(day=parts.clock.today() + timedelta(days=days))
    setup.set_up(parts, setup.new_link(parts), person.portal(record))


@pytest.mark.parametrize("days", [-2, 2], ids=["two days ago", "in two days"])
def test_a_browser_whose_clock_is_further_off_is_refused(
    days: int, parts: Parts, person: FirstPerson
) -> None:
    record = person.record(day=parts.clock.today() + timedelta(days=days))
    with pytest.raises(SetupRefused):
        setup.set_up(parts, setup.new_link(parts), person.portal(record))


def test_the_organisation_is_stored_as_it_was_typed(parts: Parts, person: FirstPerson) -> None:
    new = person.portal()
    named = replace(
        new, organisation=replace(new.organisation, name="Blåbær & Sønner ApS", languages=("nb", "en"))
    )
    setup.set_up(parts, setup.new_link(parts), named)
    view = channels.organisation(parts)
    assert view is not None
    assert (view.name, view.languages) == ("Blåbær & Sønner ApS", ("nb", "en"))
