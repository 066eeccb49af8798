"""A grant gives a root only to its receiver, and only if a signed record names that root (SPEC 8)."""

import pytest

from crypto.agefile import open_bytes, seal_bytes
from crypto.errors import GrantMalformed, GrantMismatch, NoIdentityMatches
from crypto.grant import Grant, check_grant, open_grant, seal_grant
from crypto.keys import Identity
from tests.crypto.cast import CASE, CHANNEL, case_record, channel_record, root, talk_grant

RECORD = case_record(channel_record())
EPOCH = root("epoch 0")
ASKED = {
    "purpose": "talk",
    "channel": CHANNEL,
    "case": CASE,
    "number": 0,
    "record_hash": RECORD.hash,
    "recipient": RECORD.recipient,
}


def test_a_grant_reaches_its_receiver() -> None:
    grant = open_grant(seal_grant(talk_grant(RECORD), EPOCH.party.recipient), EPOCH)
    assert grant == talk_grant(RECORD)
    check_grant(grant, **ASKED)  # type: ignore[arg-type]


def test_a_grant_for_a_channel_names_no_case() -> None:
    grant = talk_grant(RECORD, purpose="channel", case=None, root=root("epoch 1"))
    assert Grant.read(grant.raw) == grant
    for wrong in (talk_grant(RECORD, case=None), talk_grant(RECORD, purpose="anchor")):
        with pytest.raises(GrantMalformed):
            Grant.read(wrong.raw)


def test_a_grant_is_an_identity_file_of_age() -> None:
    lines = talk_grant(RECORD).raw.decode().splitlines()
    identities = [Identity.parse(line) for line in lines if not line.startswith("#")]
    sealed = seal_bytes(b"for the talk root", [RECORD.recipient])
    assert open_bytes(sealed, identities) == b"for the talk root"


def test_a_grant_for_somebody_else_is_refused() -> None:
    for_other = talk_grant(RECORD, to=root("Anna").party.hash)
    with pytest.raises(GrantMismatch):
        open_grant(seal_grant(for_other, EPOCH.party.recipient), EPOCH)
    with pytest.raises(NoIdentityMatches):
        open_grant(seal_grant(for_other, root("Anna").party.recipient), EPOCH)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"purpose": "desk"}, id="another purpose"),
        pytest.param({"channel": bytes(16)}, id="another channel"),
        pytest.param({"case": bytes(16)}, id="another case"),
        pytest.param({"number": 1}, id="another number"),
        pytest.param({"record": bytes(32)}, id="another record"),
        pytest.param({"root": root("thief")}, id="another root"),
    ],
)
def test_a_grant_that_was_not_asked_for_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(GrantMismatch):
        check_grant(talk_grant(RECORD, **changes), **ASKED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("grant v1", "grant v2", id="another version"),
        pytest.param("# purpose talk", "# purpose read", id="a purpose that does not exist"),
        pytest.param("# number 0", "# number 00", id="a leading zero"),
        pytest.param("# to ", "# to  ", id="two spaces"),
        pytest.param("# to ", "# note hello\n# to ", id="an unknown line"),
        pytest.param("# number 0\n", "", id="a line missing"),
        pytest.param(str(root("talk 0").identity), str(root("thief").identity), id="another identity line"),
        pytest.param(str(root("talk 0").identity), "AGE-SECRET-KEY-PQ-1", id="a damaged identity line"),
    ],
)
def test_another_spelling_of_a_grant_is_refused(old: str, new: str) -> None:
    text = talk_grant(RECORD).raw.decode()
    assert old in text
    sealed = seal_bytes(text.replace(old, new, 1).encode(), [EPOCH.party.recipient])
    with pytest.raises(GrantMalformed):
        open_grant(sealed, EPOCH)
