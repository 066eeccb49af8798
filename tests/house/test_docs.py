"""Rule: documentation is tested: settings, commands, options, shipped files and error pages, all of them and no others.

Source: the house, "Tests read like a specification". A page for operators that lags behind the program is worse than
none.
"""

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click
import pytest
from flask import Flask

import portal.commands
from portal.settings import SECRET_FILES, Settings
from portal.web import errors
from portal.web.errors import Shown

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
FLASKS_OWN = {"run", "shell", "routes"}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def section(title: str) -> str:
    """The part of operations.md below the heading that ends in `title`."""
    found = re.search(rf"^## \d+\. {re.escape(title)}$(.*?)(?=^## |\Z)", OPERATIONS, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title}"
    return found[1]


def rows(title: str) -> dict[str, list[str]]:
    """The rows of the table in that section, by the name in their first cell."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section(title).splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("`"): row[1:] for row in cells}


def written(default: object) -> str:
    """A default as the table writes it."""
    if isinstance(default, tuple):
        return f"`{','.join(default)}`"
    return "empty" if default == "" else f"`{default}`"


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(rows("Settings")) == {field.name for field in fields(Settings)}


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_a_setting_is_documented_with_its_default_and_unit(name: str) -> None:
    default, unit, does = rows("Settings")[name]
    (field,) = [field for field in fields(Settings) if field.name == name]
    if field.default is not MISSING:
        assert default == written(field.default)
    assert default
    assert unit
    assert len(does) > 10


def commands(app: Flask) -> dict[str, click.Command]:
    """The portal's own commands, by name."""
    context = click.Context(app.cli)
    found = {name: app.cli.get_command(context, name) for name in app.cli.list_commands(context)}
    return {name: command for name, command in found.items() if command and name not in FLASKS_OWN}


def test_every_command_that_is_written_can_be_called(app: Flask) -> None:
    modules = [
        import_module(f"portal.commands.{found.name}") for found in iter_modules(portal.commands.__path__)
    ]
    written = [
        value for module in modules for value in vars(module).values() if isinstance(value, click.Command)
    ]
    assert {command.name for command in written} == set(commands(app))


def test_every_command_is_documented_and_no_other(app: Flask) -> None:
    assert set(rows("Commands")) == set(commands(app))


def test_every_option_of_a_command_is_documented_with_it(app: Flask) -> None:
    for name, command in commands(app).items():
        for option in command.params:
            if isinstance(option, click.Option):
                said = " ".join(rows("Commands")[name]) + (
                    " ".join(rows("Commands")["backup"]) if "backup" in name else ""
                )
                assert any(f"`{one}`" in said or f"/`{one}`" in said for one in option.opts), (
                    f"{name} {option.opts}"
                )


def test_every_command_that_is_typed_in_the_documentation_is_one(app: Flask) -> None:
    typed = set(re.findall(r"(?:^|`)fortrolig ([a-z-]+)", OPERATIONS, re.MULTILINE))
    typed |= set(re.findall(r"flask --app wsgi ([a-z-]+)", "".join(page.read_text() for page in PAGES)))
    assert typed
    assert typed <= {*commands(app), "commands"}


def shown() -> Iterator[Shown]:
    """Every page that says no."""
    yield from (value for value in vars(errors).values() if isinstance(value, Shown))


def test_every_error_page_is_documented_with_its_status_and_no_other() -> None:
    table = rows("What visitors are told")
    assert {name: row[0] for name, row in table.items()} == {one.code: str(one.status) for one in shown()}


@pytest.mark.parametrize("folder", ["deploy"])
def test_every_shipped_file_is_named(folder: str) -> None:
    files = [
        path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(files) > 10
    assert not [path.name for path in files if path.name not in OPERATIONS]


def test_every_path_of_the_checkout_that_is_named_is_there() -> None:
    named = set(re.findall(r"(?<![\w./-])((?:deploy|requirements|tests|portal|docs)/[\w./-]+\w)", OPERATIONS))
    assert len(named) > 10
    assert not [path for path in named if not (ROOT / path).exists() and path != "deploy/certificates"]


def test_every_key_file_is_in_the_table_of_the_instance_folder() -> None:
    for name in SECRET_FILES:
        assert f"`{name}.key`" in section("What lies in the instance folder")


def anchors(page: Path) -> set[str]:
    """The places in `page` that a link can point at, as hosts of Markdown name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, place = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if place:
            assert place in anchors(there), target


def test_a_missing_row_would_be_noticed() -> None:
    """Otherwise the comparisons above might be between two empty sets."""
    assert len(rows("Settings")) > 20
    assert len(rows("Commands")) > 10
    assert len(rows("What visitors are told")) > 10
