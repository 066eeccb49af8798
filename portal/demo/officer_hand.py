"""What an officer's browser does with a case, in Python: open it for the first time, write, seal files.

It mirrors portal/static/js/desk/: what the demonstration and the services' tests store is truly sealed.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from crypto.attachment import AttachmentSealer
from crypto.body import Body, FileItem
from crypto.grant import Grant, check_grant, open_grant, seal_grant
from crypto.keys import Root
from crypto.message import Opened, open_message, seal_message
from crypto.records import NO_HASH, CaseRecord, verify_case_chain
from crypto.wrap import Scope, fit_card, unwrap_card, unwrap_case_root, wrap_card, wrap_case_root
from portal.demo.people import PeopledPortal, Staff, Team
from portal.demo.reporter_hand import media_type
from portal.services import attachments_desk, casework
from portal.services.attachments_desk import Upload
from portal.services.casework import CaseView, Posted
from portal.services.errors import NotFound
from portal.services.grants import NewGrant, NewWrap, Opening

ROW = hashlib.sha256(b"a session").digest()


@dataclass
class Hand:
    """One officer working on one case. `row` stands for the session, `lang` is what the officer writes in."""

    portal: PeopledPortal
    officer: Staff
    team: Team
    case_id: bytes
    row: bytes = field(default=ROW, repr=False)
    lang: str = "en"

    @property
    def epoch(self) -> Root:
        """The channel root in force."""
        return self.team.epochs[-1]

    def read(self) -> CaseView:
        """The case as the server hands it out."""
        return casework.read(self.portal.parts, self.officer.id, self.case_id)

    def talk_records(self, view: CaseView) -> tuple[CaseRecord, ...]:
        """The verified talk records."""
        raws = [record.raw for record in view.records if record.scope == "talk"]
        return verify_case_chain(raws, channel_records=self.team.records, case=self.case_id, scope="talk")

    def talk_root(self, view: CaseView) -> Root:
        """The newest talk root, out of its grant."""
        record = self.talk_records(view)[-1]
        (sealed,) = [g.sealed for g in view.grants if (g.purpose, g.number) == ("talk", record.number)]
        epoch = next(value for kind, value in record.readers if kind == "channel")
        grant = open_grant(sealed, self.team.epochs[epoch])  # type: ignore[index]
        check_grant(
            grant,
            purpose="talk",
            channel=self.team.id,
            case=self.case_id,
            number=record.number,
            record_hash=record.hash,
            recipient=record.recipient,
        )
        return grant.root

    def desk_root(self, view: CaseView) -> Root:
        """The newest desk root, out of its wrap."""
        mine = [w for w in view.wraps if w.scope == "desk" and w.holder == self.epoch.party.hash]
        wrap = max(mine, key=lambda one: one.number)
        return unwrap_case_root(self.epoch, wrap.wrapped, case=self.case_id, scope="desk", number=wrap.number)

    def opening(self, title: str = "A drain", category: str = "ENVIRON", **changes: Any) -> Opening:
        """What the browser sends at the first opening; `changes` are fields of the desk record."""
        view = self.read()
        talk, talk_root, desk_root = self.talk_records(view), self.talk_root(view), Root.generate()
        fields: dict[str, Any] = {
            "channel": self.team.id,
            "case": self.case_id,
            "scope": "desk",
            "number": 0,
            "previous": NO_HASH,
            "channel_record": self.team.newest.hash,
            "talk": talk[0].hash,
            "recipient": desk_root.party.recipient,
            "readers": (("channel", self.team.newest.epoch),),
        }
        signer = changes.pop("signer", self.officer.root)
        record = CaseRecord.sign(signer, **{**fields, **changes})
        holder = self.epoch.party
        grant = Grant("desk", self.team.id, self.case_id, 0, record.hash, holder.hash, desk_root)
        return Opening(
            record=record.raw,
            grants=(NewGrant(holder.hash, seal_grant(grant, holder.recipient)),),
            wraps=(self._wrap("talk", talk_root, talk[-1].number), self._wrap("desk", desk_root)),
            card=wrap_card(desk_root, fit_card(title, category), case=self.case_id, number=0),
        )

    def opens(self) -> None:
        """The first opening, done."""
        casework.open_first(self.portal.parts, self.officer.id, self.case_id, self.opening())

    def messages(self, scope: Scope) -> list[Opened]:
        """Every message of a scope, opened, its signature checked."""
        view = self.read()
        root = self.talk_root(view) if scope == "talk" else self.desk_root(view)
        return [
            open_message(row.sealed, root, case=self.case_id, scope=scope)
            for row in view.messages
            if row.scope == scope
        ]

    def card(self) -> dict[str, object]:
        """Title and category, opened. Raises NotFound while nobody has opened the case."""
        view = self.read()
        if view.card is None:
            raise NotFound
        return unwrap_card(self.desk_root(view), view.card.sealed, case=self.case_id, number=view.card.number)

    def seals(self, text: str, scope: Scope = "talk", *, kind: str = "message", **given: Any) -> Posted:
        """A message ready to be posted, after the last one that the server has."""
        view = self.read()
        root = self.talk_root(view) if scope == "talk" else self.desk_root(view)
        before = [row for row in view.messages if row.scope == scope]
        now = self.portal.clock.now()
        body = Body(
            kind=kind,
            side="desk",
            n=len(before),
            prev=before[-1].hash.hex() if before else "0" * 64,
            record=self.team.newest.hash.hex(),
            key=self.officer.root.verify_key.hex(),
            sealed="browser",
            day=now.date().isoformat(),
            at=now.strftime("%Y-%m-%dT%H:%MZ"),
            lang=self.lang,
            text=text,
            fields={},
            files=(),
            mailbox=None,
        )
        body = replace(body, **given)
        recipient = root.identity.recipient
        sealed = seal_message(body, self.officer.root, case=self.case_id, scope=scope, recipient=recipient)
        under = sum(record.scope == scope for record in view.records) - 1
        return Posted(scope, body.n, under, sealed, tuple(bytes.fromhex(item.id) for item in body.files))

    def posts(self, posted: Posted) -> None:
        """The message goes to the server."""
        casework.post(self.portal.parts, self.officer.id, self.row, self.case_id, posted)

    def acknowledges(self, text: str = "We received your report.", due: date | None = None) -> None:
        """The acknowledgement, with the due date that the server offers."""
        posted = self.seals(text, kind="acknowledgement")
        due = due or self.read().feedback_if_today
        casework.acknowledge(self.portal.parts, self.officer.id, self.case_id, posted, due)

    def seals_file(self, content: bytes, name: str = "plan.pdf") -> tuple[FileItem, list[bytes]]:
        """A file sealed for the talk side: what the message says of it, and the sealed chunks."""
        sealer = AttachmentSealer(self.talk_root(self.read()).identity.recipient)
        chunks = [sealer.update(content), *sealer.finish()]
        item = FileItem(
            id=secrets.token_hex(16),
            name=name,
            type=media_type(name),
            size=len(content),
            sha256=sealer.sha256.hex(),
            head=sealer.head.hex(),
        )
        return item, [chunk for chunk in chunks if chunk]

    def uploads(self, content: bytes, name: str = "plan.pdf") -> FileItem:
        """A file sealed and sent, waiting for its message."""
        item, chunks = self.seals_file(content, name)
        upload = Upload(bytes.fromhex(item.id), self.case_id, sum(map(len, chunks)), iter(chunks))
        attachments_desk.receive(self.portal.parts, self.officer.id, self.row, upload)
        return item

    def downloads(self, item: FileItem) -> Iterator[bytes]:
        """The sealed file."""
        return attachments_desk.download(self.portal.parts, self.officer.id, bytes.fromhex(item.id)).chunks

    def _wrap(self, scope: Scope, root: Root, number: int = 0) -> NewWrap:
        wrapped = wrap_case_root(self.epoch, root, case=self.case_id, scope=scope, number=number)
        return NewWrap(scope, number, self.epoch.party.hash, wrapped)
