"""SPEC.md can't rot: every MUST names what fails on it, and every vector belongs to a rule (SPEC, first lines)."""

import json
import re
from pathlib import Path

from crypto import errors

TOP = Path(errors.__file__).parents[1]
SPEC = (TOP / "crypto" / "SPEC.md").read_text(encoding="utf-8")
VECTORS = TOP / "crypto" / "vectors"
REFERENCE = re.compile(r"`([a-z_]+/[a-z0-9_]+)`")


def rules() -> list[str]:
    """The bullets and paragraphs of SPEC.md."""
    return [rule for block in SPEC.split("\n\n") for rule in re.split(r"\n(?=- )", block)]


def test_every_vector_is_named_and_every_name_is_a_vector() -> None:
    named = set(REFERENCE.findall(SPEC))
    there = {f"{path.parent.name}/{path.stem}" for path in VECTORS.glob("*/*.json")}
    assert named == there


def test_every_vector_stands_in_the_section_that_it_says() -> None:
    for section in re.split(r"\n(?=## )", SPEC):
        number = section.removeprefix("## ").split(".", 1)[0]
        for name in REFERENCE.findall(section):
            vector = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
            assert vector["spec"] == number, name


def test_every_must_names_what_fails_on_it() -> None:
    musts = [rule for rule in rules() if "MUST" in rule and not rule.startswith("This page")]
    assert len(musts) > 50
    for rule in musts:
        assert REFERENCE.search(rule) or re.search(r"`tests/crypto/\w+\.py`", rule), rule


def test_every_test_module_named_exists() -> None:
    for name in re.findall(r"`(tests/crypto/\w+\.py)`", SPEC):
        assert (TOP / name).is_file(), name


def test_every_error_named_exists() -> None:
    named = set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", SPEC)) & set(dir(errors))
    assert len(named) > 15
    for name in re.findall(r"\(([A-Z][a-z]+(?:[A-Z][a-z]+)+)\)", SPEC):
        assert hasattr(errors, name), name
