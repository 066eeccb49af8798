"""The libraries below us compute what their specifications say (tests/crypto/published/README.md)."""

import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import (
    crypto_aead_chacha20poly1305_ietf_decrypt,
    crypto_aead_chacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError as SodiumError
from nacl.pwhash import argon2id

from crypto.agefile import open_bytes
from crypto.errors import SignatureWrong, WrapDamaged
from crypto.header import VERSION_LINE, Stanza, to_base64, write_stanza
from crypto.keys import Identity, hkdf, verify
from crypto.receipt import ARGON2_MEMORY_KIB, ARGON2_PASSES
from crypto.stream import seal_stream
from crypto.wrap import unwrap

Vector = dict[str, Any]
unhex = bytes.fromhex


def published(name: str) -> list[Vector]:
    """The vectors of one file."""
    path = Path(__file__).parent / "published" / f"{name}.json"
    vectors: list[Vector] = json.loads(path.read_text(encoding="utf-8"))["tests"]
    return vectors


def accepts(vector: Vector) -> bool:
    """Whether our verifier takes the signature."""
    try:
        verify(unhex(vector["pk"]), unhex(vector["sig"]), unhex(vector["msg"]))
    except SignatureWrong:
        return False
    return True


def test_ed25519_signatures_are_judged_as_published() -> None:
    for vector in published("ed25519"):
        if vector["result"] != "acceptable":
            assert accepts(vector) == (vector["result"] == "valid"), vector


def test_keys_that_verifiers_disagree_about_are_refused() -> None:
    doubtful = [vector for vector in published("ed25519") if vector["result"] == "acceptable"]
    assert len(doubtful) == 29
    assert not any(map(accepts, doubtful))


def test_chacha20_poly1305_is_the_published_one() -> None:
    for vector in published("chacha20_poly1305"):
        key, nonce, aad, plain = (unhex(vector[name]) for name in ("key", "iv", "aad", "msg"))
        sealed = unhex(vector["ct"] + vector["tag"])
        if vector["result"] == "valid":
            assert crypto_aead_chacha20poly1305_ietf_encrypt(plain, aad, nonce, key) == sealed
            assert crypto_aead_chacha20poly1305_ietf_decrypt(sealed, aad, nonce, key) == plain
        else:
            with pytest.raises(SodiumError):
                crypto_aead_chacha20poly1305_ietf_decrypt(sealed, aad, nonce, key)


def test_wraps_are_the_published_xchacha20_poly1305() -> None:
    for vector in published("xchacha20_poly1305"):
        key, nonce, place, plain = (unhex(vector[name]) for name in ("key", "iv", "aad", "msg"))
        sealed = unhex(vector["ct"] + vector["tag"])
        if vector["result"] == "valid":
            assert crypto_aead_xchacha20poly1305_ietf_encrypt(plain, place, nonce, key) == sealed
            assert unwrap(key, nonce + sealed, place) == plain
        else:
            with pytest.raises(WrapDamaged):
                unwrap(key, nonce + sealed, place)


def test_argon2id_is_the_published_one() -> None:
    for vector in published("argon2id"):
        output = hash_secret_raw(
            unhex(vector["pass"]),
            unhex(vector["salt"]),
            time_cost=vector["passes"],
            memory_cost=vector["memory_kib"],
            parallelism=vector["lanes"],
            hash_len=vector["length"],
            type=Type.ID,
            version=ARGON2_VERSION,
        )
        assert output.hex() == vector["output"]


@given(passphrase=st.binary(max_size=60), salt=st.binary(min_size=16, max_size=16))
@settings(max_examples=5, deadline=None)
def test_libsodium_s_argon2id_is_the_reference_code_s(passphrase: bytes, salt: bytes) -> None:
    ours = argon2id.kdf(32, passphrase, salt, ARGON2_PASSES, ARGON2_MEMORY_KIB * 1024)
    assert ours == hash_secret_raw(
        passphrase, salt, ARGON2_PASSES, ARGON2_MEMORY_KIB, 1, 32, Type.ID, ARGON2_VERSION
    )


def _labelled(salt: bytes, label: bytes, data: bytes) -> bytes:
    suite = b"HPKE" + (0x647A).to_bytes(2, "big") + b"\0\x01\0\x03"
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + data, "sha256")


def _expanded(secret: bytes, label: bytes, data: bytes, size: int) -> bytes:
    suite = b"HPKE" + (0x647A).to_bytes(2, "big") + b"\0\x01\0\x03"
    info = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + data + b"\x01"
    return hmac.digest(secret, info, "sha256")[:size]


def schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and base nonce of HPKE base mode (RFC 9180, 5.1), computed apart from the library."""
    context = b"\0" + _labelled(b"", b"psk_id_hash", b"") + _labelled(b"", b"info_hash", info)
    secret = _labelled(shared, b"secret", b"")
    return _expanded(secret, b"key", context, 32), _expanded(secret, b"base_nonce", context, 12)


def test_the_key_schedule_of_this_test_is_the_published_one() -> None:
    for vector in published("hpke"):
        key, nonce = schedule(unhex(vector["shared_secret"]), unhex(vector["info"]))
        assert (key.hex(), nonce.hex()) == (vector["key"], vector["base_nonce"])
        assert Identity(unhex(vector["skRm"])).recipient.raw.hex() == vector["pkRm"]


def age_file(enc: bytes, shared: bytes) -> bytes:
    """The age file with this encapsulation, put together from its shared secret alone."""
    file_key, nonce = b"sixteen byte key", bytes(16)
    key, base_nonce = schedule(shared, b"age-encryption.org/mlkem768x25519")
    body = crypto_aead_chacha20poly1305_ietf_encrypt(file_key, None, base_nonce, key)
    stanza = write_stanza(Stanza("mlkem768x25519", (to_base64(enc).decode(),), body))
    covered = VERSION_LINE + stanza + b"---"
    mac = hmac.digest(hkdf(file_key, b"header"), covered, "sha256")
    payload = b"".join(seal_stream(hkdf(file_key, b"payload", salt=nonce), [b"hello"]))
    return covered + b" " + to_base64(mac) + b"\n" + nonce + payload


def test_an_identity_decapsulates_the_published_x_wing_secrets() -> None:
    published_secrets = [(v["seed"], v["pk"], v["ct"], v["ss"]) for v in published("xwing")]
    published_secrets += [(v["skRm"], v["pkRm"], v["enc"], v["shared_secret"]) for v in published("hpke")]
    for seed, recipient, enc, shared in published_secrets:
        identity = Identity(unhex(seed))
        assert identity.recipient.raw.hex() == recipient
        assert open_bytes(age_file(unhex(enc), unhex(shared)), [identity], portal=True) == b"hello"
