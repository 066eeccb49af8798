"""The operations that our vectors name, as crypto/vectors/README.md describes them."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from crypto import padding, receipt, sheet, strict_json, wrap
from crypto.agefile import HEAD_SIZE, head_hash, open_, open_bytes, seal_bytes
from crypto.attachment import open_attachment
from crypto.body import Body, FileItem
from crypto.errors import AgeError
from crypto.grant import check_grant, open_grant
from crypto.keys import Identity, Party, Recipient, Root, derive, verify
from crypto.message import Opened, check_chain, open_message, signing_input
from crypto.notebook import Notebook
from crypto.records import ChannelRecord, verify_case_chain, verify_channel_chain
from crypto.words import number_to_words

Input = dict[str, Any]
Result = dict[str, Any]
unhex = bytes.fromhex


def _root(text: str) -> Root:
    return Root(unhex(text))


def _unbase64(text: str) -> bytes:
    return base64.b64decode(text)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def root(given: Input) -> Result:
    of = _root(given["root"])
    return {
        "kem": of.identity.secret.hex(),
        "identity": str(of.identity),
        "recipient": str(Recipient(of.party.recipient.raw)),
        "recipient_hash": of.party.recipient.hash.hex(),
        "sign_seed": derive(of.secret, "sign").hex(),
        "verify_key": of.verify_key.hex(),
        "auth": of.auth_key.hex(),
        "wrap": of.wrap_key.hex(),
        "card": of.card_key.hex(),
        "party": of.party.hash.hex(),
        "words": " ".join(of.party.words),
    }


def party_words(given: Input) -> Result:
    number = int.from_bytes(unhex(given["party"])[:13], "big") >> 1
    return {"words": " ".join(number_to_words(number, 8))}


def derive_labels(given: Input) -> Result:
    return {"keys": [derive(unhex(given["secret"]), label).hex() for label in given["labels"]]}


def parse_recipient(given: Input) -> Result:
    return {"hash": Recipient.parse(given["text"]).hash.hex()}


def parse_identity(given: Input) -> Result:
    return {"recipient_hash": Identity.parse(given["text"]).recipient.hash.hex()}


def verify_signature(given: Input) -> Result:
    verify(unhex(given["verify_key"]), unhex(given["signature"]), unhex(given["data"]))
    return {}


def read_sheet(given: Input) -> Result:
    found = sheet.anchor_root(given["words"].split())
    return {"root": found.secret.hex(), "words": " ".join(sheet.anchor_words(found))}


def fold_case_key(given: Input) -> Result:
    return {"case_key": receipt.fold_case_key(given["text"])}


def fold_passphrase(given: Input) -> Result:
    return {"folded": receipt.fold_passphrase(given["text"])}


def read_receipt(given: Input) -> Result:
    mailbox = receipt.mailbox_root(given["case_key"], given["folded"])
    return {"locator": receipt.locator(given["case_key"]).hex(), "mailbox_root": mailbox.secret.hex()}


def sizes(given: Input) -> Result:
    return {
        "padme": [padding.padme(size) for size in given["sizes"]],
        "message": [padding.message_size(size) for size in given["sizes"]],
        "attachment": [padding.attachment_size(size) for size in given["sizes"]],
    }


def read_json(given: Input) -> Result:
    return {"again": _base64(strict_json.write(strict_json.read(_unbase64(given["raw"]))))}


def released(given: Input) -> bytes:
    """What an age file gives before it ends or fails, fed byte by byte."""
    file, out = _unbase64(given["file"]), b""
    identities = [Identity.parse(text) for text in given["identities"]]
    try:
        for chunk in open_((file[at : at + 1] for at in range(len(file))), identities):
            out += chunk
    except AgeError:
        pass
    return out


def open_age(given: Input) -> Result:
    identities = [Identity.parse(text) for text in given["identities"]]
    return {"plaintext": _base64(open_bytes(_unbase64(given["file"]), identities, portal=given["portal"]))}


def unwrap(given: Input) -> Result:
    return {"data": wrap.unwrap(unhex(given["key"]), unhex(given["wrapped"]), unhex(given["place"])).hex()}


def unwrap_case_root(given: Input) -> Result:
    found = wrap.unwrap_case_root(
        _root(given["holder"]),
        unhex(given["wrapped"]),
        case=unhex(given["case"]),
        scope=given["scope"],
        number=given["number"],
    )
    return {"root": found.secret.hex()}


def unwrap_card(given: Input) -> Result:
    card = wrap.unwrap_card(
        _root(given["desk_root"]), unhex(given["wrapped"]), case=unhex(given["case"]), number=given["number"]
    )
    return {"card": card}


def unwrap_notebook(given: Input) -> Result:
    raw = wrap.unwrap_notebook(
        _root(given["mailbox_root"]), unhex(given["wrapped"]), case=unhex(given["case"])
    )
    return {"json": raw.decode()}


def unwrap_session(given: Input) -> Result:
    key, wrapped, row = (unhex(given[name]) for name in ("key", "wrapped", "row"))
    return {"data": wrap.unwrap_session(key, wrapped, row=row).hex()}


def unwrap_officer(given: Input) -> Result:
    found = wrap.unwrap_officer(
        unhex(given["key"]),
        unhex(given["wrapped"]),
        officer_id=unhex(given["officer_id"]),
        party=Party(Recipient.parse(given["recipient"]), unhex(given["verify_key"])),
    )
    return {"root": found.secret.hex()}


def unwrap_pins(given: Input) -> Result:
    officer = _root(given["officer_root"])
    wrapped, officer_id = unhex(given["wrapped"]), unhex(given["officer_id"])
    return {"pins": wrap.unwrap_pins(officer, wrapped, officer_id=officer_id)}


def read_notebook(given: Input) -> Result:
    notebook = Notebook.from_json(given["json"].encode())
    assert notebook.to_json() == given["json"].encode()
    return {"talks": len(notebook.talks), "last_n": notebook.last_n, "opened": notebook.opened[0]}


def _raws(texts: list[str]) -> list[bytes]:
    return [text.encode() for text in texts]


def _seen(given: Input) -> tuple[int, bytes] | None:
    return (given["seen"]["number"], unhex(given["seen"]["hash"])) if "seen" in given else None


def channel_chain(given: Input) -> Result:
    records = verify_channel_chain(
        _raws(given["records"]), channel=unhex(given["channel"]), seen=_seen(given)
    )
    return {"hashes": [record.hash.hex() for record in records]}


def case_chain(given: Input) -> Result:
    raws, talk = _raws(given["channel_records"]), _raws(given["talk_records"])
    channel_records = verify_channel_chain(raws, channel=ChannelRecord.read(raws[0]).channel)
    case, key = unhex(given["case"]), given["mailbox_verify_key"]
    records = verify_case_chain(
        _raws(given["records"]),
        channel_records=channel_records,
        case=case,
        scope=given["scope"],
        mailbox_verify_key=unhex(key) if key else None,
        talk_records=verify_case_chain(talk, channel_records=channel_records, case=case, scope="talk")
        if talk
        else (),
        seen=_seen(given),
    )
    return {"hashes": [record.hash.hex() for record in records]}


def grant(given: Input) -> Result:
    receiver = _root(given["receiver_root"])
    if "sealed" in given:
        sealed = _unbase64(given["sealed"])
    else:
        sealed = seal_bytes(given["plaintext"].encode(), [receiver.party.recipient])
    opened, asked = open_grant(sealed, receiver), given["asked"]
    check_grant(
        opened,
        purpose=asked["purpose"],
        channel=unhex(asked["channel"]),
        case=unhex(asked["case"]) if asked["case"] else None,
        number=asked["number"],
        record_hash=unhex(asked["record_hash"]),
        recipient=Recipient.parse(asked["recipient"]),
    )
    return {"root": opened.root.secret.hex()}


def sign_message(given: Input) -> Result:
    to_sign = signing_input(
        given["line"].encode(),
        case=unhex(given["case"]),
        scope=given["scope"],
        recipient=Recipient.parse(given["recipient"]),
    )
    return {"signature": _root(given["root"]).sign(to_sign).hex()}


def message(given: Input) -> Result:
    holder = _root(given["root"])
    if "sealed" in given:
        sealed = _unbase64(given["sealed"])
    else:
        text = f"{given['line']}\n{given['signature']}\n{given['after']}"
        sealed = seal_bytes(text.encode().ljust(given["size"], b"\n"), [holder.party.recipient])
    opened = open_message(sealed, holder, case=unhex(given["case"]), scope=given["scope"])
    assert opened.hash == hashlib.sha256(sealed).digest()
    found = {"n": opened.body.n, "side": opened.body.side, "line": opened.raw.decode()}
    return {**found, "hash": opened.hash.hex()} if "sealed" in given else found


def message_chain(given: Input) -> Result:
    lines = [(entry["line"].encode(), unhex(entry["hash"])) for entry in given["messages"]]
    check_chain([Opened(Body.read(line), file_hash, line) for line, file_hash in lines])
    return {}


def attachment(given: Input) -> Result:
    holder = _root(given["root"])
    plain = unhex(given["content"]) + bytes(given["padding"]) + unhex(given["tail"])
    sealed = seal_bytes(plain, [holder.party.recipient])
    head = given["item"]["head"] or head_hash(sealed[:HEAD_SIZE]).hex()
    item = FileItem(**{**given["item"], "head": head})
    item.check()
    whole = [sealed[: len(sealed) - given["cut"]]]
    return {"content": b"".join(open_attachment(whole, holder.identity, item)).hex()}


OPERATIONS: dict[str, Callable[[Input], Result]] = {
    "root": root,
    "party_words": party_words,
    "derive": derive_labels,
    "parse_recipient": parse_recipient,
    "parse_identity": parse_identity,
    "verify": verify_signature,
    "sheet": read_sheet,
    "fold_case_key": fold_case_key,
    "fold_passphrase": fold_passphrase,
    "receipt": read_receipt,
    "sizes": sizes,
    "read_json": read_json,
    "open_age": open_age,
    "unwrap": unwrap,
    "unwrap_case_root": unwrap_case_root,
    "unwrap_card": unwrap_card,
    "unwrap_notebook": unwrap_notebook,
    "unwrap_session": unwrap_session,
    "unwrap_officer": unwrap_officer,
    "unwrap_pins": unwrap_pins,
    "read_notebook": read_notebook,
    "channel_chain": channel_chain,
    "case_chain": case_chain,
    "grant": grant,
    "sign_message": sign_message,
    "message": message,
    "message_chain": message_chain,
    "attachment": attachment,
}
