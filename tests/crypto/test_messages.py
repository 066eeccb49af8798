"""A message says who wrote it, in which case, in which place, to whom; anything else is refused (SPEC 6)."""

import hashlib
from dataclasses import replace

import pytest

from crypto.agefile import open_bytes, seal_bytes
from crypto.errors import (
    HeaderMalformed,
    MessageMalformed,
    MessageOutOfChain,
    MessageSignatureWrong,
    NoIdentityMatches,
)
from crypto.keys import Root
from crypto.message import Body, FileItem, check_chain, open_message, seal_message, signing_input
from crypto.records import NO_HASH
from tests.crypto.cast import CASE, body, root, sent

TALK = root("talk 0")
RECIPIENT = TALK.party.recipient


def test_a_message_comes_back_as_it_was_written() -> None:
    item = FileItem("11" * 16, "Faktura 7.pdf", "application/pdf", 5, "22" * 32, "33" * 32)
    first = sent(body(files=(item,)))
    assert first.opened.body == body(files=(item,))
    assert first.opened.hash == hashlib.sha256(first.sealed).digest()
    answer = body(1, first.opened.hash, signer="Anna", kind="acknowledgement")
    assert sent(answer, "Anna").opened.body == answer


def test_the_signature_of_the_protocol_is_made() -> None:
    holder = Root(bytes(range(32)))
    line = '{"v":1,"text":"Blåbær"}'.encode()
    to_sign = signing_input(line, case=b"\x11" * 16, scope="talk", recipient=holder.party.recipient)
    assert holder.sign(to_sign).hex() == (
        "403f3ffcf4bd0a352330a1f437ef3d2ef436ea3912f48aac2f47731d3e33f84d"
        "eef71d7920e2a63bc1d47dff031a92f94c83c9281c7e25a966ae587f62d9fe02"
    )


def test_only_three_small_sizes_and_padme_are_ever_seen() -> None:
    sizes = {len(open_bytes(sent(body(text="x" * n)).sealed, [TALK.identity])) for n in (0, 5_000, 10_000)}
    assert sizes == {16_384}
    assert len(open_bytes(sent(body(text="æ" * 100_000)).sealed, [TALK.identity])) == 204_800


def test_a_message_moved_to_another_place_is_refused() -> None:
    sealed = sent(body()).sealed
    with pytest.raises(MessageSignatureWrong):
        open_message(sealed, TALK, case=bytes(16), scope="talk")
    with pytest.raises(MessageSignatureWrong):
        open_message(sealed, TALK, case=CASE, scope="desk")
    with pytest.raises(NoIdentityMatches):
        open_message(sealed, root("talk 1"), case=CASE, scope="talk")


def test_a_message_sealed_on_to_another_root_is_refused() -> None:
    plain = open_bytes(sent(body()).sealed, [TALK.identity])
    other = root("talk 1")
    with pytest.raises(MessageSignatureWrong):
        open_message(seal_bytes(plain, [other.party.recipient]), other, case=CASE, scope="talk")


def test_a_second_reader_that_no_record_names_is_refused() -> None:
    plain = open_bytes(sent(body()).sealed, [TALK.identity])
    sealed = seal_bytes(plain, [RECIPIENT, root("thief").party.recipient])
    with pytest.raises(HeaderMalformed):
        open_message(sealed, TALK, case=CASE, scope="talk")


def test_nobody_signs_in_the_name_of_another() -> None:
    with pytest.raises(MessageMalformed):
        seal_message(body(), root("thief"), case=CASE, scope="talk", recipient=RECIPIENT)


def resealed(plain: bytes) -> None:
    open_message(seal_bytes(plain, [RECIPIENT]), TALK, case=CASE, scope="talk")


def test_a_plaintext_in_another_form_is_refused() -> None:
    plain = open_bytes(sent(body()).sealed, [TALK.identity])
    line, signature, _ = plain.split(b"\n", 2)
    used = line + b"\n" + signature + b"\n"
    resealed(used.ljust(16_384, b"\n"))
    for wrong in (
        used,
        used.ljust(32_768, b"\n"),
        used.ljust(16_383, b"\n") + b"x",
        (line + b"\n" + signature.upper() + b"\n").ljust(16_384, b"\n"),
        (line + b"\n" + signature[:-1] + b"\n").ljust(16_384, b"\n"),
        line.ljust(16_384, b"\n"),
        b"",
    ):
        with pytest.raises(MessageMalformed):
            resealed(wrong)


def test_a_changed_word_breaks_the_signature() -> None:
    plain = open_bytes(sent(body()).sealed, [TALK.identity])
    with pytest.raises(MessageSignatureWrong):
        resealed(plain.replace(b'"n":0', b'"n":0', 1).replace(b"kontoret", b"kontoreT", 1))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"kind": "Report"}, id="a kind in capitals"),
        pytest.param({"side": "server"}, id="a third side"),
        pytest.param({"n": -1}, id="a negative number"),
        pytest.param({"prev": "00" * 31}, id="a short hash"),
        pytest.param({"record": "AA" * 32}, id="upper-case hex"),
        pytest.param({"sealed": "phone"}, id="sealed elsewhere"),
        pytest.param({"day": "2026-02-30"}, id="no such day"),
        pytest.param({"at": "2026-03-02T09:30Z"}, id="a reporter's time of day"),
        pytest.param({"lang": "Danish"}, id="no language code"),
        pytest.param({"text": "x" * 200_001}, id="a text too long"),
        pytest.param({"text": "\ud800"}, id="a lone surrogate"),
        pytest.param({"fields": {"shoe size": "44"}}, id="a field that does not exist"),
        pytest.param({"mailbox": None}, id="message 0 without mailbox"),
        pytest.param({"mailbox": "age1pq1"}, id="a mailbox that is no recipient"),
        pytest.param(
            {"mailbox": "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"},
            id="an X25519 mailbox",
        ),
        pytest.param({"n": 1}, id="a mailbox after message 0"),
        pytest.param({"files": (FileItem("", "a", "b", 1, "22" * 32, "33" * 32),)}, id="a file without id"),
        pytest.param(
            {"files": (FileItem("11" * 16, "a", "b", -1, "22" * 32, "33" * 32),)}, id="a negative size"
        ),
    ],
)
def test_a_body_that_no_reader_would_accept_is_not_written(changes: dict[str, object]) -> None:
    with pytest.raises(MessageMalformed):
        replace(body(), **changes).write()  # type: ignore[arg-type]


def test_the_desk_names_the_minute() -> None:
    for at in (None, "2026-03-02", "2026-03-02T24:00Z", "2026-03-02T09:30:00Z"):
        with pytest.raises(MessageMalformed):
            body(1, signer="Anna", at=at).write()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'{"v":1,', b'{"v":1, ', id="white space"),
        pytest.param(b'"v":1', b'"v":2', id="another version"),
        pytest.param(b'"v":1,', b'"v":1,"x":0,', id="an unknown key"),
        pytest.param(b'"lang":"da",', b"", id="a missing key"),
        pytest.param(b'"side":"reporter","n":0', b'"n":0,"side":"reporter"', id="keys in another order"),
        pytest.param(b'"n":0', b'"n":0,"n":0', id="a key twice"),
        pytest.param(b'"n":0', b'"n":0.0', id="a fraction"),
        pytest.param(b'"n":0', b'"n":"0"', id="a number as text"),
        pytest.param(b'"n":0', b'"n":false', id="a truth value as number"),
        pytest.param(b'"files":[]', b'"files":{}', id="files that are no list"),
        pytest.param(b'"files":[]', b'"files":[{"id":"x"}]', id="a file with other keys"),
        pytest.param(b'"fields":{', b'"fields":[{', id="fields that are no object"),
        pytest.param("å".encode(), b"\\u00e5", id="a needless escape"),
    ],
)
def test_another_spelling_of_a_body_is_refused(old: bytes, new: bytes) -> None:
    line = body().write()
    assert Body.read(line) == body()
    assert old in line
    with pytest.raises(MessageMalformed):
        Body.read(line.replace(old, new, 1))


def test_a_gap_a_repeat_and_a_wrong_past_are_shown_at_their_place() -> None:
    zero = sent(body())
    one = sent(body(1, zero.opened.hash))
    two = sent(body(2, one.opened.hash))
    check_chain([zero.opened, one.opened, two.opened])
    for wrong, place in (
        ([zero, two], 1),
        ([zero, zero], 1),
        ([one], 0),
        ([zero, one, sent(body(2, zero.opened.hash))], 2),
        ([sent(body(prev=b"\x01" * 32))], 0),
    ):
        with pytest.raises(MessageOutOfChain) as caught:
            check_chain([message.opened for message in wrong])
        assert caught.value.number == place
    assert NO_HASH.hex() == zero.opened.body.prev
