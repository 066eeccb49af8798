"""Staff and channels with their secrets, made as the browsers of a whole team would make them.

Organisation, first officer and first channel have a service (services/setup.py). More people and channels have
none yet; until they do, this writes their rows, truly sealed.
"""

import base64
import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from argon2.low_level import Type, hash_secret_raw

from crypto.grant import Grant, Purpose, seal_grant
from crypto.keys import Party, Root
from crypto.records import NO_HASH, ChannelRecord, Member
from crypto.wrap import officer_keys, wrap_officer, wrap_pins
from portal.demo.reporter_hand import Reporter, hand_in
from portal.services.keyring import keep_pins
from portal.services.officers import fold_name, seal_totp
from portal.services.parts import Clock, Parts
from portal.store import models


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


class PeopledPortal:
    """A portal that has an organisation, and methods that add staff, channels and reports to it."""

    def __init__(self, parts: Parts, organisation_id: bytes) -> None:
        self.parts = parts
        self.organisation_id = organisation_id
        self._pins: dict[bytes, dict[str, Any]] = {}

    @property
    def clock(self) -> Clock:
        """The portal's clock."""
        return self.parts.clock

    @property
    def today(self) -> date:
        """The clock's day."""
        return self.clock.today()

    def staff(
        self, name: str, role: str = "Head of compliance", *, password: str = "", administrator: bool = False
    ) -> Staff:
        """A new officer; with `password` (a second of stretching) one who can sign in."""
        root, officer_id, salt = Root.generate(), secrets.token_bytes(16), secrets.token_bytes(16)
        stretched = stretch(password, salt) if password else secrets.token_bytes(32)
        auth, wrap_key = officer_keys(stretched)
        person = Staff(officer_id, name, role, root, password, secrets.token_bytes(20))
        self.add(
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

    def team(
        self,
        *members: Staff,
        name: str = "Whistleblowing",
        slug: str = "",
        audience: str = "Anybody",
        position: int = 0,
    ) -> Team:
        """A new channel whose first record names `members`; the first of them keeps the anchor."""
        team = Team(secrets.token_bytes(16), slug or name.lower(), name, Root.generate(), [], [])
        self.add(
            models.Channel(
                id=team.id,
                organisation_id=self.organisation_id,
                slug=team.slug,
                name=name,
                audience=audience,
                position=position,
                sheet_confirmed_on=self.today,
                anchor_recipient=str(team.anchor.party.recipient),
            ),
            models.Keeper(channel_id=team.id, officer_id=members[0].id),
        )
        self.sign_record(team, *members, new_epoch=True)
        self._grant("anchor", team, 0, team.records[0].hash, team.anchor, members[0].party)
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
        self.add(row)
        if new_epoch:
            for receiver in (anchor, *(member.party for member in members)):
                self._grant("channel", team, epoch, record.hash, root, receiver)
        for member in members:
            self._pin(member, team)
        return record

    def join(self, team: Team, newcomer: Staff, *others: Staff) -> None:
        """The team is `others` and the newcomer, who is granted the epoch's root and reads what came before."""
        record = self.sign_record(team, *others, newcomer)
        self._grant("channel", team, record.epoch, record.hash, team.epochs[-1], newcomer.party)

    def report(self, team: Team, text: str = "The drain leads to the stream.", **given: Any) -> Reporter:
        """A report to `team`, through intake. `given`: fields, files (by name), name, lang, is_test."""
        return hand_in(self.parts, team.slug, text, **given)

    def add(self, *rows: models.Base) -> None:
        """The rows, stored in one transaction."""
        with self.parts.database.write() as session:
            session.add_all(rows)

    def _pin(self, officer: Staff, team: Team) -> None:
        """The officer has confirmed the channel as it is now, as a browser does (js/desk/keys.js)."""
        pins = self._pins.setdefault(officer.id, {})
        pins[team.id.hex()] = {
            "anchor": team.anchor.party.hash.hex(),
            "number": team.newest.number,
            "record": team.newest.hash.hex(),
        }
        sealed = wrap_pins(officer.root, {"v": 1, "channels": pins}, officer_id=officer.id)
        keep_pins(self.parts, officer.id, sealed)

    def _grant(
        self, purpose: Purpose, team: Team, number: int, record: bytes, root: Root, receiver: Party
    ) -> None:
        grant = Grant(purpose, team.id, None, number, record, receiver.hash, root)
        self.add(
            models.Grant(
                id=secrets.token_bytes(16),
                purpose=purpose,
                channel_id=team.id,
                number=number,
                receiver=receiver.hash,
                sealed=seal_grant(grant, receiver.recipient),
            )
        )


def stretch(password: str, salt: bytes) -> bytes:
    """An officer's password as the browser stretches it: Argon2id, 64 MiB, 3 passes (SPEC, officers)."""
    secret = unicodedata.normalize("NFKC", password).encode()
    return hash_secret_raw(secret, salt, 3, 65_536, 1, 32, Type.ID)
