"""Rule: people come by an invitation and a keeper, and nobody is let in by this server alone.

A link works once, for seven days; who enrols reads nothing; a keeper's browser signs the record that names the
newcomer and grants the roots; every step is in the register, and the public page follows the newest record.
Sources: PROTOCOL 2 (joining); SPEC 7, 8; Directive (EU) 2019/1937, Art. 12(4), 16(1).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crypto.grant import check_grant, open_grant
from crypto.keys import Recipient
from crypto.records import Member
from portal.services import casework, channels, invitations, joining, keyring, register, team_page
from portal.services.desk_errors import Changed, Malformed
from portal.services.enrolment import FirstCodeWrong, Flags
from portal.services.errors import NotFound
from portal.services.invitations import NoRights
from portal.services.new_portal import NewOfficer, SetupRefused
from portal.services.sessions import Session
from portal.services.staff import NameTaken
from portal.store import models
from tests.builders import Portal, Reporter, SetClock, Staff, Team
from tests.keeper_hand import Keeper
from tests.setup_hand import FirstPerson
from tests.store.databases import ON_SQLITE

OFFICER, ADMINISTRATOR = Flags(True, False), Flags(False, True)


@pytest.fixture
def dina(portal: Portal) -> Staff:
    """Who administers the portal, and handles no case."""
    return portal.administrator()


@pytest.fixture
def link(portal: Portal, dina: Staff) -> str:
    """A link for Bent Dahl."""
    return invitations.invite(portal.parts, dina.id, "Bent Dahl", "Counsel", OFFICER)


def newcomer(portal: Portal, name: str = "Bent Dahl", role: str = "Counsel", **changes: Any) -> NewOfficer:
    """What a newcomer's browser sends."""
    return FirstPerson(portal.clock, name=name).portal(role=role, **changes).officer


def kinds(portal: Portal) -> list[str]:
    """The register, as kinds of entries; its chain holds."""
    with portal.parts.database.read() as session:
        register.verify(session, portal.organisation_id)
        rows = session.query(models.RegisterEntry).order_by(models.RegisterEntry.seq)
        return [row.kind for row in rows]


def grants_to(portal: Portal, staff: Staff) -> list[models.Grant]:
    """Every stored grant that `staff` could try to open."""
    with portal.parts.database.read() as session:
        return session.query(models.Grant).filter_by(receiver=staff.party.hash).all()


def readers(portal: Portal, team: Team) -> list[str]:
    """Whom the public page names."""
    return [reader.name for reader in channels.public_channel(portal.parts, team.slug).readers]


def test_a_newcomer_enrols_by_a_link_and_is_in_no_channel(portal: Portal, team: Team, link: str) -> None:
    new = newcomer(portal)
    invitations.enrol(portal.parts, link, new)
    page = team_page.team_page(portal.parts, new.id)
    assert (page.channels, page.people) == ((), ())
    ring = keyring.key_ring(portal.parts, Session(bytes(32), "desk", new.id, None))
    assert ring.channels == ()
    assert readers(portal, team) == ["Ida"]
    assert kinds(portal)[-2:] == ["invitation-made", "officer-enrolled"]


def test_a_link_works_once(portal: Portal, link: str) -> None:
    invitations.enrol(portal.parts, link, newcomer(portal))
    with pytest.raises(NotFound):
        invitations.invited(portal.parts, link)
    with pytest.raises(NotFound):
        invitations.enrol(portal.parts, link, newcomer(portal))


def test_a_link_works_for_seven_days_and_no_longer(portal: Portal, link: str) -> None:
    assert isinstance(portal.clock, SetClock)
    portal.clock.at += timedelta(days=7, seconds=-1)
    assert invitations.invited(portal.parts, link).name == "Bent Dahl"
    portal.clock.at += timedelta(seconds=1)
    with pytest.raises(NotFound):
        invitations.enrol(portal.parts, link, newcomer(portal))


def test_a_withdrawn_link_works_no_more(portal: Portal, dina: Staff, link: str) -> None:
    (one,) = invitations.listed(portal.parts, dina.id)
    invitations.withdraw(portal.parts, dina.id, one.id)
    assert invitations.listed(portal.parts, dina.id) == ()
    with pytest.raises(NotFound):
        invitations.enrol(portal.parts, link, newcomer(portal))
    with pytest.raises(NotFound):
        invitations.withdraw(portal.parts, dina.id, one.id)
    assert kinds(portal)[-1] == "invitation-withdrawn"


@ON_SQLITE
def test_the_link_itself_is_nowhere_on_the_disk(portal: Portal, link: str) -> None:
    stored = b"".join(p.read_bytes() for p in portal.parts.settings.instance.rglob("*") if p.is_file())
    assert b"Bent Dahl" in stored
    assert link.encode() not in stored


def test_only_an_administrator_invites_lists_and_withdraws(
    portal: Portal, ida: Staff, dina: Staff, link: str
) -> None:
    assert link
    (one,) = invitations.listed(portal.parts, dina.id)
    with pytest.raises(NotFound):
        invitations.invite(portal.parts, ida.id, "Mallory", "Friend", OFFICER)
    with pytest.raises(NotFound):
        invitations.listed(portal.parts, ida.id)
    with pytest.raises(NotFound):
        invitations.withdraw(portal.parts, ida.id, one.id)


def test_an_invitation_gives_one_right_at_least(portal: Portal, dina: Staff) -> None:
    with pytest.raises(NoRights):
        invitations.invite(portal.parts, dina.id, "Nobody", "Nothing", Flags(False, False))


@pytest.mark.parametrize("name", ["Ida", "IDA ", "bent dahl"])
def test_two_people_never_sign_in_under_one_name(
    portal: Portal, ida: Staff, dina: Staff, link: str, name: str
) -> None:
    assert ida.name == "Ida"
    assert link
    with pytest.raises(NameTaken):
        invitations.invite(portal.parts, dina.id, name, "Counsel", OFFICER)


def test_the_rights_are_those_of_the_invitation(portal: Portal, dina: Staff) -> None:
    token = invitations.invite(portal.parts, dina.id, "Eva", "Deputy", ADMINISTRATOR)
    new = newcomer(portal, "Eva", "Deputy")
    invitations.enrol(portal.parts, token, new)
    with portal.parts.database.read() as session:
        row = session.get_one(models.Officer, new.id)
        assert (row.is_officer, row.is_administrator) == (False, True)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"name": "Mallory"}, SetupRefused, id="another name"),
        pytest.param({"role": "General manager"}, SetupRefused, id="another role"),
        pytest.param({"totp_code": "000000"}, FirstCodeWrong, id="a wrong code"),
        pytest.param({"wrapped_root": bytes(73)}, SetupRefused, id="a root wrapped in another size"),
        pytest.param({"recipient": "age1pq1" + "q" * 1952}, SetupRefused, id="a recipient that is no key"),
    ],
)
def test_what_does_not_fit_stores_nothing_and_the_link_goes_on_working(
    portal: Portal, link: str, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        invitations.enrol(portal.parts, link, replace(newcomer(portal), **changes))
    invitations.enrol(portal.parts, link, newcomer(portal))


def test_somebody_enrolled_is_not_told_that_any_case_exists(portal: Portal, reporter: Reporter) -> None:
    bent = portal.staff("Bent")
    with pytest.raises(NotFound):
        casework.read(portal.parts, bent.id, reporter.case_id)


def test_who_is_let_in_reads_what_came_before_and_what_comes(
    portal: Portal, ida: Staff, team: Team, reporter: Reporter
) -> None:
    bent = portal.staff("Bent")
    Keeper(portal, ida, team).admits(bent)
    later = portal.report(team)
    for case_id in (reporter.case_id, later.case_id):
        assert casework.read(portal.parts, bent.id, case_id).records


def test_the_granted_root_is_the_one_that_the_signed_record_names(
    portal: Portal, ida: Staff, team: Team
) -> None:
    bent = portal.staff("Bent")
    Keeper(portal, ida, team).admits(bent)
    (row,) = grants_to(portal, bent)
    check_grant(
        open_grant(row.sealed, bent.root), purpose="channel", channel=team.id, case=None, number=0,
        record_hash=team.newest.hash, recipient=team.newest.recipient,
    )  # fmt: skip


def test_who_is_let_in_after_a_rotation_gets_every_epoch(portal: Portal, ida: Staff, team: Team) -> None:
    bent, old = portal.staff("Bent"), portal.report(team)
    portal.sign_record(team, ida, new_epoch=True)
    Keeper(portal, ida, team).admits(bent)
    assert sorted(row.number for row in grants_to(portal, bent)) == [0, 1]
    assert casework.read(portal.parts, bent.id, old.case_id).records


def test_a_keeper_more_holds_the_anchor_by_a_grant(portal: Portal, ida: Staff, team: Team) -> None:
    bent = portal.staff("Bent")
    Keeper(portal, ida, team).admits(bent, keeper=True)
    row = next(row for row in grants_to(portal, bent) if row.purpose == "anchor")
    assert open_grant(row.sealed, bent.root).root.party == team.anchor.party
    Keeper(portal, bent, team).admits(portal.staff("Carl"))
    assert kinds(portal)[-4:] == ["keeper-added", "channel-record-signed", "member-added", "grant-made"]


def test_the_public_page_follows_the_newest_record(portal: Portal, ida: Staff, team: Team) -> None:
    assert readers(portal, team) == ["Ida"]
    Keeper(portal, ida, team).admits(portal.staff("Bent"))
    assert sorted(readers(portal, team)) == ["Bent", "Ida"]


def test_the_register_says_who_let_whom_in(portal: Portal, ida: Staff, team: Team) -> None:
    bent = portal.staff("Bent")
    Keeper(portal, ida, team).admits(bent)
    with portal.parts.database.read() as session:
        (row,) = session.query(models.RegisterEntry).filter_by(kind="member-added").all()
    assert ida.id.hex().encode() in row.body
    assert bent.id.hex().encode() in row.body


def test_of_two_keepers_at_once_one_is_told_to_read_again(portal: Portal, ida: Staff, team: Team) -> None:
    bent, carl = portal.staff("Bent"), portal.staff("Carl")
    keeper = Keeper(portal, ida, team)
    late = keeper.admission(carl)
    keeper.admits(bent)
    with pytest.raises(Changed):
        joining.admit(portal.parts, ida.id, team.id, late)
    keeper.admits(carl)


def test_a_member_who_is_no_keeper_lets_nobody_in(portal: Portal, ida: Staff, team: Team) -> None:
    bent = portal.staff("Bent")
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent)
    with pytest.raises(NotFound):
        joining.admit(portal.parts, bent.id, team.id, keeper.admission(portal.staff("Carl")))


def test_an_administrator_who_is_no_keeper_lets_nobody_in(
    portal: Portal, ida: Staff, dina: Staff, team: Team
) -> None:
    with pytest.raises(NotFound):
        joining.admit(portal.parts, dina.id, team.id, Keeper(portal, ida, team).admission(portal.staff("C")))


def test_who_is_let_in_is_an_officer_in_office(portal: Portal, ida: Staff, dina: Staff, team: Team) -> None:
    gone = portal.staff("Gone")
    with portal.parts.database.write() as session:
        session.get_one(models.Officer, gone.id).active = False
    for person in (dina, gone, Staff(bytes(16), "Nobody", "", gone.root)):
        with pytest.raises(Malformed):
            joining.admit(portal.parts, ida.id, team.id, Keeper(portal, ida, team).admission(person))


def swapped(bent: Staff, other: Staff) -> Member:
    """Bent's line with somebody else's keys."""
    return Member(bent.id, other.party.verify_key, Recipient.parse(str(other.party.recipient)).hash)


def test_a_record_that_readers_would_refuse_is_not_stored(portal: Portal, ida: Staff, team: Team) -> None:
    bent, carl = portal.staff("Bent"), portal.staff("Carl")
    keeper, both = Keeper(portal, ida, team), (*team.newest.members,)
    line = Keeper(portal, bent, team).admission(bent)
    wrong = {
        "signed by somebody else": replace(line, record=keeper.next_record(signer=ida.root).raw),
        "nobody added": keeper.admission(bent, members=both),
        "another's keys": keeper.admission(bent, members=(*both, swapped(bent, carl))),
        "a member left out": keeper.admission(bent, members=(swapped(bent, bent),)),
        "another epoch": keeper.admission(bent, epoch=1),
        "another anchor": keeper.admission(bent, anchor_verify_key=ida.root.verify_key),
        "a number left out": keeper.admission(bent, number=5),
        "yesterday's yesterday": keeper.admission(bent, day=portal.today - timedelta(days=2)),
        "another past": keeper.admission(bent, previous=bytes(32)),
        "another channel": keeper.admission(bent, channel=bytes(16)),
    }
    for why, admission in wrong.items():
        with pytest.raises(Malformed):
            joining.admit(portal.parts, ida.id, team.id, admission)
        assert readers(portal, team) == ["Ida"], why


def test_grants_go_to_the_newcomer_and_to_nobody_else(portal: Portal, ida: Staff, team: Team) -> None:
    bent, carl = portal.staff("Bent"), portal.staff("Carl")
    keeper = Keeper(portal, ida, team)
    good = keeper.admission(bent)
    (grant,) = good.grants
    for grants in (
        (),
        (grant, grant),
        (replace(grant, receiver=carl.party.hash),),
        (grant, replace(grant, receiver=carl.party.hash)),
        (replace(grant, number=1),),
        (replace(grant, sealed=bytes(2300)),),
        (replace(grant, purpose="anchor"),),
    ):
        with pytest.raises(Malformed):
            joining.admit(portal.parts, ida.id, team.id, replace(good, grants=grants))
    assert grants_to(portal, bent) == grants_to(portal, carl) == []


def test_an_officer_sees_the_own_channels_alone_and_an_administrator_all_of_them(
    portal: Portal, ida: Staff, dina: Staff, team: Team
) -> None:
    other = portal.team(portal.staff("Olga"), name="Complaints")
    assert [one.id for one in team_page.team_page(portal.parts, ida.id).channels] == [team.id]
    page = team_page.team_page(portal.parts, dina.id)
    assert {one.id for one in page.channels} == {team.id, other.id}
    assert not any(one.mine or one.keeping for one in page.channels)
    with pytest.raises(NotFound):
        team_page.team_of(portal.parts, ida.id, other.id)
