"""Everything that a root stands for follows from its 32 bytes, the same on every platform (SPEC section 4).

The values were computed independently in Python and JavaScript when the protocol was decided.
"""

from collections.abc import Callable

import pytest
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt, crypto_sign_seed_keypair

from crypto.errors import (
    KeyMalformed,
    NotSupported,
    PassphraseWordUnknown,
    SheetMalformed,
    SignatureWrong,
    WrapDamaged,
)
from crypto.keys import Identity, Recipient, Root, derive, verify
from crypto.receipt import fold_case_key, fold_passphrase, locator, mailbox_root
from crypto.sheet import anchor_root, anchor_words
from crypto.wrap import unwrap_case_root, wrap_case_root

ROOT = Root(bytes(range(32)))
PARTY_HASH = "6c03439557b04446fb54fd21d7835a0a57e96e4282de7e7297434ea8826daae2"


def test_a_root_gives_the_identity_of_the_protocol() -> None:
    assert ROOT.identity.secret.hex() == "b3af753c3a9f5da74af396dad4b73cbb4a60186eed5d6e6a1ccbcbe220b88cae"


def test_a_root_gives_the_recipient_of_the_protocol() -> None:
    expected = "bfba0edd44d073e6b02fd804da66c6dcd50e876d5a81b97719f8bc36b263f9cc"
    assert ROOT.party.recipient.hash.hex() == expected


def test_a_root_gives_the_verify_key_of_the_protocol() -> None:
    seed = derive(ROOT.secret, "sign")
    assert seed.hex() == "5fca40e4acbea6ebd5a345ec2555f0c0640f1d094ff515aeac163e80261540a0"
    assert ROOT.verify_key == crypto_sign_seed_keypair(seed)[0]
    assert ROOT.verify_key.hex() == "105dabe6cf4106071944c2bb0cf82c340dbf5c3bebe0c7bec9b8cfd483ca80f5"


def test_a_party_gives_the_hash_and_words_of_the_protocol() -> None:
    assert ROOT.party.hash.hex() == PARTY_HASH
    assert " ".join(ROOT.party.words) == ("fall applause detonator flagstone gulf blanching nuttiness celtic")


def test_a_receipt_gives_the_locator_and_mailbox_root_of_the_protocol() -> None:
    case_key = fold_case_key("k7qf-9m3t x2vb")
    assert case_key == "K7QF9M3TX2VB"
    assert locator(case_key).hex() == "56253c9c813ebc1721c986f70224d48537fcaf282f9bc8fcb9f33ffa8fa98f40"
    folded = fold_passphrase("drop-down t-shirt yo-yo felt-tip abacus zoom")
    assert folded == "dropdowntshirtyoyofelttipabacuszoom"
    root = mailbox_root(case_key, folded)
    assert root.secret.hex() == "b9daa3781c0ab23a415facc9db2f4bd043614548ae5755a882b8f89f9d9df68e"


def test_a_case_root_wrap_of_the_protocol_opens() -> None:
    wrapped = bytes([0x33]) * 24 + bytes.fromhex(
        "8f45f341d59f83d217f661523f83a0d6cf1b7f399f7d13aaa00ba2b3ebce53b50d85d2475ba07af33da9491e0c912cf8"
    )
    place = (
        b"fortrolig/v1/wrap/case\0" + bytes([0x11]) * 16 + b"t" + (0).to_bytes(4, "big") + bytes([0x22]) * 32
    )
    sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(ROOT.secret, place, wrapped[:24], ROOT.wrap_key)
    assert sealed == wrapped[24:]


def test_a_case_root_wrap_names_its_holder() -> None:
    case = bytes(16)
    wrapped = wrap_case_root(ROOT, Root(bytes(32)), case=case, scope="desk", number=3)
    assert len(wrapped) == 72
    assert unwrap_case_root(ROOT, wrapped, case=case, scope="desk", number=3) == Root(bytes(32))
    for other in (
        {"case": bytes([1]) * 16, "scope": "desk", "number": 3},
        {"case": case, "scope": "talk", "number": 3},
        {"case": case, "scope": "desk", "number": 4},
    ):
        with pytest.raises(WrapDamaged):
            unwrap_case_root(ROOT, wrapped, **other)  # type: ignore[arg-type]


def test_identity_and_recipient_survive_being_written() -> None:
    assert Identity.parse(str(ROOT.identity)) == ROOT.identity
    assert str(ROOT.identity).startswith("AGE-SECRET-KEY-PQ-1")
    recipient = ROOT.party.recipient
    assert Recipient.parse(str(recipient)) == recipient
    assert Recipient(recipient.raw).hpke_key is not None


def test_no_secret_shows_in_a_repr() -> None:
    shown = repr(ROOT) + repr(ROOT.identity)
    assert ROOT.secret.hex() not in shown
    assert "\\x01" not in shown


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text[:-1] + ("q" if text[-1] != "q" else "p"), id="a wrong last character"),
        pytest.param(lambda text: text[:-1], id="a character missing"),
        pytest.param(str.upper, id="upper case"),
        pytest.param(lambda text: text.replace("age1pq1", "agepq1"), id="another prefix"),
        pytest.param(lambda text: text + " ", id="a space after it"),
        pytest.param(lambda _: "", id="nothing"),
    ],
)
def test_a_mistyped_recipient_is_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(KeyMalformed):
        Recipient.parse(change(str(ROOT.party.recipient)))


def test_an_x25519_recipient_is_not_sealed_to() -> None:
    with pytest.raises(NotSupported):
        Recipient.parse("age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg")


def test_a_signature_verifies_for_its_key_and_bytes_only() -> None:
    signature = ROOT.sign(b"words")
    verify(ROOT.verify_key, signature, b"words")
    for key, data in ((ROOT.verify_key, b"word"), (Root(bytes(32)).verify_key, b"words")):
        with pytest.raises(SignatureWrong):
            verify(key, signature, data)
    with pytest.raises(SignatureWrong):
        verify(ROOT.verify_key, signature[:-1], b"words")


def test_a_signature_by_a_key_of_small_order_is_refused() -> None:
    # The point of order 1 as key, and as R, with s = 0, satisfies the bare equation for every message.
    neutral = b"\x01" + bytes(31)
    with pytest.raises(SignatureWrong):
        verify(neutral, neutral + bytes(32), b"anything")


def test_the_recovery_sheet_gives_its_root_back() -> None:
    for root in (ROOT, Root(bytes(32)), Root(b"\xff" * 32)):
        words = anchor_words(root)
        assert len(words) == 21
        assert anchor_root(words) == root
        assert anchor_root([word.upper() for word in words]) == root


def test_a_slip_on_the_recovery_sheet_is_noticed() -> None:
    words = list(anchor_words(ROOT))
    swapped = [words[1], words[0], *words[2:]]
    for wrong in (swapped, words[:-1], ["zoom"] * 21):
        with pytest.raises(SheetMalformed):
            anchor_root(wrong)
    with pytest.raises(PassphraseWordUnknown) as caught:
        anchor_root(["Blåbærgrød", *words[1:]])
    assert caught.value.word == "Blåbærgrød"
