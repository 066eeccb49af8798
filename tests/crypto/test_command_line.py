"""The command line seals and opens byte for byte, and its exit codes never change (SPEC 12)."""

import subprocess
import sys
from pathlib import Path

import pytest

from crypto.agefile import open_bytes, seal_bytes
from crypto.keys import Identity, Recipient
from tests.crypto.cast import case_record, channel_record, root, talk_grant

TALK = root("talk 0")
RECIPIENT = str(TALK.party.recipient)
FILE = seal_bytes(b"x" * 200_000, [TALK.party.recipient])


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    top = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-m", "crypto", *arguments], input=stdin, capture_output=True, cwd=top, check=False
    )


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = tmp_path / "key.txt"
    path.write_text(f"# a comment\n\n{TALK.identity}\n")
    return str(path)


def test_a_new_key_is_an_identity_file_that_says_its_public_half(tmp_path: Path) -> None:
    lines = run("keygen").stdout.decode().splitlines()
    said = dict(line.removeprefix("# ").split(" ", 1) for line in lines[:-1])
    identity = Identity.parse(lines[-1])
    assert identity.recipient == Recipient.parse(said["recipient"])
    words = run("fingerprint", said["recipient"], said["verify-key"]).stdout.decode().splitlines()[0]
    assert words == said["words"]
    path = tmp_path / "new.txt"
    path.write_text("\n".join(lines))
    sealed = run("seal", "-r", said["recipient"], stdin=b"hello").stdout
    assert run("open", "-i", str(path), stdin=sealed).stdout == b"hello"


def test_sealing_to_two_lets_both_open() -> None:
    other = root("Anna")
    done = run("seal", "-r", RECIPIENT, "-r", str(other.party.recipient), stdin=bytes(100_000))
    assert done.returncode == 0
    for identity in (TALK.identity, other.identity):
        assert open_bytes(done.stdout, [identity]) == bytes(100_000)


def test_the_words_are_those_of_the_protocol() -> None:
    zero = root("Anna").party
    printed = run("fingerprint", str(zero.recipient), zero.verify_key.hex()).stdout.decode().splitlines()
    assert printed == [" ".join(zero.words), zero.hash.hex()]


def test_a_grant_works_as_identity_file(tmp_path: Path) -> None:
    grant = talk_grant(case_record(channel_record()))
    path = tmp_path / "grant.txt"
    path.write_bytes(grant.raw)
    done = run("open", "-i", str(path), stdin=FILE)
    assert (done.returncode, len(done.stdout)) == (0, 200_000)


@pytest.mark.parametrize(
    ("stdin", "code", "released"),
    [
        pytest.param(seal_bytes(b"", [root("Anna").party.recipient]), 3, 0, id="3 no identity matches"),
        pytest.param(b"hello", 4, 0, id="4 header malformed"),
        pytest.param(b"", 4, 0, id="4 nothing at all"),
        pytest.param(FILE.replace(b"\n--- ", b"\n-> x\n\n--- ", 1), 5, 0, id="5 header MAC wrong"),
        pytest.param(FILE[:-1], 6, 196_608, id="6 cut short, after what came before"),
        pytest.param(FILE[:80_000], 6, 65_536, id="6 cut in the second chunk"),
        pytest.param(b"-----BEGIN AGE ENCRYPTED FILE-----\n", 7, 0, id="7 armored"),
    ],
)
def test_an_exit_code_says_what_is_wrong(key: str, stdin: bytes, code: int, released: int) -> None:
    done = run("open", "-i", key, stdin=stdin)
    assert done.returncode == code
    assert done.stdout == b"x" * released
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("open", "-i", "/does/not/exist"), 1, id="1 no such file"),
        pytest.param((), 2, id="2 no command"),
        pytest.param(("seal",), 2, id="2 no recipient"),
        pytest.param(("seal", "-r", RECIPIENT[:-1]), 2, id="2 a mistyped recipient"),
        pytest.param(("fingerprint", RECIPIENT, "zz"), 2, id="2 a mistyped verify key"),
        pytest.param(("fingerprint", RECIPIENT, "00"), 2, id="2 a short verify key"),
        pytest.param(("open", "-i", __file__), 2, id="2 a file that holds no identity"),
        pytest.param(
            ("seal", "-r", "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"),
            7,
            id="7 an X25519 recipient",
        ),
    ],
)
def test_wrong_use_has_its_codes(arguments: tuple[str, ...], code: int) -> None:
    assert run(*arguments).returncode == code


def test_a_reader_that_goes_away_is_an_output_error(key: str) -> None:
    command = [sys.executable, "-m", "crypto", "open", "-i", key]
    top = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, cwd=top) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        process.communicate(FILE)
        assert process.returncode == 1
