"""Roots and small things kept under a key one holds already: XChaCha20-Poly1305, no public-key step.

SPEC section 10. A wrap is nonce (24) || ciphertext || tag (16). Its associated data names the place it
belongs to, so that a server that swaps two rows is refused, not believed.
"""

import secrets
from typing import Any, Literal

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError as SodiumError

from crypto import strict_json
from crypto.errors import JsonMalformed, WrapDamaged
from crypto.keys import Party, Root, derive

Scope = Literal["talk", "desk"]
Erasable = Literal["grant", "wrap"]

ID_SIZE = 16
NONCE_SIZE = 24
OVERHEAD = 40
"""Bytes that a wrap adds: nonce and tag."""

CASE_ROOT_SIZE = 72
CARD_SIZE = 256
CARD_TEXT_SIZE = CARD_SIZE - OVERHEAD
KDF_VERSION = 1
"""The one cost of stretching an officer's password that is known: 64 MiB, 3 passes, 1 lane."""

ERASE_MARK = b"erase v1"
ERASE_OVERHEAD = len(ERASE_MARK) + OVERHEAD
"""Bytes that the erase layer adds to a stored grant or wrap."""

_SCOPE_BYTES = {"talk": b"t", "desk": b"d"}
_ERASABLE_BYTES = {"grant": b"g", "wrap": b"w"}


def scope_byte(scope: Scope) -> bytes:
    """``t`` or ``d``, as scopes stand in associated data and signing inputs."""
    return _SCOPE_BYTES[scope]


def _place(label: str, *parts: bytes) -> bytes:
    return b"fortrolig/v1/wrap/" + label.encode("ascii") + b"\0" + b"".join(parts)


def _id(value: bytes) -> bytes:
    if len(value) != ID_SIZE:
        raise ValueError("an id is 16 bytes")
    return value


def _number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def wrap(key: bytes, data: bytes, place: bytes) -> bytes:
    """`data` sealed under `key` (32 bytes) for `place`, 40 bytes longer."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(data, place, nonce, key)


def unwrap(key: bytes, wrapped: bytes, place: bytes) -> bytes:
    """What was wrapped under `key` for `place`. Raises WrapDamaged; fails closed."""
    if len(wrapped) < OVERHEAD:
        raise WrapDamaged("a wrap that is too short")
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(
            wrapped[NONCE_SIZE:], place, wrapped[:NONCE_SIZE], key
        )
    except SodiumError as error:
        raise WrapDamaged("a wrap that was changed, or belongs elsewhere") from error


def _unwrap_root(key: bytes, wrapped: bytes, place: bytes) -> Root:
    secret = unwrap(key, wrapped, place)
    if len(secret) != CASE_ROOT_SIZE - OVERHEAD:
        raise WrapDamaged("a wrap that holds no root")
    return Root(secret)


def _unwrap_json(key: bytes, wrapped: bytes, place: bytes) -> dict[str, Any]:
    try:
        return strict_json.read(unwrap(key, wrapped, place).rstrip(b"\0"))
    except JsonMalformed as error:
        raise WrapDamaged("a wrap that holds no JSON of ours") from error


def _case_place(holder: Root, case: bytes, scope: Scope, number: int) -> bytes:
    return _place("case", _id(case), scope_byte(scope), _number(number), holder.party.hash)


def wrap_case_root(holder: Root, root: Root, *, case: bytes, scope: Scope, number: int) -> bytes:
    """A case's talk or desk root under its holder's ``wrap`` key: 72 bytes, for all who hold it."""
    return wrap(holder.wrap_key, root.secret, _case_place(holder, case, scope, number))


def unwrap_case_root(holder: Root, wrapped: bytes, *, case: bytes, scope: Scope, number: int) -> Root:
    """The root that wrap_case_root kept. Raises WrapDamaged for any other holder, case, scope or number."""
    return _unwrap_root(holder.wrap_key, wrapped, _case_place(holder, case, scope, number))


def fit_card(title: str, category: str) -> dict[str, Any]:
    """The list card of a case, its title cut, at a character, to what 216 bytes of JSON hold."""
    low, high = 0, len(title)
    while low < high:
        middle = (low + high + 1) // 2
        card = {"v": 1, "title": title[:middle], "category": category}
        if len(strict_json.write(card)) <= CARD_TEXT_SIZE:
            low = middle
        else:
            high = middle - 1
    return {"v": 1, "title": title[:low], "category": category}


def wrap_card(desk_root: Root, card: dict[str, Any], *, case: bytes, number: int) -> bytes:
    """The list card under the desk root's ``card`` key, always 256 bytes; `number` is the desk record's.

    Raises ValueError if `card` is longer than 216 bytes as JSON; fit_card cuts it.
    """
    text = strict_json.write(card)
    if len(text) > CARD_TEXT_SIZE:
        raise ValueError("a card holds at most 216 bytes")
    place = _place("card", _id(case), _number(number))
    return wrap(desk_root.card_key, text.ljust(CARD_TEXT_SIZE, b"\0"), place)


def unwrap_card(desk_root: Root, wrapped: bytes, *, case: bytes, number: int) -> dict[str, Any]:
    """The card that wrap_card kept. Raises WrapDamaged."""
    if len(wrapped) != CARD_SIZE:
        raise WrapDamaged("a card of another size")
    return _unwrap_json(desk_root.card_key, wrapped, _place("card", _id(case), _number(number)))


def wrap_notebook(mailbox_root: Root, notebook: bytes, *, case: bytes) -> bytes:
    """A notebook's JSON under the mailbox root's ``wrap`` key."""
    return wrap(mailbox_root.wrap_key, notebook, _place("notebook", _id(case)))


def unwrap_notebook(mailbox_root: Root, wrapped: bytes, *, case: bytes) -> bytes:
    """The JSON that wrap_notebook kept. Raises WrapDamaged."""
    return unwrap(mailbox_root.wrap_key, wrapped, _place("notebook", _id(case)))


def wrap_session(key: bytes, data: bytes, *, row: bytes) -> bytes:
    """`data` of a session under the random `key` that only the visitor keeps; `row` is SHA-256 of the sid."""
    return wrap(key, data, _place("session", row))


def unwrap_session(key: bytes, wrapped: bytes, *, row: bytes) -> bytes:
    """The data that wrap_session kept. Raises WrapDamaged."""
    return unwrap(key, wrapped, _place("session", row))


def officer_keys(stretched: bytes) -> tuple[bytes, bytes]:
    """From a stretched password: `auth`, which the server sees, and the wrap key, which it never does."""
    return derive(stretched, "officer-auth"), derive(stretched, "officer-wrap")


def _officer_place(officer_id: bytes) -> bytes:
    return _place("officer", _id(officer_id), bytes([KDF_VERSION]))


def wrap_officer(wrap_key: bytes, root: Root, *, officer_id: bytes) -> bytes:
    """An officer's root under the key that only the password gives: 72 bytes."""
    return wrap(wrap_key, root.secret, _officer_place(officer_id))


def unwrap_officer(wrap_key: bytes, wrapped: bytes, *, officer_id: bytes, party: Party) -> Root:
    """The root that wrap_officer kept, if it makes the registered `party`; raises WrapDamaged otherwise.

    A server that replaced the wrap by one of its own making is noticed here.
    """
    root = _unwrap_root(wrap_key, wrapped, _officer_place(officer_id))
    if root.party.hash != party.hash:
        raise WrapDamaged("the root does not make the registered keys")
    return root


def wrap_pins(officer_root: Root, pins: dict[str, Any], *, officer_id: bytes) -> bytes:
    """What an officer has confirmed (anchors, colleagues) under the officer root's ``wrap`` key."""
    return wrap(officer_root.wrap_key, strict_json.write(pins), _place("pins", _id(officer_id)))


def unwrap_pins(officer_root: Root, wrapped: bytes, *, officer_id: bytes) -> dict[str, Any]:
    """The pins that wrap_pins kept. Raises WrapDamaged."""
    return _unwrap_json(officer_root.wrap_key, wrapped, _place("pins", _id(officer_id)))


def totp_key(auth: bytes, server_key: bytes) -> bytes:
    """The key of an officer's TOTP secret: it needs both the password's `auth` and the server's own key."""
    return derive(auth + server_key, "totp")


def wrap_totp(key: bytes, secret: bytes, *, officer_id: bytes) -> bytes:
    """A TOTP secret under totp_key."""
    return wrap(key, secret, _place("totp", _id(officer_id)))


def unwrap_totp(key: bytes, wrapped: bytes, *, officer_id: bytes) -> bytes:
    """The TOTP secret that wrap_totp kept. Raises WrapDamaged."""
    return unwrap(key, wrapped, _place("totp", _id(officer_id)))


def has_erase_layer(stored: bytes) -> bool:
    """Whether `stored` is a grant or wrap under an erase key; one stored before there were such keys is not."""
    return stored.startswith(ERASE_MARK)


def wrap_erasable(erase_key: bytes, sealed: bytes, *, case: bytes, kind: Erasable) -> bytes:
    """A case's grant or wrap as it is stored: unreadable, also to its holder, once `erase_key` is destroyed."""
    return ERASE_MARK + wrap(erase_key, sealed, _erasable_place(case, kind))


def unwrap_erasable(erase_key: bytes, stored: bytes, *, case: bytes, kind: Erasable) -> bytes:
    """The grant or wrap that wrap_erasable kept. Raises WrapDamaged."""
    if not has_erase_layer(stored):
        raise WrapDamaged("a grant or wrap without its erase layer")
    return unwrap(erase_key, stored[len(ERASE_MARK) :], _erasable_place(case, kind))


def _erasable_place(case: bytes, kind: Erasable) -> bytes:
    return _place("erase", _id(case), _ERASABLE_BYTES[kind])
