"""Rule: a password and a second factor open a session; nobody is locked out, and nobody learns who works here.

Sources: SPEC, officers; RFC 6238; issue of the round trip ("nobody can lock a reporter or an officer out").
"""

import secrets

import pytest

from crypto.keys import Root
from crypto.wrap import officer_keys, unwrap_officer, wrap_officer
from portal.services import keyring, officers, sessions, setup
from portal.services.errors import NotSignedIn
from portal.services.officers import (
    Credentials,
    PasswordChange,
    SaltChanged,
    TooSoon,
    WrongCode,
    WrongPassword,
)
from portal.services.parts import Parts
from portal.store import models
from tests.builders import SetClock
from tests.setup_hand import CODES, FirstPerson


@pytest.fixture
def clock() -> SetClock:
    """A clock that tests move."""
    return SetClock()


@pytest.fixture
def astrid(parts: Parts, clock: SetClock) -> FirstPerson:
    """The one officer."""
    person = FirstPerson(clock)
    setup.set_up(parts, setup.new_link(parts), person.portal())
    clock.move(minutes=1)
    return person


def sign_in(parts: Parts, person: FirstPerson, **given: str) -> officers.Opened:
    """Signed in with the right password, and the right code unless another factor is given."""
    factor = given or {"code": person.code()}
    return officers.sign_in(parts, Credentials(name=person.name, auth=person.auth, **factor))


def session_of(parts: Parts, opened: officers.Opened) -> sessions.Session:
    """The live session behind the cookie."""
    return sessions.resume(parts, "desk", opened.cookie.value)[0]


def stored(parts: Parts, person: FirstPerson) -> models.Officer:
    """The officer's row."""
    with parts.database.read() as session:
        return session.get_one(models.Officer, person.id)


def kinds(parts: Parts) -> list[str]:
    """What the register holds, in order."""
    with parts.database.read() as session:
        return [line.kind for line in session.query(models.RegisterEntry).order_by(models.RegisterEntry.seq)]


def test_the_right_password_and_code_open_a_session(parts: Parts, astrid: FirstPerson) -> None:
    opened = sign_in(parts, astrid)
    assert session_of(parts, opened).owner == astrid.id
    party = astrid.officer.party
    root = unwrap_officer(astrid.wrap_key, opened.wrapped_root, officer_id=astrid.id, party=party)
    assert root == astrid.officer


@pytest.mark.parametrize(
    "name", ["astrid holm", " ASTRID  HOLM ", "\uff21strid Holm"], ids=["lower", "spaces", "wide"]
)
def test_the_name_may_be_typed_in_any_case_and_spacing(name: str, parts: Parts, astrid: FirstPerson) -> None:
    officers.sign_in(parts, Credentials(name=name, auth=astrid.auth, code=astrid.code()))


def test_an_unknown_name_and_a_wrong_password_get_one_answer(parts: Parts, astrid: FirstPerson) -> None:
    for name, auth in (("Nobody", astrid.auth), (astrid.name, secrets.token_bytes(32))):
        with pytest.raises(WrongPassword) as raised:
            officers.sign_in(parts, Credentials(name=name, auth=auth, code=astrid.code()))
        assert (raised.value.code, str(raised.value)) == ("wrong", "")


def test_an_unknown_name_has_a_salt_that_stays_the_same_and_is_its_own(
    parts: Parts, astrid: FirstPerson
) -> None:
    assert officers.salt_for(parts, "Nobody") == officers.salt_for(parts, " nobody ")
    assert officers.salt_for(parts, "Nobody") != officers.salt_for(parts, "Nobody Else")
    assert officers.salt_for(parts, astrid.name) == astrid.salt
    assert len(officers.salt_for(parts, "Nobody")) == len(astrid.salt)


def test_a_wrong_password_changes_nothing_that_is_stored(parts: Parts, astrid: FirstPerson) -> None:
    before = vars(stored(parts, astrid)).copy()
    for _ in range(20):
        with pytest.raises(WrongPassword):
            officers.sign_in(parts, Credentials(name=astrid.name, auth=bytes(32), code="000000"))
    after = vars(stored(parts, astrid))
    assert {k: v for k, v in after.items() if k[0] != "_"} == {k: v for k, v in before.items() if k[0] != "_"}
    sign_in(parts, astrid)


def test_a_code_works_once(parts: Parts, astrid: FirstPerson) -> None:
    code = astrid.code()
    sign_in(parts, astrid, code=code)
    with pytest.raises(WrongCode):
        sign_in(parts, astrid, code=code)


def test_after_a_wrong_code_the_next_is_refused_for_five_seconds(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    with pytest.raises(WrongCode):
        sign_in(parts, astrid, code=astrid.code(seconds=600))
    clock.move(seconds=4)
    with pytest.raises(TooSoon):
        sign_in(parts, astrid)
    clock.move(seconds=1)
    sign_in(parts, astrid)


def test_a_try_that_came_too_soon_does_not_lengthen_the_wait(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    with pytest.raises(WrongCode):
        sign_in(parts, astrid, code="000000")
    for _ in range(5):
        clock.move(seconds=1)
        if clock.at.timestamp() < stored(parts, astrid).totp_retry_at:
            with pytest.raises(TooSoon):
                sign_in(parts, astrid, code="000000")
    sign_in(parts, astrid)


def test_a_recovery_code_works_at_once_and_only_once(parts: Parts, astrid: FirstPerson) -> None:
    with pytest.raises(WrongCode):
        sign_in(parts, astrid, code="000000")
    sign_in(parts, astrid, recovery_code=CODES[3])
    assert officers.codes_left(parts, astrid.id) == 9
    assert kinds(parts)[-2:] == ["recovery-code-used", "signed-in"]
    with pytest.raises(WrongCode):
        sign_in(parts, astrid, recovery_code=CODES[3])


@pytest.mark.parametrize("typed", ["OOOO OOOO OOOO OOO3", "0000-0000-0000-0003", "oooo0000oooo0003"])
def test_a_recovery_code_may_be_typed_as_it_is_read(typed: str, parts: Parts, astrid: FirstPerson) -> None:
    sign_in(parts, astrid, recovery_code=typed)


def test_wrong_recovery_codes_slow_nobody_down(parts: Parts, astrid: FirstPerson) -> None:
    for number in range(20):
        with pytest.raises(WrongCode):
            sign_in(parts, astrid, recovery_code=f"{number:016d}X")
    sign_in(parts, astrid, recovery_code=CODES[0])


def test_a_recovery_code_does_not_replace_the_password(parts: Parts, astrid: FirstPerson) -> None:
    with pytest.raises(WrongPassword):
        officers.sign_in(parts, Credentials(name=astrid.name, auth=bytes(32), recovery_code=CODES[0]))
    assert officers.codes_left(parts, astrid.id) == 10


def test_the_second_factor_s_secret_opens_only_with_the_password_s_auth(
    parts: Parts, astrid: FirstPerson
) -> None:
    sealed = stored(parts, astrid).totp_sealed
    assert astrid.totp_secret not in sealed
    with parts.database.write() as session:
        session.get_one(models.Officer, astrid.id).totp_sealed = officers.seal_totp(
            parts, astrid.id, bytes(32), astrid.totp_secret
        )
    with pytest.raises(WrongCode):
        sign_in(parts, astrid)
    sign_in(parts, astrid, recovery_code=CODES[0])


def test_somebody_taken_off_the_staff_is_out_at_once(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    session = session_of(parts, sign_in(parts, astrid))
    with parts.database.write() as transaction:
        transaction.get_one(models.Officer, astrid.id).active = False
    with pytest.raises(NotSignedIn):
        officers.officer_of(parts, session)
    with pytest.raises(NotSignedIn):
        keyring.key_ring(parts, session)
    clock.move(minutes=1)
    with pytest.raises(WrongPassword):
        sign_in(parts, astrid)


def test_a_session_ends_after_fifteen_idle_minutes_and_not_before(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    opened = sign_in(parts, astrid)
    for _ in range(3):
        clock.move(minutes=15)
        session_of(parts, opened)
    clock.move(minutes=16)
    with pytest.raises(NotSignedIn):
        session_of(parts, opened)


def test_a_session_ends_after_twelve_hours_however_busy_it_is(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    opened = sign_in(parts, astrid)
    while clock.at.hour < 20 or clock.at.minute < 30:
        clock.move(minutes=15)
        session_of(parts, opened)
    clock.at = clock.at.replace(hour=20, minute=44)
    session_of(parts, opened)
    clock.at = clock.at.replace(minute=59)
    session_of(parts, opened)
    clock.move(minutes=1)
    with pytest.raises(NotSignedIn):
        session_of(parts, opened)
    clock.move(minutes=1)
    sessions.sweep(parts)
    with parts.volatile.read() as transaction:
        assert transaction.get(models.SessionRow, opened.cookie.row) is None


def test_a_session_from_before_there_was_a_longest_one_is_over(parts: Parts, astrid: FirstPerson) -> None:
    opened = sign_in(parts, astrid)
    with parts.volatile.write() as transaction:
        transaction.get_one(models.SessionRow, opened.cookie.row).ends_at = None
    with pytest.raises(NotSignedIn):
        session_of(parts, opened)


def test_who_signs_in_is_in_the_register(parts: Parts, astrid: FirstPerson) -> None:
    sign_in(parts, astrid)
    assert kinds(parts)[-1] == "signed-in"


def test_a_wrong_second_factor_on_the_right_password_is_an_entry_once_in_ten_minutes(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    for factor in ({"code": "000000"}, {"recovery_code": "Z" * 16}) * 3:
        with pytest.raises(WrongCode):
            sign_in(parts, astrid, **factor)
        clock.move(seconds=30)
    assert kinds(parts).count("sign-in-refused") == 1
    clock.move(minutes=11)
    with pytest.raises(WrongCode):
        sign_in(parts, astrid, recovery_code="Z" * 16)
    assert kinds(parts).count("sign-in-refused") == 2


def test_a_wrong_password_leaves_no_entry(parts: Parts, astrid: FirstPerson) -> None:
    before = kinds(parts)
    with pytest.raises(WrongPassword):
        officers.sign_in(parts, Credentials(name=astrid.name, auth=bytes(32), code="000000"))
    assert kinds(parts) == before


def test_one_sees_when_one_s_other_sessions_were_used_and_ends_them(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    other = sign_in(parts, astrid)
    clock.move(minutes=3)
    mine = session_of(parts, sign_in(parts, astrid))
    assert [at.minute for at in sessions.others(parts, mine)] == [clock.at.minute - 3]
    officers.end_others(parts, mine)
    assert sessions.others(parts, mine) == ()
    assert kinds(parts)[-1] == "sessions-ended"
    with pytest.raises(NotSignedIn):
        session_of(parts, other)


def test_the_key_ring_holds_what_was_granted_and_nothing_in_clear(parts: Parts, astrid: FirstPerson) -> None:
    opened = sign_in(parts, astrid)
    sessions.keep_sealed(parts, opened.cookie.row, b"s" * 72)
    ring = keyring.key_ring(parts, session_of(parts, opened))
    assert ring.sealed_root == b"s" * 72
    (channel,) = ring.channels
    assert channel.records == (astrid.record().raw,)
    assert (len(channel.grants), channel.keeper, channel.sheet_confirmed) == (1, True, True)


def changed(person: FirstPerson, **changes: bytes | str) -> tuple[PasswordChange, bytes]:
    """A change of password as the browser would send it, and the new stretched password."""
    stretched = secrets.token_bytes(32)
    auth, wrap_key = officer_keys(stretched)
    given: dict[str, bytes | str] = {
        "auth_old": person.auth,
        "auth_new": auth,
        "salt": person.salt,
        "wrapped_root": wrap_officer(wrap_key, person.officer, officer_id=person.id),
        "code": person.code(),
        **changes,
    }
    return PasswordChange(kdf=1, **given), stretched  # type: ignore[arg-type]


def test_a_new_password_opens_the_same_root_and_the_old_one_nothing(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    opened = sign_in(parts, astrid)
    clock.move(minutes=1)
    change, stretched = changed(astrid)
    officers.change_password(parts, astrid.id, opened.cookie.row, change)
    clock.move(minutes=1)
    with pytest.raises(WrongPassword):
        sign_in(parts, astrid)
    astrid.stretched = stretched
    wrapped = sign_in(parts, astrid).wrapped_root
    party = astrid.officer.party
    root = unwrap_officer(astrid.wrap_key, wrapped, officer_id=astrid.id, party=party)
    assert root == astrid.officer
    assert officers.salt_for(parts, astrid.name) == astrid.salt
    assert kinds(parts)[-2:] == ["password-changed", "signed-in"]


def test_a_new_password_ends_every_other_session_and_keeps_this_one(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    others = [sign_in(parts, astrid, recovery_code=code) for code in CODES[:3]]
    mine = sign_in(parts, astrid)
    clock.move(minutes=1)
    officers.change_password(parts, astrid.id, mine.cookie.row, changed(astrid)[0])
    session_of(parts, mine)
    for other in others:
        with pytest.raises(NotSignedIn):
            session_of(parts, other)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [({"auth_old": bytes(32)}, WrongPassword), ({"code": "000000"}, WrongCode)],
    ids=["the old password is wrong", "the code is wrong"],
)
def test_a_refused_change_leaves_the_password_as_it_was(
    given: dict[str, bytes | str],
    refusal: type[Exception],
    parts: Parts,
    astrid: FirstPerson,
    clock: SetClock,
) -> None:
    opened = sign_in(parts, astrid)
    clock.move(minutes=1)
    with pytest.raises(refusal):
        officers.change_password(parts, astrid.id, opened.cookie.row, changed(astrid, **given)[0])
    clock.move(minutes=1)
    sign_in(parts, astrid)
    assert "password-changed" not in kinds(parts)


def test_a_new_password_keeps_the_salt_since_a_change_would_tell_that_the_name_exists(
    parts: Parts, astrid: FirstPerson, clock: SetClock
) -> None:
    opened = sign_in(parts, astrid)
    clock.move(minutes=1)
    with pytest.raises(SaltChanged):
        officers.change_password(parts, astrid.id, opened.cookie.row, changed(astrid, salt=b"n" * 16)[0])
    assert officers.salt_for(parts, astrid.name) == astrid.salt


def test_pins_are_kept_for_their_owner(parts: Parts, astrid: FirstPerson) -> None:
    opened = sign_in(parts, astrid)
    keyring.keep_pins(parts, astrid.id, b"p" * 90)
    assert keyring.key_ring(parts, session_of(parts, opened)).pins == b"p" * 90


def test_a_grant_for_somebody_else_is_not_handed_out(parts: Parts, astrid: FirstPerson) -> None:
    opened = sign_in(parts, astrid)
    with parts.database.write() as session:
        for grant in session.query(models.Grant):
            if grant.receiver == astrid.officer.party.hash and grant.purpose == "channel":
                grant.receiver = Root.generate().party.hash
    assert keyring.key_ring(parts, session_of(parts, opened)).channels == ()
