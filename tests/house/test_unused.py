"""Rule: what only a test calls is not there. Every name at the top of a module of the portal or of the browser's side
is used by the program itself: where it is defined, by another module, by a page or by the tools' settings.

Held by name. A name that a module is asked for through a variable (`part.register`) counts for every module that has
it, so that the rule never accuses what is used; `crypto/` is a library with its own specification and is left out.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "portal/static/js"
KEPT = {("portal.domain.taxonomy", "outcomes")}
"""Outcomes ship with the lists and are held to them by a test; the stages that name them are not built yet."""
SEEN_BY_FLASK = ("cli", "command", "before_request", "after_request", "url_defaults", "listens_for")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    tops = ("portal", "crypto", "benchmarks")
    files = [path for top in tops for path in (ROOT / top).rglob("*.py")] + [ROOT / "wsgi.py"]
    return {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def imports(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """What a module imports: from where, what, and the name it has here."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, one.name, one.asname or one.name) for one in node.names)


def uses(name: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The (module, name) pairs that a module refers to; the module is "" where only running it would tell."""
    whole = {}
    for source, taken, here in imports(tree):
        yield source, taken
        if f"{source}.{taken}" in modules():
            whole[here] = f"{source}.{taken}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield name, node.id
        elif isinstance(node, ast.Attribute):
            by = node.value.id if isinstance(node.value, ast.Name) else ""
            yield whole.get(by, ""), node.attr


def defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            if not any(word in ast.dump(one) for one in node.decorator_list for word in SEEN_BY_FLASK):
                yield node.name
        elif isinstance(node, ast.Assign):
            yield from (one.id for one in node.targets if isinstance(one, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_every_name_of_the_portal_is_used_by_the_portal() -> None:
    used = {pair for name, tree in modules().items() for pair in uses(name, tree)}
    unused = {
        (module, name)
        for module, tree in modules().items()
        if module.startswith("portal.") and ".migrations" not in module
        for name in defined(tree)
        if not name.startswith("__") and not {(module, name), ("", name)} & used
    }
    assert unused == KEPT


def test_every_name_that_a_script_exports_is_used_by_a_script() -> None:
    code = {
        path: re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for path in SCRIPTS.rglob("*.js")
        if path.parent.name != "seal"  # as crypto/, which it mirrors
    }
    said = Counter(word for text in code.values() for word in re.findall(r"\w+", text))
    exported = r"^export (?:async )?(?:function|class|const|let) (\w+)"
    names = [name for text in code.values() for name in re.findall(exported, text, re.MULTILINE)]
    assert names
    assert [name for name in names if said[name] == 1] == []
