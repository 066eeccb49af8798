"""Rule: one word a thing (the house's table of words), and no file named for nothing in particular.

Held in file names, table names, addresses and the texts of pages.
"""

import re
from pathlib import Path

import pytest
from flask import Flask

from portal.store.models import Base, VolatileBase

ROOT = Path(__file__).resolve().parents[2]
NEVER = (
    "ticket",
    "tenant",
    "handler",
    "inbox",
    "codename",
    "informant",
    "journalist",
    "suspect",
    "audit trail",
)


def test_no_file_is_called_utils_helpers_common_or_misc() -> None:
    files = [path for top in ("portal", "crypto", "tests", "templates") for path in (ROOT / top).rglob("*.*")]
    assert files
    assert not [
        path for path in files if path.stem in {"utils", "util", "helpers", "helper", "common", "misc"}
    ]


@pytest.mark.parametrize("word", NEVER)
def test_a_word_of_the_never_column_stands_in_no_table_address_or_page(word: str, app: Flask) -> None:
    tables = [*Base.metadata.tables, *VolatileBase.metadata.tables]
    addresses = [rule.rule for rule in app.url_map.iter_rules()]
    said = re.compile(rf"\b{word}s?\b", re.IGNORECASE)
    pages = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in (ROOT / "templates").rglob("*.html")
    }
    assert tables
    assert pages
    assert not [name for name in (*tables, *addresses) if said.search(name)]
    assert not [name for name, page in pages.items() if said.search(page)]
