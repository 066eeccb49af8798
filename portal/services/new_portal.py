"""What a first person's browser hands over at set-up, and whether it fits together.

Public keys, a signed record, sealed grants and hashes: the server holds none of the secrets behind them, so
it checks shapes, sizes and the one signature.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from crypto.agefile import HEAD_SIZE
from crypto.errors import CryptoError, HeaderMalformed
from crypto.header import HeaderReader
from crypto.keys import Party, Recipient
from crypto.records import ChannelRecord, Member, verify_channel_chain
from portal.services.errors import Refused
from portal.services.officers import KDF

WRAPPED_ROOT_BYTES = 72
RECOVERY_CODES = 10
GRANT_BYTES = range(HEAD_SIZE + 300, HEAD_SIZE + 1_200)
CLOCK_DAYS_APART = timedelta(days=1)


class SetupRefused(Refused):
    """What was sent does not fit together; nothing was stored."""

    code = "broken"


@dataclass(frozen=True)
class NewOrganisation:
    """Who owns the channels. `languages` in the order in which they are offered."""

    name: str
    country: str
    languages: tuple[str, ...]
    default_language: str


@dataclass(frozen=True)
class NewOfficer:
    """Who enrols: the first person, or somebody invited. In bytes: id and salt 16, keys and hashes 32."""

    id: bytes
    name: str
    role: str
    language: str
    recipient: str
    verify_key: bytes
    salt: bytes
    kdf: int
    wrapped_root: bytes
    pins: bytes
    auth: bytes = field(repr=False)
    totp_secret: bytes = field(repr=False)
    totp_code: str = field(repr=False)
    recovery_hashes: tuple[bytes, ...]


@dataclass(frozen=True)
class NewChannel:
    """The first channel: what people see of it, its record 0, and three sealed grants.

    `party` is the party hash of the epoch's root, `anchor_recipient` the anchor's age1pq1…. The grants are of
    the epoch's root to the officer and to the anchor, and of the anchor's root to the officer as its keeper.
    """

    id: bytes
    name: str
    slug: str
    audience: str
    acknowledge_days: int
    feedback_months: int
    record: bytes
    party: bytes
    anchor_recipient: str
    grant_to_officer: bytes
    grant_to_anchor: bytes
    anchor_to_officer: bytes


@dataclass(frozen=True)
class NewPortal:
    """All that set-up stores, in one piece."""

    organisation: NewOrganisation
    officer: NewOfficer
    channel: NewChannel


@dataclass(frozen=True)
class Verified:
    """What was verified: the channel's record 0, the officer's party and the anchor's."""

    record: ChannelRecord
    officer: Party
    anchor: Party


def verified(new: NewPortal, today: date) -> Verified:
    """Record and parties, if everything in `new` fits together. Raises SetupRefused; fails closed."""
    officer = party_of_new(new.officer)
    try:
        (record,) = verify_channel_chain([new.channel.record], channel=new.channel.id)
        anchor = record.anchor_party(Recipient.parse(new.channel.anchor_recipient))
        for recipient in (record.recipient, anchor.recipient):
            recipient.hpke_key  # noqa: B018 - raises KeyMalformed: nobody must seal to a key that is none
        for sealed in (
            new.channel.grant_to_officer,
            new.channel.grant_to_anchor,
            new.channel.anchor_to_officer,
        ):
            _check_grant_shape(sealed)
    except CryptoError as error:
        raise SetupRefused(str(error)) from error
    if record.members != (Member(new.officer.id, officer.verify_key, officer.recipient.hash),):
        raise SetupRefused("record 0 names other members than the first person")
    if abs(record.day - today) > CLOCK_DAYS_APART:
        raise SetupRefused("the browser's clock is more than a day off")
    if len({new.channel.party, officer.hash, anchor.hash}) != 3:  # noqa: PLR2004 - three roots, three parties
        raise SetupRefused("anchor, channel and officer are not three different roots")
    return Verified(record, officer, anchor)


def party_of_new(new: NewOfficer) -> Party:
    """The party of somebody who enrols, if what was sent has the portal's own form. Raises SetupRefused."""
    if len(new.wrapped_root) != WRAPPED_ROOT_BYTES or new.kdf != KDF:
        raise SetupRefused("a root wrapped in another way than the portal's own page does")
    if len(set(new.recovery_hashes)) != RECOVERY_CODES:
        raise SetupRefused("not ten different recovery codes")
    try:
        party = Party(Recipient.parse(new.recipient), new.verify_key)
        party.recipient.hpke_key  # noqa: B018 - as above
    except CryptoError as error:
        raise SetupRefused(str(error)) from error
    return party


def _check_grant_shape(sealed: bytes) -> None:
    """Nothing, if `sealed` is an age file of a grant's size with one stanza; only its reader sees more."""
    reader = HeaderReader()
    if len(sealed) not in GRANT_BYTES or not reader.push(sealed[:HEAD_SIZE]):
        raise HeaderMalformed("not of a grant's size")
    if [stanza.type for stanza in reader.header.stanzas] != ["mlkem768x25519"]:
        raise HeaderMalformed("a grant has one reader")
