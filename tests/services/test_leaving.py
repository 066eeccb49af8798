"""Rule: who leaves reads nothing from that moment, and nothing that is sealed after the next epoch, ever.

What a leaver has kept (own root, cookie, invitation, a copy of the whole database) is tried here with crypto/:
what was sealed before stays readable to a thief's copy, as PROTOCOL 7 says; what is sealed afterwards does not
open. The last member, keeper and administrator can't be removed by accident.
Sources: PROTOCOL 2 (leaving); SPEC 7, 8; issue of the team, section 1.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from crypto.errors import CryptoError, NoIdentityMatches
from crypto.grant import open_grant
from crypto.keys import Root
from crypto.message import open_message
from crypto.records import Member
from crypto.wrap import officer_keys
from portal.services import (
    casework,
    channels,
    epochs,
    invitations,
    joining,
    keyring,
    leaving,
    officers,
    register,
    sessions,
)
from portal.services.channel_change import EpochDue
from portal.services.desk_errors import Changed, Malformed
from portal.services.enrolment import Flags
from portal.services.errors import NotFound, NotSignedIn
from portal.services.sessions import Session
from portal.services.staff import LastAdministrator, LastKeeper, LastMember
from portal.store import models
from tests.builders import PASSWORD, Portal, Reporter, Staff, Team, stretch
from tests.keeper_hand import Keeper, member

Grants = list[models.Grant]


@pytest.fixture
def bent(portal: Portal) -> Staff:
    """A member who will leave."""
    return portal.staff("Bent Dahl")


@pytest.fixture
def dina(portal: Portal) -> Staff:
    """An administrator who handles no case."""
    return portal.administrator()


@pytest.fixture
def keeper(portal: Portal, ida: Staff, team: Team, bent: Staff) -> Keeper:
    """Ida at work, with Bent on the team."""
    made = Keeper(portal, ida, team)
    made.admits(bent)
    return made


def dump(portal: Portal) -> tuple[Grants, list[models.Message]]:
    """What somebody who copies the database has of grants and messages."""
    with portal.parts.database.read() as session:
        return session.query(models.Grant).all(), session.query(models.Message).all()


def roots_from(own: Root, grants: Grants) -> Iterator[Root]:
    """Every root that can be reached from `own` through `grants`, step by step, as a thief would try."""
    reached, tried = [own], 0
    while tried < len(reached):
        holder, tried = reached[tried], tried + 1
        yield holder
        for row in grants:
            try:
                reached.append(open_grant(row.sealed, holder).root)
            except CryptoError:
                continue


def readable(own: Root, *copies: tuple[Grants, list[models.Message]]) -> set[bytes]:
    """The cases whose report `own` opens with everything in `copies`."""
    grants = list({row.id: row for copied, _ in copies for row in copied}.values())
    messages = {(row.case_id, row.n): row for _, copied in copies for row in copied}.values()
    found = set()
    for root in roots_from(own, grants):
        for row in messages:
            try:
                open_message(row.sealed, root, case=row.case_id, scope="talk")
            except NoIdentityMatches:
                continue
            found.add(row.case_id)
    return found


def ring(portal: Portal, staff: Staff) -> keyring.KeyRing:
    """What the server hands to this person's browser."""
    return keyring.key_ring(portal.parts, Session(bytes(32), "desk", staff.id, None))


def kinds(portal: Portal) -> list[str]:
    """The register, as kinds of entries; its chain holds."""
    with portal.parts.database.read() as session:
        register.verify(session, portal.organisation_id)
        return [row.kind for row in session.query(models.RegisterEntry).order_by(models.RegisterEntry.seq)]


def readers(portal: Portal, team: Team) -> list[str]:
    """Whom the public page names."""
    return [reader.name for reader in channels.public_channel(portal.parts, team.slug).readers]


def test_a_copy_made_before_opens_what_was_sealed_before_and_nothing_later(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff, reporter: Reporter
) -> None:
    before = dump(portal)
    keeper.removes(bent)
    later = portal.report(team)
    assert readable(bent.root, before) == {reporter.case_id}
    assert readable(bent.root, before, dump(portal)) == {reporter.case_id}
    assert later.case_id in readable(keeper.staff.root, dump(portal))


def test_a_copy_made_after_leaving_opens_nothing_with_the_leavers_own_key(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff, reporter: Reporter
) -> None:
    keeper.removes(bent)
    portal.report(team)
    assert readable(bent.root, dump(portal)) == set()
    assert readable(keeper.staff.root, dump(portal)) >= {reporter.case_id}


def test_a_leaver_who_copied_the_anchor_opens_nothing_later_because_the_anchor_has_changed(
    portal: Portal, team: Team, ida: Staff, bent: Staff
) -> None:
    keeper, old_anchor = Keeper(portal, ida, team), team.anchor
    keeper.admits(bent, keeper=True)
    before = dump(portal)
    keeper.removes(bent, new_anchor=Root.generate())
    later = portal.report(team)
    for kept in (bent.root, old_anchor):
        assert later.case_id not in readable(kept, before, dump(portal))
    assert later.case_id in readable(team.anchor, dump(portal))
    forged = replace(keeper.next_epoch(), record=keeper.next_record(signer=old_anchor).raw)
    with pytest.raises(Malformed):
        epochs.make_next(portal.parts, ida.id, team.id, forged)


def test_the_new_sheet_opens_all_that_the_old_one_opened(
    portal: Portal, team: Team, ida: Staff, bent: Staff, reporter: Reporter
) -> None:
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent, keeper=True)
    keeper.removes(bent, new_anchor=Root.generate())
    later = portal.report(team)
    assert readable(team.anchor, dump(portal)) == {reporter.case_id, later.case_id}
    assert channels.public_channel(portal.parts, team.slug).words == team.anchor.party.words
    assert kinds(portal)[-4:-1] == ["member-removed", "anchor-changed", "sheet-confirmed"]


def test_a_reporter_who_wrote_before_goes_on_after_the_anchor_has_changed(
    portal: Portal, team: Team, ida: Staff, bent: Staff, reporter: Reporter
) -> None:
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent, keeper=True)
    keeper.removes(bent, new_anchor=Root.generate())
    reporter.answers("One thing more.")
    assert [one.problem for one in reporter.reads().messages] == [None, None]


def test_the_leavers_session_ends_with_the_next_epoch(portal: Portal, keeper: Keeper, bent: Staff) -> None:
    cookie = sessions.start(portal.parts, "desk", bent.id)
    keeper.removes(bent)
    with pytest.raises(NotSignedIn):
        sessions.resume(portal.parts, "desk", cookie.value)


def test_the_public_page_names_who_stays(portal: Portal, team: Team, keeper: Keeper, bent: Staff) -> None:
    assert sorted(readers(portal, team)) == ["Bent Dahl", "Ida"]
    keeper.removes(bent)
    assert readers(portal, team) == ["Ida"]
    assert kinds(portal)[-2:] == ["channel-record-signed", "member-removed"]


def test_an_administrator_ends_access_at_once_and_the_next_epoch_is_due(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff, dina: Staff, reporter: Reporter
) -> None:
    cookie = sessions.start(portal.parts, "desk", bent.id)
    leaving.ask_removal(portal.parts, dina.id, team.id, bent.id)
    with pytest.raises(NotSignedIn):
        sessions.resume(portal.parts, "desk", cookie.value)
    with pytest.raises(NotFound):
        casework.read(portal.parts, bent.id, reporter.case_id)
    assert ring(portal, bent).channels == ()
    assert ring(portal, keeper.staff).channels[0].leaving == (bent.id,)
    assert "Bent Dahl" in readers(portal, team), "reports still go to the old epoch: the page must say so"
    assert kinds(portal)[-1] == "removal-asked"
    keeper.removes(bent)
    assert ring(portal, keeper.staff).channels[0].leaving == ()


def test_nobody_is_let_in_while_the_next_epoch_is_due(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff, dina: Staff
) -> None:
    leaving.ask_removal(portal.parts, dina.id, team.id, bent.id)
    with pytest.raises(EpochDue):
        keeper.admits(portal.staff("Carla"))


def test_who_is_due_to_leave_can_not_be_kept_by_the_keeper_s_browser(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff, dina: Staff
) -> None:
    leaving.ask_removal(portal.parts, dina.id, team.id, bent.id)
    with pytest.raises(Malformed):
        epochs.make_next(portal.parts, keeper.staff.id, team.id, keeper.next_epoch())


def test_an_account_that_is_closed_signs_in_no_more(
    portal: Portal, team: Team, ida: Staff, dina: Staff
) -> None:
    bent = portal.staff("Bent Dahl", password=PASSWORD)
    Keeper(portal, ida, team).admits(bent)
    with portal.parts.database.read() as session:
        salt = session.get_one(models.Officer, bent.id).salt
    leaving.end_access(portal.parts, dina.id, bent.id, "Bent Dahl")
    auth, _ = officer_keys(stretch(PASSWORD, salt))
    with pytest.raises(officers.WrongPassword):
        officers.sign_in(portal.parts, officers.Credentials("Bent Dahl", auth, code="000000"))
    assert kinds(portal)[-2:] == ["removal-asked", "officer-deactivated"]


def test_a_closed_account_keeps_nothing_that_opens_its_root(
    portal: Portal, keeper: Keeper, bent: Staff, dina: Staff
) -> None:
    leaving.end_access(portal.parts, dina.id, bent.id, bent.name)
    with portal.parts.database.read() as session:
        row = session.get_one(models.Officer, bent.id)
        assert (row.active, row.wrapped_root, row.totp_sealed, row.pins) == (False, bytes(72), b"", None)
        assert session.query(models.Grant).filter_by(receiver=bent.party.hash).count() == 0
    assert keeper.team.newest.members


def test_a_link_that_the_leaver_made_lets_nobody_in(portal: Portal, team: Team, dina: Staff) -> None:
    assert team
    eva = portal.staff("Eva", administrator=True)
    token = invitations.invite(portal.parts, eva.id, "Eva again", "Friend", Flags(True, True))
    leaving.end_access(portal.parts, dina.id, eva.id, "Eva")
    with pytest.raises(NotFound):
        invitations.invited(portal.parts, token)


def test_who_comes_again_by_the_same_name_is_somebody_new(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff, dina: Staff, reporter: Reporter
) -> None:
    leaving.end_access(portal.parts, dina.id, bent.id, bent.name)
    keeper.removes(bent)
    invitations.invite(portal.parts, dina.id, "Bent Dahl", "Counsel", Flags(True, False))
    again = portal.staff("Bent Dahl")
    with pytest.raises(NotFound):
        casework.read(portal.parts, again.id, reporter.case_id)
    assert readable(again.root, dump(portal)) == set()
    assert readers(portal, team) == ["Ida"]


def test_who_is_let_in_again_has_what_the_keeper_grants_and_nothing_older(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff, reporter: Reporter
) -> None:
    keeper.removes(bent)
    whole = keeper.admission(bent)
    newest = tuple(grant for grant in whole.grants if grant.number == 1)
    joining.admit(portal.parts, keeper.staff.id, team.id, replace(whole, grants=newest))
    later = portal.report(team)
    assert casework.read(portal.parts, bent.id, later.case_id).records
    with pytest.raises(NotFound):
        casework.read(portal.parts, bent.id, reporter.case_id)
    assert readable(bent.root, dump(portal)) == {later.case_id}


def test_the_last_member_is_not_removed(portal: Portal, team: Team, ida: Staff, dina: Staff) -> None:
    with pytest.raises(LastMember):
        leaving.ask_removal(portal.parts, dina.id, team.id, ida.id)
    with pytest.raises(LastMember):
        leaving.end_access(portal.parts, dina.id, ida.id, ida.name)


def test_the_last_keeper_is_not_removed(portal: Portal, team: Team, keeper: Keeper, dina: Staff) -> None:
    with pytest.raises(LastKeeper):
        leaving.ask_removal(portal.parts, dina.id, team.id, keeper.staff.id)
    with pytest.raises(LastKeeper):
        leaving.end_access(portal.parts, dina.id, keeper.staff.id, keeper.staff.name)
    assert ring(portal, keeper.staff).channels[0].keeper


def test_two_removals_at_once_do_not_leave_a_channel_without_a_keeper(
    portal: Portal, team: Team, ida: Staff, bent: Staff, dina: Staff
) -> None:
    Keeper(portal, ida, team).admits(bent, keeper=True)
    leaving.ask_removal(portal.parts, dina.id, team.id, ida.id)
    with pytest.raises(LastMember):
        leaving.ask_removal(portal.parts, dina.id, team.id, bent.id)


def test_the_last_administrator_is_not_removed(portal: Portal, team: Team, dina: Staff) -> None:
    assert team
    with pytest.raises(LastAdministrator):
        leaving.end_access(portal.parts, dina.id, dina.id, dina.name)


def test_only_an_administrator_ends_access(portal: Portal, team: Team, keeper: Keeper, bent: Staff) -> None:
    with pytest.raises(NotFound):
        leaving.ask_removal(portal.parts, bent.id, team.id, keeper.staff.id)
    with pytest.raises(NotFound):
        leaving.end_access(portal.parts, keeper.staff.id, bent.id, bent.name)


def test_of_two_epochs_at_once_one_is_told_to_read_again(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff
) -> None:
    late = keeper.next_epoch(bent)
    keeper.removes(bent)
    with pytest.raises(Changed):
        epochs.make_next(portal.parts, keeper.staff.id, team.id, late)


def test_a_keeper_does_not_sign_itself_out(portal: Portal, team: Team, ida: Staff, bent: Staff) -> None:
    keeper = Keeper(portal, ida, team)
    keeper.admits(bent, keeper=True)
    new = keeper.next_epoch(ida, new_anchor=Root.generate())
    with pytest.raises(Malformed):
        epochs.make_next(portal.parts, ida.id, team.id, new)


def test_an_epoch_that_members_would_refuse_is_not_stored(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff
) -> None:
    good = keeper.next_epoch(bent)
    wrong = {
        "the same epoch": keeper.next_epoch(bent, epoch=0, recipient=team.newest.recipient),
        "an epoch left out": keeper.next_epoch(bent, epoch=2),
        "a stranger on the team": keeper.next_epoch(members=(*team.newest.members, _stranger())),
        "a grant missing": replace(good, grants=good.grants[1:]),
        "a grant twice": replace(good, grants=(*good.grants, good.grants[0])),
        "a grant to the leaver": replace(
            good, grants=(*good.grants, replace(good.grants[0], receiver=bent.party.hash))
        ),
        "no grant to the anchor": replace(
            good, grants=tuple(g for g in good.grants if g.receiver != team.anchor.party.hash)
        ),
        "the old root's party": replace(good, party=team.epochs[0].party.hash),
    }
    for why, new in wrong.items():
        with pytest.raises(Malformed):
            epochs.make_next(portal.parts, keeper.staff.id, team.id, new)
        assert sorted(readers(portal, team)) == ["Bent Dahl", "Ida"], why


def test_a_keeper_may_change_the_anchor_for_somebody_who_is_no_keeper_as_far_as_the_portal_knows(
    portal: Portal, team: Team, keeper: Keeper, bent: Staff
) -> None:
    """The keeper's browser remembers who ever was one (SPEC 10), and the database may have been changed since."""
    keeper.removes(bent, new_anchor=Root.generate())
    assert readers(portal, team) == ["Ida"]
    words = list(team.anchor.party.words)
    assert list(channels.public_channel_by_id(portal.parts, team.id).words) == words


def test_a_new_anchor_takes_its_sheet_and_both_its_keys(
    portal: Portal, team: Team, ida: Staff, bent: Staff
) -> None:
    keeper, fresh = Keeper(portal, ida, team), Root.generate()
    keeper.admits(bent, keeper=True)
    good = keeper.next_epoch(bent, new_anchor=fresh)
    for new in (
        replace(good, sheet_confirmed=False),
        replace(good, anchor_recipient=""),
        replace(good, anchor_recipient=str(ida.party.recipient)),
        keeper.next_epoch(bent),
        keeper.next_epoch(bent, new_anchor=fresh, anchor_verify_key=team.anchor.verify_key),
        replace(good, grants=tuple(grant for grant in good.grants if grant.purpose != "anchor")),
    ):
        with pytest.raises(Malformed):
            epochs.make_next(portal.parts, ida.id, team.id, new)
    epochs.make_next(portal.parts, ida.id, team.id, good)


def _stranger() -> Member:
    return member(Staff(bytes(range(16)), "Mallory", "", Root.generate()))
