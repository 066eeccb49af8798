"""A portal with people in it, truly sealed: organisation, staff, channels with their keys, and reports.

Nothing is faked: a report comes in through services/intake.py, and what the staff's browsers would do is done
with crypto/ (the officer's half of a case is in tests/officer_hand.py). Only sign-in is skipped unless a
password is given, because stretching one takes a second.
"""

import base64
import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw

from crypto.grant import Grant, Purpose, seal_grant
from crypto.keys import Party, Root
from crypto.receipt import Receipt
from crypto.records import NO_HASH, ChannelRecord, Member
from crypto.wrap import officer_keys, wrap_officer, wrap_pins
from portal import create_app
from portal.services import intake, mailbox
from portal.services.attachments import SealedFile, SealingSink
from portal.services.officers import fold_name, seal_totp
from portal.services.parts import Clock, Parts
from portal.settings import load
from portal.store import migrate, models
from portal.web.parts import EXTENSION

DAY_ONE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "anvil bucket copper dahlia ember fathom"


class SetClock(Clock):
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime = DAY_ONE) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment that was set."""
        return self.at

    def move(self, **by: int) -> None:
        """Later by this much, in timedelta's words."""
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Staff:
    """One of the staff, with the secrets that only the person has."""

    id: bytes
    name: str
    role: str
    root: Root = field(repr=False)
    password: str = field(default="", repr=False)
    totp_secret: bytes = field(default=b"", repr=False)

    @property
    def party(self) -> Party:
        """The public half of the officer's root."""
        return self.root.party

    @property
    def totp_text(self) -> str:
        """The second factor's secret as an authenticator takes it."""
        return base64.b32encode(self.totp_secret).decode()


@dataclass
class Team:
    """A channel with its secret halves: the anchor, each epoch's root, and every record signed so far."""

    id: bytes
    slug: str
    name: str
    anchor: Root = field(repr=False)
    epochs: list[Root] = field(repr=False)
    records: list[ChannelRecord] = field(repr=False)

    @property
    def newest(self) -> ChannelRecord:
        """The record in force."""
        return self.records[-1]


@dataclass(frozen=True)
class Reporter:
    """Somebody who reported, with the receipt."""

    parts: Parts = field(repr=False)
    receipt: Receipt = field(repr=False)
    case_id: bytes
    reference: str

    def visit(self) -> mailbox.Visit:
        """The case opened with case key and passphrase."""
        cookie = mailbox.sign_in(self.parts, self.receipt.case_key, self.receipt.passphrase)
        return mailbox.visit(self.parts, cookie.value)

    def reads(self) -> mailbox.Conversation:
        """The conversation as the mailbox page shows it."""
        return mailbox.read(self.parts, self.visit())

    def answers(self, text: str, **files: bytes) -> None:
        """One message more; `files` by name, dots written as `__`."""
        visit = self.visit()
        with SealingSink(self.parts, visit.talk.newest.identity.recipient, lambda _fields: None) as sink:
            sealed = fill(sink, files)
            n = len(visit.loaded.messages)
            mailbox.answer(self.parts, visit, n=n, text=text, lang="en", files=sealed)
            sink.keep()


class Portal:
    """A fresh portal in `folder`: an organisation, and methods that add what a test needs."""

    def __init__(self, folder: Path, clock: Clock | None = None, **settings: str) -> None:
        self.clock = clock or SetClock()
        environment = {f"PORTAL_{name.upper()}": value for name, value in settings.items()}
        chosen = load({"PORTAL_MIN_FREE_BYTES": "0", **environment}, instance=folder)
        self.app = create_app(chosen, clock=self.clock)
        self.parts: Parts = self.app.extensions[EXTENSION]
        migrate.upgrade(chosen.database_url, chosen.volatile_url)
        self.organisation_id = secrets.token_bytes(16)
        self._pins: dict[bytes, dict[str, Any]] = {}
        self._add(
            models.Organisation(
                id=self.organisation_id,
                name="Havblik Care",
                languages="en,da,nl,nb",
                default_language="en",
                country="DK",
                created_on=self.today,
            )
        )

    @property
    def today(self) -> date:
        """The clock's day."""
        return self.clock.today()

    def close(self) -> None:
        """No connection is left open."""
        self.parts.database.close()
        self.parts.volatile.close()

    def staff(
        self, name: str, role: str = "Head of compliance", *, password: str = "", administrator: bool = False
    ) -> Staff:
        """A new officer; with `password` (a second of stretching) one who can sign in."""
        root, officer_id, salt = Root.generate(), secrets.token_bytes(16), secrets.token_bytes(16)
        stretched = stretch(password, salt) if password else secrets.token_bytes(32)
        auth, wrap_key = officer_keys(stretched)
        person = Staff(officer_id, name, role, root, password, secrets.token_bytes(20))
        self._add(
            models.Officer(
                id=officer_id,
                organisation_id=self.organisation_id,
                name=name,
                name_folded=fold_name(name),
                role=role,
                is_officer=True,
                is_administrator=administrator,
                language="en",
                recipient=str(root.party.recipient),
                verify_key=root.verify_key,
                salt=salt,
                wrapped_root=wrap_officer(wrap_key, root, officer_id=officer_id),
                auth_hash=hashlib.sha256(auth).digest(),
                totp_sealed=seal_totp(self.parts, officer_id, auth, person.totp_secret),
                enrolled_on=self.today,
            )
        )
        return person

    def team(self, *members: Staff, name: str = "Whistleblowing", slug: str = "") -> Team:
        """A new channel whose first record names `members`; the first of them keeps the anchor."""
        team = Team(secrets.token_bytes(16), slug or name.lower(), name, Root.generate(), [], [])
        self._add(
            models.Channel(
                id=team.id,
                organisation_id=self.organisation_id,
                slug=team.slug,
                name=name,
                audience="Anybody",
                sheet_confirmed_on=self.today,
                anchor_recipient=str(team.anchor.party.recipient),
            ),
            models.Keeper(channel_id=team.id, officer_id=members[0].id),
        )
        self.sign_record(team, *members, new_epoch=True)
        keeper = members[0].party
        self._grant("anchor", team, 0, team.records[0].hash, team.anchor, keeper)
        return team

    def sign_record(self, team: Team, *members: Staff, new_epoch: bool = False) -> ChannelRecord:
        """The team is `members` from now on; with `new_epoch` under a new root that only they are granted."""
        if new_epoch:
            team.epochs.append(Root.generate())
        root, epoch, anchor = team.epochs[-1], len(team.epochs) - 1, team.anchor.party
        record = ChannelRecord.sign(
            team.anchor,
            channel=team.id,
            number=len(team.records),
            previous=team.newest.hash if team.records else NO_HASH,
            anchor_verify_key=anchor.verify_key,
            anchor_recipient_hash=anchor.recipient.hash,
            epoch=epoch,
            recipient=root.party.recipient,
            members=tuple(Member(m.id, m.party.verify_key, m.party.recipient.hash) for m in members),
            day=self.today,
        )
        team.records.append(record)
        row = models.ChannelRecord(
            channel_id=team.id, number=record.number, raw=record.raw, hash=record.hash,
            epoch=epoch, party=root.party.hash,
        )  # fmt: skip
        self._add(row)
        if new_epoch:
            for receiver in (anchor, *(member.party for member in members)):
                self._grant("channel", team, epoch, record.hash, root, receiver)
        for member in members:
            self._pin(member, team)
        return record

    def report(self, team: Team, text: str = "The drain leads to the stream.", **given: Any) -> Reporter:
        """A report to `team`, through intake. `given`: fields, files (by name), name, lang, is_test."""
        opened = intake.begin(self.parts, team.slug)
        token = intake.admit(self.parts, intake.new_form(self.parts))
        files = given.pop("files", {})
        written = intake.Written(**{"lang": "en", "fields": {"mode": "anonymous"}, "text": text, **given})
        with SealingSink(self.parts, opened.talk.identity.recipient, lambda _fields: None) as sink:
            sealed = fill(sink, files)
            receipt, _stored = intake.accept(self.parts, opened, token, written, sealed)
            sink.keep()
        with self.parts.database.read() as session:
            case = session.get_one(models.Case, opened.case_id)
            return Reporter(self.parts, receipt, case.id, case.reference)

    def case(self, reporter: Reporter) -> models.Case:
        """The stored case as it is now."""
        with self.parts.database.read() as session:
            return session.get_one(models.Case, reporter.case_id)

    def _pin(self, officer: Staff, team: Team) -> None:
        """The officer has confirmed the channel as it is now, as a browser does (js/desk/keys.js)."""
        pins = self._pins.setdefault(officer.id, {})
        pins[team.id.hex()] = {
            "anchor": team.anchor.party.hash.hex(),
            "number": team.newest.number,
            "record": team.newest.hash.hex(),
        }
        with self.parts.database.write() as session:
            row = session.get_one(models.Officer, officer.id)
            row.pins = wrap_pins(officer.root, {"v": 1, "channels": pins}, officer_id=officer.id)

    def _grant(
        self, purpose: Purpose, team: Team, number: int, record: bytes, root: Root, receiver: Party
    ) -> None:
        grant = Grant(purpose, team.id, None, number, record, receiver.hash, root)
        self._add(
            models.Grant(
                id=secrets.token_bytes(16),
                purpose=purpose,
                channel_id=team.id,
                number=number,
                receiver=receiver.hash,
                sealed=seal_grant(grant, receiver.recipient),
            )
        )

    def _add(self, *rows: models.Base) -> None:
        with self.parts.database.write() as session:
            session.add_all(rows)


def stretch(password: str, salt: bytes) -> bytes:
    """An officer's password as the browser stretches it: Argon2id, 64 MiB, 3 passes (SPEC, officers)."""
    secret = unicodedata.normalize("NFKC", password).encode()
    return hash_secret_raw(secret, salt, 3, 65_536, 1, 32, Type.ID)


def fill(sink: SealingSink, files: dict[str, bytes]) -> list[SealedFile]:
    """The files, sealed one after the other as a form would hand them over."""
    for name, content in files.items():
        sink.begin({}, name.replace("__", "."), "application/octet-stream")
        for at in range(0, len(content), 65_536):
            sink.write(content[at : at + 65_536])
        sink.finish()
    return sink.files
