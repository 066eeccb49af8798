"""The demonstration on one screen: who signs in where, and with what."""

import base64
from collections.abc import Iterator

from portal.demo.filling import Demonstration, Person, Told
from portal.services import totp
from portal.services.parts import Clock
from portal.settings import Settings


def lines(settings: Settings, clock: Clock, shown: Demonstration) -> Iterator[str]:
    """The table, line by line; the codes are those of this very moment."""
    address = f"http://{settings.host}:{settings.port}/en"
    yield f"A demonstration, made on {shown.made_on.isoformat()}. Everybody in it is invented."
    yield "It is not secret: whoever reads this screen, or demo.json, can open all of it. Put nothing real into it."
    yield ""
    yield f"Officers sign in at {address}/desk"
    now = int(clock.now().timestamp())
    for person in shown.people:
        yield from _person(person, now)
    yield f"   Each code is good until {totp.STEP_SECONDS} seconds after the next one comes, and once."
    yield ""
    yield f"Reporters open their mailbox at {address}/mailbox"
    for report in shown.reports:
        yield from _report(report)
    yield ""


def _person(person: Person, now: int) -> Iterator[str]:
    administrator = ", administrator" if person.administrator else ""
    code = totp.code_of(base64.b32decode(person.totp), totp.step_at(now))
    yield f"   {person.name} ({person.role}{administrator}): {' and '.join(person.channels)}"
    yield f"      passphrase   {person.passphrase}"
    yield f"      TOTP secret  {person.totp}   code now {code}"


def _report(report: Told) -> Iterator[str]:
    yield f"   {report.reference}, {report.channel}, {report.lang}: {report.title}"
    yield f"      case key {report.case_key}   passphrase   {report.passphrase}"
