"""Rule: what is lost can be made good by what was kept, and by nothing else; each time the register says so.

The sheet makes a keeper when none is left; its words never arrive here, only what they signed. A lost phone is
replaced by whoever has the passphrase. Sources: PROTOCOL 2 and 6; SPEC 4, 7, 8; issue of the team, section 1.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crypto.grant import open_grant
from crypto.wrap import officer_keys, unwrap_pins
from portal.services import (
    casework,
    channels,
    invitations,
    officers,
    recovery,
    register,
    replacing,
    second_factor,
    sessions,
    totp,
)
from portal.services.desk_errors import Changed, Malformed
from portal.services.enrolment import FirstCodeWrong
from portal.services.errors import NotFound, NotSignedIn
from portal.services.new_portal import SetupRefused
from portal.services.officers import Credentials, WrongCode, WrongPassword
from portal.services.second_factor import SecondFactor
from portal.store import models
from tests.builders import PASSWORD, Portal, Reporter, SetClock, Staff, Team, stretch
from tests.keeper_hand import Keeper, member
from tests.setup_hand import CODES, FirstPerson
from tests.sheet_hand import SheetHolder


@pytest.fixture
def bent(portal: Portal) -> Staff:
    """An officer who is in no channel."""
    return portal.staff("Bent", "Counsel")


@pytest.fixture
def holder(portal: Portal, bent: Staff, team: Team) -> SheetHolder:
    """Bent, to whom the safe was opened."""
    return SheetHolder(portal, bent, team)


def kinds(portal: Portal) -> list[str]:
    """The register, as kinds of entries; its chain holds."""
    with portal.parts.database.read() as session:
        register.verify(session, portal.organisation_id)
        rows = session.query(models.RegisterEntry).order_by(models.RegisterEntry.seq)
        return [row.kind for row in rows]


def deactivated(portal: Portal, staff: Staff) -> None:
    """The person's account is closed."""
    with portal.parts.database.write() as session:
        session.get_one(models.Officer, staff.id).active = False


def test_who_holds_the_sheet_reads_what_came_before_and_what_comes(
    portal: Portal, ida: Staff, bent: Staff, team: Team, reporter: Reporter, holder: SheetHolder
) -> None:
    deactivated(portal, ida)
    with pytest.raises(NotFound):
        casework.read(portal.parts, bent.id, reporter.case_id)
    holder.recovers()
    for case_id in (reporter.case_id, portal.report(team).case_id):
        assert casework.read(portal.parts, bent.id, case_id).records
    assert "Bent" in [one.name for one in channels.public_channel(portal.parts, team.slug).readers]


def test_the_sheet_opens_every_epoch(portal: Portal, ida: Staff, bent: Staff, team: Team) -> None:
    old = portal.report(team)
    portal.sign_record(team, ida, new_epoch=True)
    SheetHolder(portal, bent, team).recovers()
    assert casework.read(portal.parts, bent.id, old.case_id).records
    assert casework.read(portal.parts, bent.id, portal.report(team).case_id).records


def test_who_used_the_sheet_keeps_the_anchor_and_lets_others_in(
    portal: Portal, bent: Staff, team: Team, holder: SheetHolder
) -> None:
    holder.recovers()
    with portal.parts.database.read() as session:
        row = (
            session.query(models.Grant)
            .filter_by(purpose="anchor", receiver=bent.party.hash, channel_id=team.id)
            .one()
        )
        pins = session.get_one(models.Officer, bent.id).pins
    assert open_grant(row.sealed, bent.root).root.party == team.anchor.party
    assert pins is not None
    assert unwrap_pins(bent.root, pins, officer_id=bent.id)["channels"][team.id.hex()]["number"] == 1
    Keeper(portal, bent, team).admits(portal.staff("Carl"))


def test_the_register_says_that_the_sheet_was_used_and_by_whom(
    portal: Portal, bent: Staff, holder: SheetHolder
) -> None:
    holder.recovers()
    used = ["sheet-used", "channel-record-signed", "member-added", "grant-made", "keeper-added"]
    assert kinds(portal)[-5:] == used
    with portal.parts.database.read() as session:
        (row,) = session.query(models.RegisterEntry).filter_by(kind="sheet-used").all()
    assert bent.id.hex().encode() in row.body


def test_a_sheet_that_was_read_counts_as_confirmed(portal: Portal, team: Team, holder: SheetHolder) -> None:
    with portal.parts.database.write() as session:
        session.get_one(models.Channel, team.id).sheet_confirmed_on = None
    holder.recovers()
    with portal.parts.database.read() as session:
        assert session.get_one(models.Channel, team.id).sheet_confirmed_on == portal.today


def test_a_member_becomes_a_keeper_by_the_sheet_and_loses_no_epoch(
    portal: Portal, ida: Staff, bent: Staff, team: Team, reporter: Reporter, holder: SheetHolder
) -> None:
    Keeper(portal, ida, team).admits(bent)
    fewer = [one for one in holder.recovery().grants if one.purpose == "anchor"]
    with pytest.raises(Malformed):
        recovery.recover(portal.parts, bent.id, team.id, replace(holder.recovery(), grants=tuple(fewer)))
    holder.recovers()
    assert casework.read(portal.parts, bent.id, reporter.case_id).records
    assert kinds(portal)[-4:] == ["sheet-used", "channel-record-signed", "grant-made", "keeper-added"]


def test_another_root_than_the_anchor_makes_no_keeper(portal: Portal, bent: Staff, team: Team) -> None:
    keeper, honest = Keeper(portal, bent, team), SheetHolder(portal, bent, team).recovery()
    forged = keeper.next_record(members=(*team.newest.members, member(bent)), signer=bent.root)
    with pytest.raises(Malformed):
        recovery.recover(portal.parts, bent.id, team.id, replace(honest, record=forged.raw))


def test_the_sheet_changes_nothing_but_who_is_in_it(
    portal: Portal, ida: Staff, bent: Staff, team: Team, holder: SheetHolder
) -> None:
    carl = portal.staff("Carl")
    both = (*team.newest.members, member(bent))
    wrong: dict[str, dict[str, Any]] = {
        "somebody is left out": {"members": (member(bent),)},
        "somebody else is put in": {"members": (*both, member(carl))},
        "only somebody else": {"members": (*team.newest.members, member(carl))},
        "another epoch": {"epoch": 1},
        "another anchor": {"anchor_verify_key": ida.root.verify_key},
        "an old day": {"day": portal.today - timedelta(days=2)},
    }
    for why, changes in wrong.items():
        with pytest.raises(Malformed):
            recovery.recover(portal.parts, bent.id, team.id, holder.recovery(**changes))
        assert len(holder.finds().records) == 1, why


def test_grants_go_to_who_used_the_sheet_and_the_epoch_in_force_is_among_them(
    portal: Portal, bent: Staff, team: Team, holder: SheetHolder
) -> None:
    carl, good = portal.staff("Carl"), holder.recovery()
    epoch, anchor = good.grants
    for grants in (
        (),
        (epoch,),
        (anchor,),
        (epoch, anchor, anchor),
        (epoch, replace(anchor, receiver=carl.party.hash)),
        (replace(epoch, number=1), anchor),
        (replace(epoch, sealed=bytes(2300)), anchor),
    ):
        with pytest.raises(Malformed):
            recovery.recover(portal.parts, bent.id, team.id, replace(good, grants=grants))


def test_of_two_records_at_once_one_is_told_to_read_again(
    portal: Portal, ida: Staff, bent: Staff, team: Team, holder: SheetHolder
) -> None:
    late = holder.recovery()
    Keeper(portal, ida, team).admits(portal.staff("Carl"))
    with pytest.raises(Changed):
        recovery.recover(portal.parts, bent.id, team.id, late)
    holder.recovers()


def test_a_sheet_without_an_officer_in_office_opens_nothing(
    portal: Portal, bent: Staff, team: Team, holder: SheetHolder
) -> None:
    made = holder.recovery()
    deactivated(portal, bent)
    with pytest.raises(NotFound):
        holder.finds()
    with pytest.raises(NotFound):
        recovery.recover(portal.parts, bent.id, team.id, made)
    dina = portal.administrator()
    with pytest.raises(NotFound):
        recovery.sheet_channels(portal.parts, dina.id)


def test_who_was_put_out_of_a_channel_does_not_come_back_by_an_old_copy_of_its_sheet(
    portal: Portal, ida: Staff, bent: Staff, team: Team, holder: SheetHolder
) -> None:
    Keeper(portal, ida, team).admits(bent)
    portal.add(models.Removal(channel_id=team.id, officer_id=bent.id, asked_on=portal.today))
    with pytest.raises(NotFound):
        recovery.recover(portal.parts, bent.id, team.id, holder.recovery())


def test_the_sheet_works_while_the_last_keeper_s_removal_waits_for_a_keeper(
    portal: Portal, ida: Staff, bent: Staff, team: Team, reporter: Reporter, holder: SheetHolder
) -> None:
    portal.add(models.Removal(channel_id=team.id, officer_id=ida.id, asked_on=portal.today))
    holder.recovers()
    assert casework.read(portal.parts, bent.id, reporter.case_id).records


@pytest.fixture
def eva(portal: Portal) -> Staff:
    """An officer with a passphrase, whose phone is in the harbour."""
    return portal.staff("Eva", password=PASSWORD)


def auth_of(portal: Portal, staff: Staff) -> bytes:
    """What the browser makes of the passphrase."""
    auth, _wrap_key = officer_keys(stretch(staff.password, officers.salt_for(portal.parts, staff.name)))
    return auth


def new_factor(portal: Portal, staff: Staff, **changes: Any) -> SecondFactor:
    """What the browser sends for another phone."""
    secret = bytes(range(20))
    step = totp.step_at(int(portal.clock.now().timestamp()))
    fields: dict[str, Any] = {
        "auth": auth_of(portal, staff),
        "totp_secret": secret,
        "totp_code": totp.code_of(secret, step),
        "recovery_hashes": tuple(officers.recovery_hash(staff.id, code) for code in CODES),
    }
    return SecondFactor(**{**fields, **changes})


def signs_in(portal: Portal, staff: Staff, **factor: str) -> officers.Opened:
    """Signed in with the passphrase and `factor`."""
    return officers.sign_in(portal.parts, Credentials(staff.name, auth_of(portal, staff), **factor))


def test_a_new_phone_counts_and_the_old_one_and_its_codes_do_not(portal: Portal, eva: Staff) -> None:
    first, second, third = (sign * 16 for sign in "123")
    for code in (first, second, third):
        code_hash = officers.recovery_hash(eva.id, code)
        portal.add(models.RecoveryCode(id=code_hash[:16], officer_id=eva.id, code_hash=code_hash))
    here, elsewhere = (signs_in(portal, eva, recovery_code=code) for code in (first, second))
    second_factor.renew(portal.parts, eva.id, here.cookie.row, new_factor(portal, eva))
    assert officers.codes_left(portal.parts, eva.id) == 10
    assert sessions.resume(portal.parts, "desk", here.cookie.value)
    with pytest.raises(NotSignedIn):
        sessions.resume(portal.parts, "desk", elsewhere.cookie.value)
    assert isinstance(portal.clock, SetClock)
    portal.clock.at += timedelta(minutes=1)
    step = totp.step_at(int(portal.clock.now().timestamp()))
    for factor in ({"recovery_code": third}, {"code": totp.code_of(eva.totp_secret, step)}):
        with pytest.raises(WrongCode):
            signs_in(portal, eva, **factor)
    portal.clock.at += timedelta(minutes=1)
    assert signs_in(portal, eva, code=totp.code_of(bytes(range(20)), step + 2))
    assert signs_in(portal, eva, recovery_code=CODES[3])
    assert "second-factor-renewed" in kinds(portal)


def test_the_code_that_confirmed_the_new_phone_opens_no_session(portal: Portal, eva: Staff) -> None:
    made = new_factor(portal, eva)
    second_factor.renew(portal.parts, eva.id, bytes(32), made)
    with pytest.raises(WrongCode):
        signs_in(portal, eva, code=made.totp_code)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"auth": bytes(32)}, WrongPassword, id="another passphrase"),
        pytest.param({"totp_code": "000000"}, FirstCodeWrong, id="an authenticator that does not work"),
        pytest.param({"recovery_hashes": (bytes(32),) * 10}, SetupRefused, id="one code ten times"),
    ],
)
def test_a_second_factor_that_would_shut_its_owner_out_changes_nothing(
    portal: Portal, eva: Staff, changes: dict[str, Any], error: type[Exception]
) -> None:
    made = new_factor(portal, eva, **changes)
    with pytest.raises(error):
        second_factor.renew(portal.parts, eva.id, bytes(32), made)
    step = totp.step_at(int(portal.clock.now().timestamp()))
    assert kinds(portal) == []
    assert signs_in(portal, eva, code=totp.code_of(eva.totp_secret, step))


@pytest.fixture
def dina(portal: Portal) -> Staff:
    """Who administers the portal, and handles no case."""
    return portal.administrator()


def test_a_lost_passphrase_ends_the_old_account_and_invites_under_the_same_name(
    portal: Portal, dina: Staff, eva: Staff
) -> None:
    cookie = sessions.start(portal.parts, "desk", eva.id)
    made = replacing.invite_anew(portal.parts, dina.id, eva.id, "Eva")
    with pytest.raises(NotSignedIn):
        sessions.resume(portal.parts, "desk", cookie.value)
    with pytest.raises(WrongPassword):
        signs_in(portal, eva, recovery_code=CODES[0])
    again = FirstPerson(portal.clock, name="Eva").portal(role=eva.role).officer
    invitations.enrol(portal.parts, made.token, again)
    with portal.parts.database.read() as session:
        old, new = session.get_one(models.Officer, eva.id), session.get_one(models.Officer, again.id)
        assert (old.active, new.active, new.name, new.is_officer) == (False, True, "Eva", True)
        assert old.verify_key != new.verify_key
    assert kinds(portal) == ["officer-deactivated", "invitation-made", "officer-enrolled"]


def test_the_only_reader_may_be_invited_anew_and_no_old_grant_is_used_again(
    portal: Portal, dina: Staff, ida: Staff, bent: Staff, team: Team, reporter: Reporter
) -> None:
    replacing.invite_anew(portal.parts, dina.id, ida.id, "Ida")
    with portal.parts.database.read() as session:
        assert session.query(models.Grant).filter_by(receiver=ida.party.hash).all() == []
        assert [one.officer_id for one in session.query(models.Removal)] == [ida.id]
    with pytest.raises(NotFound):
        casework.read(portal.parts, ida.id, reporter.case_id)
    SheetHolder(portal, bent, team).recovers()
    assert casework.read(portal.parts, bent.id, reporter.case_id).records


def test_only_an_administrator_invites_anew_and_never_oneself_or_by_another_name(
    portal: Portal, dina: Staff, ida: Staff, eva: Staff
) -> None:
    for actor, who, name in ((ida, eva, "Eva"), (dina, dina, "Dina Friis"), (dina, eva, "Ida")):
        with pytest.raises(NotFound):
            replacing.invite_anew(portal.parts, actor.id, who.id, name)
    assert kinds(portal) == []
    replacing.invite_anew(portal.parts, dina.id, eva.id, "Eva")
    with pytest.raises(NotFound):
        replacing.invite_anew(portal.parts, dina.id, eva.id, "Eva")


def test_who_runs_the_server_invites_the_last_administrator_anew(portal: Portal, dina: Staff) -> None:
    assert dina.id
    told = portal.app.test_cli_runner().invoke(args=["invite-anew", "dina friis"])
    assert told.exit_code == 0
    token = told.output.strip().rsplit("/", 1)[1]
    found = invitations.invited(portal.parts, token)
    assert (found.name, found.flags.is_officer, found.flags.is_administrator) == ("Dina Friis", False, True)
    with portal.parts.database.read() as session:
        rows = session.query(models.RegisterEntry).all()
    assert all(b'"by":"server"' in row.body for row in rows)
    assert portal.app.test_cli_runner().invoke(args=["invite-anew", "dina friis"]).exit_code == 1
