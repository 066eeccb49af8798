"""What the first person's browser does at set-up and at sign-in, in Python: make roots, sign, seal, stretch.

It mirrors portal/static/js/setup/ and pages/sign_in.js, so that what is posted is truly sealed. The stretched
password is drawn at random unless `stretched` is given: a server can't tell the difference.
"""

import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crypto.grant import Grant, Purpose, seal_grant
from crypto.keys import Root
from crypto.records import NO_HASH, ChannelRecord, Member
from crypto.wrap import officer_keys, wrap_officer, wrap_pins
from portal.services import totp
from portal.services.new_portal import NewChannel, NewOfficer, NewOrganisation, NewPortal
from portal.services.officers import recovery_hash
from portal.services.parts import Clock

CODES = tuple(f"{number:016d}" for number in range(10))


@dataclass
class FirstPerson:
    """Somebody who sets a portal up, with every secret that the browser would make."""

    clock: Clock
    name: str = "Astrid Holm"
    officer: Root = field(default_factory=Root.generate, repr=False)
    channel: Root = field(default_factory=Root.generate, repr=False)
    anchor: Root = field(default_factory=Root.generate, repr=False)
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    channel_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    stretched: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    totp_secret: bytes = field(default_factory=lambda: secrets.token_bytes(20), repr=False)

    @property
    def auth(self) -> bytes:
        """What the server sees of the password."""
        return officer_keys(self.stretched)[0]

    @property
    def wrap_key(self) -> bytes:
        """What it never sees."""
        return officer_keys(self.stretched)[1]

    def code(self, *, seconds: int = 0) -> str:
        """What the authenticator shows, so many seconds from now."""
        now = int(self.clock.now().timestamp()) + seconds
        return totp.code_of(self.totp_secret, totp.step_at(now))

    def record(self, *, day: date | None = None, **changes: Any) -> ChannelRecord:
        """Record 0 of the channel; `changes` are fields of it."""
        fields: dict[str, Any] = {
            "channel": self.channel_id,
            "number": 0,
            "previous": NO_HASH,
            "anchor_verify_key": self.anchor.verify_key,
            "anchor_recipient_hash": self.anchor.party.recipient.hash,
            "epoch": 0,
            "recipient": self.channel.party.recipient,
            "members": (Member(self.id, self.officer.verify_key, self.officer.party.recipient.hash),),
            "day": day or self.clock.today(),
        }
        return ChannelRecord.sign(self.anchor, **{**fields, **changes})

    def portal(self, record: ChannelRecord | None = None, **changes: Any) -> NewPortal:
        """All that is sent; `changes` are fields of the officer or the channel."""
        officer, channel = self._new_officer(), self._new_channel(record or self.record())
        return NewPortal(
            organisation=NewOrganisation("Havblik Care", "DK", ("en", "da"), "da"),
            officer=NewOfficer(**{key: changes.get(key, value) for key, value in officer.items()}),
            channel=NewChannel(**{key: changes.get(key, value) for key, value in channel.items()}),
        )

    def _new_officer(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "role": "Head of compliance",
            "language": "en",
            "recipient": str(self.officer.party.recipient),
            "verify_key": self.officer.verify_key,
            "salt": self.salt,
            "kdf": 1,
            "wrapped_root": wrap_officer(self.wrap_key, self.officer, officer_id=self.id),
            "pins": wrap_pins(self.officer, {"v": 1, "channels": {}}, officer_id=self.id),
            "auth": self.auth,
            "totp_secret": self.totp_secret,
            "totp_code": self.code(),
            "recovery_hashes": tuple(recovery_hash(self.id, code) for code in CODES),
        }

    def _new_channel(self, record: ChannelRecord) -> dict[str, Any]:
        return {
            "id": self.channel_id,
            "name": "Whistleblowing",
            "slug": "whistleblowing",
            "audience": "Staff and suppliers",
            "acknowledge_days": 7,
            "feedback_months": 3,
            "record": record.raw,
            "party": self.channel.party.hash,
            "anchor_recipient": str(self.anchor.party.recipient),
            "grant_to_officer": self._grant("channel", record, self.channel, self.officer),
            "grant_to_anchor": self._grant("channel", record, self.channel, self.anchor),
            "anchor_to_officer": self._grant("anchor", record, self.anchor, self.officer),
        }

    def _grant(self, purpose: Purpose, record: ChannelRecord, root: Root, receiver: Root) -> bytes:
        grant = Grant(purpose, self.channel_id, None, 0, record.hash, receiver.party.hash, root)
        return seal_grant(grant, receiver.party.recipient)
