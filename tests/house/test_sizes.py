"""Rule: modules 300 lines, functions 40, views 15, templates 120, browser modules 200 (design of the house).

Tail, not average: one long file is where the next fault hides.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {
    "modules": ((*ROOT.glob("portal/**/*.py"), *ROOT.glob("crypto/**/*.py")), 300),
    "templates": (tuple(ROOT.glob("templates/**/*.html")), 120),
    "browser modules": (tuple(ROOT.glob("portal/static/js/**/*.js")), 200),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_no_file_is_longer_than_its_kind_may_be(kind: str) -> None:
    files, limit = LIMITS[kind]
    assert files, f"no {kind} found: the rule would hold nothing"
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    }
    assert not long


def functions(pattern: str) -> Iterator[tuple[str, int]]:
    """Every function below `pattern` with the lines of its body, its docstring left out."""
    for path in ROOT.glob(pattern):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                first = body[0].lineno if body else node.lineno
                yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or first) - first + 1


@pytest.mark.parametrize(
    ("pattern", "limit"),
    [
        ("portal/**/*.py", 40),
        ("crypto/**/*.py", 40),
        ("portal/web/*/views.py", 15),
        ("portal/web/public/report.py", 15),
    ],
    ids=["portal: 40 lines", "crypto: 40 lines", "views: 15 lines", "report view: 15 lines"],
)
def test_no_function_is_longer_than_its_kind_may_be(pattern: str, limit: int) -> None:
    found = dict(functions(pattern))
    assert found, "no functions found: the rule would hold nothing"
    assert not {name: lines for name, lines in found.items() if lines > limit}
