"""An empty portal becomes the demonstration: an organisation set up, its people and channels, six cases under way."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from crypto.words import BASE, number_to_words
from portal.demo.clock import SetClock
from portal.demo.first_person import FirstPerson
from portal.demo.people import PeopledPortal, Staff, Team, stretch
from portal.demo.play import Play
from portal.demo.stories import Story, stories
from portal.domain.register import Fact, Kind
from portal.services import channels, register, setup
from portal.services.errors import NotFound
from portal.services.new_portal import NewOrganisation, NewPortal
from portal.services.officers import recovery_hash
from portal.services.parts import Parts

OPENED_DAYS_AGO = 200
PASSPHRASE_WORDS = 6
ORGANISATION = NewOrganisation("Havblik Care", "DK", ("en", "da", "nl", "nb"), "en")


@dataclass(frozen=True)
class Person:
    """How one of the staff signs in. `channels` are names; `totp` is base32."""

    name: str
    role: str
    administrator: bool
    channels: tuple[str, ...]
    passphrase: str
    totp: str


@dataclass(frozen=True)
class Told:
    """A report and the receipt of who wrote it."""

    reference: str
    channel: str
    lang: str
    title: str
    case_key: str
    passphrase: str


@dataclass(frozen=True)
class Demonstration:
    """Everything that lets a person in, made on a day."""

    made_on: date
    people: tuple[Person, ...]
    reports: tuple[Told, ...]


def fill(parts: Parts) -> Demonstration:
    """The demonstration, in the empty portal `parts`; its present is that portal's day, its past goes back 200 days."""
    today = parts.clock.today()
    opened = datetime.combine(today - timedelta(days=OPENED_DAYS_AGO), time(9, 0), UTC)
    clock = SetClock(opened)
    parts = replace(parts, clock=clock)
    karen, complaints = _set_up(parts)
    portal = PeopledPortal(parts, _organisation_id(parts))
    clock.move(days=1)
    anna = _enrol(portal, "Anna Holm", "Head of compliance")
    solveig = _enrol(portal, "Solveig Nes", "External adviser")
    portal.join(complaints, solveig, karen)
    _enter_record(portal, karen, complaints)
    whistleblowing = _open_channel(portal, anna, solveig)
    teams = {team.slug: team for team in (complaints, whistleblowing)}
    play = Play(portal, clock, {"karen": karen, "anna": anna, "solveig": solveig}, teams)
    told = stories()
    play.act(told, today)
    return Demonstration(
        made_on=today,
        people=(
            _person(karen, complaints, administrator=True),
            _person(anna, whistleblowing),
            _person(solveig, complaints, whistleblowing),
        ),
        reports=tuple(_told(play, story) for story in told),
    )


def passphrase() -> str:
    """Six words of the list that receipts are made from."""
    return " ".join(number_to_words(secrets.randbelow(BASE**PASSPHRASE_WORDS), PASSPHRASE_WORDS))


def _set_up(parts: Parts) -> tuple[Staff, Team]:
    """The first officer, who is the administrator too, and the first channel: through the set-up link."""
    words = passphrase()
    first = FirstPerson(parts.clock, name="Karen Lund")
    first.stretched = stretch(words, first.salt)
    record = first.record()
    codes = tuple(recovery_hash(first.id, secrets.token_hex(8).upper()) for _ in range(10))
    new = first.portal(record, role="Quality manager", recovery_hashes=codes)
    channel = replace(
        new.channel,
        name="Complaints",
        slug="complaints",
        audience="Residents, relatives, participants and staff",
    )
    setup.set_up(parts, setup.new_link(parts), NewPortal(ORGANISATION, new.officer, channel))
    karen = Staff(first.id, first.name, new.officer.role, first.officer, words, first.totp_secret)
    return karen, Team(channel.id, channel.slug, channel.name, first.anchor, [first.channel], [record])


def _organisation_id(parts: Parts) -> bytes:
    organisation = channels.organisation(parts)
    if organisation is None:
        raise NotFound
    return organisation.id


def _enrol(portal: PeopledPortal, name: str, role: str) -> Staff:
    person = portal.staff(name, role, password=passphrase())
    _enter(portal, Kind.OFFICER_ENROLLED, officer=person.id.hex(), name=name, role=role)
    return person


def _open_channel(portal: PeopledPortal, keeper: Staff, *others: Staff) -> Team:
    audience = "Staff, volunteers and suppliers"
    team = portal.team(keeper, *others, name="Whistleblowing", audience=audience, position=1)
    _enter(portal, Kind.CHANNEL_CREATED, officer=keeper.id.hex(), channel=team.id.hex(), name=team.name)
    _enter_record(portal, keeper, team)
    _enter(portal, Kind.SHEET_CONFIRMED, officer=keeper.id.hex(), channel=team.id.hex())
    return team


def _enter_record(portal: PeopledPortal, keeper: Staff, team: Team) -> None:
    facts = {"channel": team.id.hex(), "record": team.newest.hash.hex()}
    _enter(portal, Kind.CHANNEL_RECORD_SIGNED, officer=keeper.id.hex(), **facts)


def _enter(portal: PeopledPortal, kind: Kind, **facts: Fact) -> None:
    with portal.parts.database.write() as session:
        register.append(session, portal.organisation_id, kind=kind, at=portal.clock.now(), facts=facts)


def _person(staff: Staff, *teams: Team, administrator: bool = False) -> Person:
    return Person(
        name=staff.name,
        role=staff.role,
        administrator=administrator,
        channels=tuple(team.name for team in teams),
        passphrase=staff.password,
        totp=staff.totp_text,
    )


def _told(play: Play, story: Story) -> Told:
    reporter = play.reporters[story.key]
    return Told(
        reference=reporter.reference,
        channel=play.teams[story.channel].name,
        lang=story.lang,
        title=story.title,
        case_key=reporter.receipt.shown_key,
        passphrase=reporter.receipt.passphrase,
    )
