"""The people of the crypto tests, all made from fixed bytes: a channel with two officers, and one case."""

import hashlib
from dataclasses import dataclass
from datetime import date

from crypto.grant import Grant
from crypto.keys import Root
from crypto.message import Body, Opened, open_message, seal_message
from crypto.records import NO_HASH, CaseRecord, ChannelRecord, Member

DAY = date(2026, 3, 2)
CHANNEL = hashlib.sha256(b"channel").digest()[:16]
CASE = hashlib.sha256(b"case").digest()[:16]


def root(name: str) -> Root:
    """The root of whoever is called `name`."""
    return Root(hashlib.sha256(name.encode()).digest())


def officer_id(name: str) -> bytes:
    """The id of the officer called `name`."""
    return hashlib.sha256(f"id of {name}".encode()).digest()[:16]


def member(name: str) -> Member:
    """The officer called `name` as a channel record names him."""
    party = root(name).party
    return Member(officer_id(name), party.verify_key, party.recipient.hash)


def channel_record(
    before: ChannelRecord | None = None,
    *,
    anchor: str = "anchor",
    signer: str | None = None,
    epoch: int = 0,
    team: tuple[str, ...] = ("Anna", "Bent"),
    **changes: object,
) -> ChannelRecord:
    """The channel record after `before`."""
    party = root(anchor).party
    fields: dict[str, object] = {
        "channel": CHANNEL,
        "number": before.number + 1 if before else 0,
        "previous": before.hash if before else NO_HASH,
        "anchor_verify_key": party.verify_key,
        "anchor_recipient_hash": party.recipient.hash,
        "epoch": epoch,
        "recipient": root(f"epoch {epoch}").party.recipient,
        "members": tuple(member(name) for name in team),
        "day": DAY,
    }
    return ChannelRecord.sign(root(signer or anchor), **{**fields, **changes})  # type: ignore[arg-type]


def case_record(
    channel: ChannelRecord,
    before: CaseRecord | None = None,
    *,
    signer: str = "mailbox",
    scope: str = "talk",
    talk: CaseRecord | None = None,
    **changes: object,
) -> CaseRecord:
    """The case record after `before`, naming `channel` as the newest channel record."""
    number = before.number + 1 if before else 0
    readers = (
        (("channel", channel.epoch), ("mailbox", None)) if scope == "talk" else (("channel", channel.epoch),)
    )
    fields: dict[str, object] = {
        "channel": CHANNEL,
        "case": CASE,
        "scope": scope,
        "number": number,
        "previous": before.hash if before else NO_HASH,
        "channel_record": channel.hash,
        "talk": talk.hash if talk else NO_HASH,
        "recipient": root(f"{scope} {number}").party.recipient,
        "readers": readers,
    }
    return CaseRecord.sign(root(signer), **{**fields, **changes})  # type: ignore[arg-type]


def talk_grant(record: CaseRecord, /, **changes: object) -> Grant:
    """The grant of a talk root to the channel's first epoch."""
    fields: dict[str, object] = {
        "purpose": "talk",
        "channel": CHANNEL,
        "case": CASE,
        "number": record.number,
        "record": record.hash,
        "to": root("epoch 0").party.hash,
        "root": root(f"talk {record.number}"),
    }
    return Grant(**{**fields, **changes})  # type: ignore[arg-type]


def body(n: int = 0, prev: bytes = NO_HASH, *, signer: str = "mailbox", **changes: object) -> Body:
    """A message of the reporter, or, signed by anybody but the mailbox, of the desk."""
    reporter = signer == "mailbox"
    fields: dict[str, object] = {
        "kind": "report" if reporter and n == 0 else "message",
        "side": "reporter" if reporter else "desk",
        "n": n,
        "prev": prev.hex(),
        "record": channel_record().hash.hex(),
        "key": root(signer).verify_key.hex(),
        "sealed": "server",
        "day": DAY.isoformat(),
        "at": None if reporter else f"{DAY.isoformat()}T09:30Z",
        "lang": "da",
        "text": "Blåbærgrød på kontoret",
        "fields": {"category": "FRAUD"} if n == 0 else {},
        "files": (),
        "mailbox": str(root("mailbox").party.recipient) if reporter and n == 0 else None,
    }
    return Body(**{**fields, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Sent:
    """A message as stored, and as opened."""

    sealed: bytes
    opened: Opened


def sent(written: Body, signer: str = "mailbox") -> Sent:
    """`written`, sealed to talk root 0 and opened again."""
    talk = root("talk 0")
    sealed = seal_message(written, root(signer), case=CASE, scope="talk", recipient=talk.party.recipient)
    return Sent(sealed, open_message(sealed, talk, case=CASE, scope="talk"))
