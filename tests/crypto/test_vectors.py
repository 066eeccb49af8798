"""What SPEC.md says is what the code does: each vector is one claim, most of them refusals (crypto/vectors)."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from crypto import errors
from tests.crypto.operations import OPERATIONS, released

VECTORS = Path(errors.__file__).parent / "vectors"
FILES = sorted(VECTORS.glob("*/*.json"))


def read(path: Path) -> dict[str, Any]:
    vector: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return vector


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}: {path.stem.replace('_', ' ')}")
def test_the_claim_holds(path: Path) -> None:
    vector = read(path)
    operation = OPERATIONS[vector["operation"]]
    if "error" not in vector:
        assert operation(vector["input"]) == vector["expect"]
        return
    with pytest.raises(errors.CryptoError) as caught:
        operation(vector["input"])
    assert type(caught.value).__name__ == vector["error"]
    for name in ("word", "number"):
        if name in vector:
            assert getattr(caught.value, name) == vector[name]
    if "released" in vector:
        assert released(vector["input"]) == base64.b64decode(vector["released"])


def test_most_claims_are_refusals() -> None:
    refusals = [path for path in FILES if "error" in read(path)]
    assert len(FILES) > 200
    assert 3 * len(refusals) >= 2 * len(FILES)


def test_every_kind_of_failure_that_a_vector_can_show_has_one() -> None:
    def leaves(kind: type[errors.CryptoError]) -> set[str]:
        below = [sub for sub in kind.__subclasses__() if sub.__module__ == errors.__name__]
        return set().union(*map(leaves, below)) if below else {kind.__name__}

    shown = {read(path).get("error") for path in FILES}
    not_bytes = {"TokenMalformed", "TokenExpired"}  # tokens stay on one server: tests/crypto/test_receipts.py
    assert leaves(errors.CryptoError) - not_bytes <= shown


def test_the_readme_describes_every_operation() -> None:
    text = (VECTORS / "README.md").read_text(encoding="utf-8")
    assert {read(path)["operation"] for path in FILES} == set(OPERATIONS)
    for name in OPERATIONS:
        assert f"`{name}`" in text
